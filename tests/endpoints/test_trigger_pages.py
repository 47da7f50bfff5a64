"""Triggers as people use them: an account, a subscription, events, renewal, the end; and the end of the plugin."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from endpoints import subscribing
from endpoints.errors import plainly
from endpoints.models import Endpoint, Seen, Subscription
from runtime import vault
from runtime.models import Installation
from runtime.uploading import upload_package
from tests import places
from tests.api import Api
from tests.browsing import Browser
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace
from tests.programs import wait_until

__all__ = ["cluster", "house", "install", "loop", "people", "visit", "workspace"]

NEW = "/w/default/triggers/new/patchbay/trigger"


class Bell:
    """A host with the trigger plugin in its first workspace, an account for it, and the browser of its owner."""

    def __init__(self, host: Any) -> None:
        self.host, self.browser = host, Browser(host)
        found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", self.browser.page("/w/default/settings"))
        assert found is not None
        self.api = Api(host.url, host.key, found[0])
        self.bring_up()
        self.add_account("good", "Mine")

    def bring_up(self) -> None:
        self.api.bring_up("trigger", places.new_folder())

    def add_account(self, key: str, name: str) -> httpx.Response:
        fields = {"value-api_key": key, "account-name": name}
        return self.browser.send("/w/default/plugins/patchbay/trigger/-/credentials/add/trigger", fields)

    @property
    def account(self) -> str:
        found = re.search(r'<option value="([0-9a-f-]{36})"', self.browser.page(NEW))
        assert found is not None
        return found[1]

    def subscribe(self, name: str, door: str = "front") -> str:
        """The page of the new subscription."""
        fields = {"name": name, "account": self.account, "parameter-door": door, "parameter-events": ["ring"]}
        made = self.browser.send(NEW, fields)
        assert made.status_code == 302, made.text
        return made.headers["location"]

    def address(self, page: str) -> str:
        found = re.search(rf"{re.escape(self.host.url)}/e/[a-z0-9]+", self.browser.page(page))
        assert found is not None
        return found[0]

    def shell(self, code: str) -> str:
        imports = "from endpoints.models import Subscription; from endpoints.triggers import trigger_of"
        return str(self.host.manage("shell", "--verbosity=0", "-c", f"{imports}; {code}").strip())


@pytest.fixture(scope="module")
def bell(start_host: Callable[..., Any]) -> Iterator[Bell]:
    made = Bell(start_host(ADMIN_EMAIL="ada@example.org"))
    yield made
    made.browser.http.close()
    made.api.http.close()


def test_from_a_stored_account_on_to_the_subscription(bell: Bell) -> None:
    assert f'href="{NEW}"' in bell.browser.page("/w/default/plugins/patchbay/trigger/-/credentials/")


def test_options_are_asked_of_the_plugin(bell: Bell) -> None:
    assert "Load options" in bell.browser.page(NEW)
    loaded = bell.browser.send(NEW, {"name": "kept", "account": bell.account, "load": "door"})
    assert loaded.status_code == 200
    assert '<option value="back">Back door</option>' in loaded.text
    assert 'value="kept"' in loaded.text
    assert "required" in loaded.text
    assert "This field" not in loaded.text, "nobody has sent it yet"


def test_what_the_plugin_refuses_is_said_and_leaves_nothing(bell: Bell) -> None:
    fields = {"name": "no", "account": bell.account, "parameter-door": "cellar"}
    refused = bell.browser.send(NEW, fields)
    assert refused.status_code == 422
    assert "there is no door cellar" in refused.text
    assert "Traceback" not in refused.text
    assert bell.shell("print(Subscription.objects.filter(endpoint__name='no').count())") == "0"
    missing = bell.browser.send(NEW, {"name": "", "account": bell.account})
    assert missing.status_code == 422
    assert "This field is required" in missing.text


def test_a_subscription_from_its_form_to_its_end(bell: Bell, web: httpx.Client) -> None:
    page = bell.subscribe("Front")
    assert "No event yet." in bell.browser.page(page)
    code = "print(trigger_of(Subscription.objects.get(endpoint__name='Front')).subscription['properties'])"
    properties = bell.shell(code)
    assert "'with': 'api-key'" in properties, "the stored account was used"
    secret = re.search(r"'secret': '([0-9a-f]+)'", properties)
    assert secret is not None
    told = {"event": "ring", "user": "ada"}
    assert web.post(bell.address(page), json=told, headers={"X-Bell-Secret": secret[1]}).status_code == 202
    wait_until(lambda: "From ada" in bell.browser.page(page), what="the event is on the page", seconds=10)
    renewed = bell.browser.send(f"{page}refresh", {}, form=page)
    assert renewed.status_code == 302
    assert "is renewed" in bell.browser.page(page)
    address = bell.address(page)
    assert bell.browser.send(f"{page}end", {}).headers["location"] == "/w/default/triggers"
    assert "is unsubscribed" in bell.browser.page("/w/default/triggers")
    assert web.post(address, json={}).status_code == 404


def test_a_subscription_follows_its_account(bell: Bell) -> None:
    """A key that is changed, or a token that is refreshed, is what the next renewal is asked with."""
    assert bell.add_account("second", "Second").status_code == 302
    page = bell.subscribe("Follows")
    code = (
        "import asyncio; from runtime.credentials.finding import picked, opened; from runtime.credentials.places import Place; "
        "row = Subscription.objects.get(endpoint__name='Follows'); "
        "place = Place(row.workspace_id, row.endpoint.plugin_id, 'trigger', row.provider); "
        "print(opened(picked(place, str(row.credential_id))).values, trigger_of(row).credentials)"
    )
    assert bell.shell(code) == "{'api_key': 'good'} {}", "it is kept in one place"
    bell.browser.send(f"{page}end", {})


def test_an_uninstalled_plugin_has_unsubscribed(bell: Bell, web: httpx.Client) -> None:
    """What could not be told stays to be seen: here the bell no longer knows the door of one of two."""
    good, bad = bell.subscribe("Good"), bell.subscribe("Bad")
    addresses = [bell.address(good), bell.address(bad)]
    bell.shell(
        "from endpoints.subscribing import kept; row = Subscription.objects.get(endpoint__name='Bad'); "
        "told = trigger_of(row).subscription; told['properties']['door'] = 'gone'; kept(row, {}, told)"
    )
    uninstall = "/w/default/plugins/patchbay/trigger/-/uninstall"
    assert "Its subscriptions end" in bell.browser.page(uninstall)
    assert bell.browser.send(uninstall, {}).status_code == 302
    said = bell.browser.page("/w/default/plugins")
    assert "“Bad” could not be unsubscribed: there was no such subscription" in said
    listed = bell.browser.page("/w/default/triggers")
    assert "Good" not in listed
    assert "Without its plugin" in listed
    assert "the platform could not be told" in listed
    assert {web.post(address, json={}).status_code for address in addresses} == {404}
    assert bell.browser.send(f"{bad}end", {"forget": "1"}).status_code == 302
    assert "No plugin here has triggers" in bell.browser.page("/w/default/triggers")
    bell.bring_up()


# Who sees what.


@pytest.fixture
def row(db: None, install: Callable[..., Installation], package_of: Callable[[str], Path]) -> Subscription:
    installed = install(upload_package(package_of("trigger").read_bytes()))
    fields = {"workspace_id": installed.workspace_id, "plugin_id": installed.plugin_id}
    endpoint = Endpoint.objects.create(**fields, name="Door", kind="trigger")
    made = Subscription(
        endpoint=endpoint, workspace_id=installed.workspace_id, provider="bell", credential_type="api-key"
    )
    made.sealed = vault.seal_json(made.workspace_id, {"credentials": {}, "subscription": {}}, purpose=made.purpose)
    made.save()
    made.events.create(name="ring", variables={"<b>": "x"})
    return made


def test_members_look_and_leave_the_rest_to_others(visit: Callable[..., Client], row: Subscription) -> None:
    page = f"/w/support/triggers/{row.endpoint_id}/"
    member, admin = visit("member"), visit("admin")
    assert b"&lt;b&gt;" in member.get(page).content
    assert b"Unsubscribe" not in member.get(page).content
    assert b"Unsubscribe" in admin.get(page).content
    for path in (f"{page}end", "/w/support/triggers/new/patchbay/trigger"):
        assert member.get(path).status_code == 403
        assert admin.get(path).status_code == 200
    for path in (f"{page}end", f"{page}refresh"):
        assert member.post(path).status_code == 403
    assert Subscription.objects.exists()


def test_strangers_see_nothing(visit: Callable[..., Client], row: Subscription) -> None:
    for tail in ("", f"/{row.endpoint_id}/", f"/{row.endpoint_id}/end"):
        assert visit("stranger").get(f"/w/support/triggers{tail}").status_code == 404
        assert Client().get(f"/w/support/triggers{tail}").status_code == 302
    elsewhere = f"/w/elsewhere/triggers/{row.endpoint_id}/"
    assert visit("stranger").get(elsewhere).status_code == 404


def test_an_account_comes_first_where_one_is_required(visit: Callable[..., Client], row: Subscription) -> None:
    page = visit("admin").get("/w/support/triggers/new/patchbay/trigger").content.decode()
    assert "It needs an account first" in page


def test_news_come_by_themselves(visit: Callable[..., Client], row: Subscription) -> None:
    page, asking = f"/w/support/triggers/{row.endpoint_id}/", {"HX-Request": "true"}
    first = row.events.get()
    assert visit().get(f"{page}?after={first.pk}", headers=asking).status_code == 204
    row.events.create(name="knock")
    news = visit().get(f"{page}?after={first.pk}", headers=asking).content.decode()
    assert "knock" in news
    assert "ring" not in news


def test_a_plugin_that_comes_back_goes_on_renewing(visit: Callable[..., Client], row: Subscription) -> None:
    """The platform could not be told that the plugin left, so it goes on telling, until it is not renewed."""
    due = timezone.now() - timedelta(hours=1)
    Subscription.objects.update(renew_at=due, expires_at=due + timedelta(days=1))
    installed = Installation.objects.get()
    subscribing.left(row, "it did not answer.")
    installed.delete()
    subscribing.renew_due()
    row.refresh_from_db()
    assert row.renew_at == due, "nobody can be asked"
    page = visit().get(f"/w/support/triggers/{row.endpoint_id}/").text
    assert "it did not answer." in page
    assert "by itself" not in page
    Installation.objects.bulk_create([installed])
    subscribing.renew_due()
    row.refresh_from_db()
    assert row.renew_at is not None
    assert row.renew_at > due


def test_what_was_refused_is_seen(visit: Callable[..., Client], row: Subscription) -> None:
    """Else the page of a subscription with a wrong secret looks as if the platform had told nothing."""
    client, here = visit("member"), f"/w/support/triggers/{row.endpoint_id}/"
    assert "Refused" not in client.get(here).text
    said = '{"args":{},"error_type":"TriggerValidationError","message":"the secret is wrong"}'
    for status, why in ((202, ""), (500, said)):
        told = {"method": "POST", "target": "/", "status": status, "note": plainly(why)}
        Seen.objects.create(endpoint=row.endpoint, at=timezone.now(), **told)
    page = client.get(here).text
    assert page.count('class="refusal"') == 1
    assert "TriggerValidationError: the secret is wrong" in page
    part = client.get(f"{here}?refused", headers={"HX-Request": "true"}).text
    assert "the secret is wrong" in part
    assert "<h1" not in part
    assert visit("stranger").get(f"{here}?refused", headers={"HX-Request": "true"}).status_code == 404


@pytest.mark.parametrize(("host", "near"), [("localhost:5002", True), ("testserver", False)])
def test_an_address_that_no_platform_reaches_is_said_to_be_one(
    visit: Callable[..., Client], row: Subscription, settings: Any, host: str, near: bool
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for page in ("new/patchbay/trigger", f"{row.endpoint_id}/"):
        text = visit().get(f"/w/support/triggers/{page}", headers={"Host": host}).text
        assert ("Only this machine reaches the address" in text) is near


def test_without_plugins_the_page_says_what_to_do(visit: Callable[..., Client], db: None) -> None:
    assert b"No plugin here has triggers" in visit("member").get("/w/support/triggers").content
