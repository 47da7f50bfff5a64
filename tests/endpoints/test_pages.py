"""Pages of endpoints: who sees them, set up from a form, secrets that stay where they are, the last requests."""

import shlex
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from endpoints import book, services
from endpoints.forms import RulesForm
from endpoints.models import Endpoint, Seen
from endpoints.pages import Shown
from endpoints.rules import Rules, rules
from marketplace import recalling
from runtime import lookup, recalls
from runtime.models import Installation
from tests.endpoints.shop import SECRET, address, endpoint, hooks_installed
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace

__all__ = ["cluster", "endpoint", "hooks_installed", "house", "install", "loop", "people", "visit", "workspace"]
pytestmark = pytest.mark.django_db


def test_the_way_to_a_first_endpoint(visit: Callable[..., Client], hooks_installed: Installation) -> None:
    client = visit()
    assert b"No endpoints yet" in client.get("/w/support/endpoints").content
    form = client.get("/w/support/endpoints/new/patchbay/hooks").content.decode()
    assert 'name="setting-secret"' in form
    assert 'value="hello"' in form, "defaults of the schema are filled in"
    given = {"name": "Shop", "setting-secret": SECRET, "setting-greeting": "hi", "setting-mode": "fancy"}
    answer = client.post("/w/support/endpoints/new/patchbay/hooks", given)
    row = Endpoint.objects.get()
    assert answer.headers["Location"] == address(row)
    assert services.opened_settings(row) == {"secret": SECRET, "greeting": "hi", "mode": "fancy", "loud": False}
    page = client.get(address(row)).content.decode()
    assert f"http://testserver/e/{row.hook}" in page
    assert f"http://testserver/e/{row.hook}/echo" in page
    assert f"curl -i 'http://testserver/e/{row.hook}/echo'" in unescape(page), "a first call that is answered"
    assert "/hidden" not in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("host", "template", "expected", "near"),
    [
        ("testserver", "", "http://testserver/e/HOOK", False),
        ("localhost:5002", "", "http://localhost:5002/e/HOOK", True),
        ("127.0.0.1", "", "http://127.0.0.1/e/HOOK", True),
        ("localhost:5002", "https://hooks.example.org/e/{hook_id}", "https://hooks.example.org/e/HOOK", False),
    ],
)
def test_an_address_is_the_sites_and_one_for_this_machine_alone_is_said_to_be(
    visit: Callable[..., Client], endpoint: Endpoint, settings: Any, host: str, template: str, expected: str, near: bool
) -> None:
    settings.ALLOWED_HOSTS, settings.ENDPOINT_URL_TEMPLATE = ["*"], template
    page = visit().get(address(endpoint), headers={"Host": host}).text
    assert expected.replace("HOOK", endpoint.hook) in page
    assert ("Only this machine reaches this address" in page) is near


def test_what_is_missing_is_said_at_the_field(visit: Callable[..., Client], hooks_installed: Installation) -> None:
    answer = visit().post("/w/support/endpoints/new/patchbay/hooks", {"name": "Shop", "setting-greeting": "kept"})
    assert answer.status_code == 422
    assert b"This field is required" in answer.content
    assert b'value="kept"' in answer.content
    assert not Endpoint.objects.exists()


def test_secrets_are_sealed_and_never_sent_back(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    assert SECRET not in endpoint.settings
    assert "moin" not in endpoint.settings
    form = visit().get(address(endpoint, "settings")).content.decode()
    assert SECRET not in form
    assert 'value="moin"' in form


def test_a_secret_left_empty_stays(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    given = {"name": "Shop 2", "setting-secret": "", "setting-greeting": "hej", "setting-mode": "plain"}
    assert visit().post(address(endpoint, "settings"), given).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.name == "Shop 2"
    assert services.opened_settings(endpoint) == {"secret": SECRET, "greeting": "hej", "mode": "plain", "loud": False}


def test_a_secret_that_may_be_missing_can_be_taken_away(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client, here = visit(), address(endpoint, "settings")
    given = {"name": "Shop", "setting-secret": "", "setting-greeting": "moin", "setting-mode": "plain"}
    assert "remove the stored one" not in client.get(here).text, "this one must be there"
    package = Installation.objects.get().package
    package.declaration["endpoint"]["settings"][1] |= {"required": False, "help": {"en_US": "See your shop."}}
    package.save(update_fields=["declaration"])
    form = client.get(here).text
    assert "Secret: remove the stored one" in form
    assert "See your shop. Leave it empty to keep" in form
    assert form.index("remove the stored one") < form.index("Mode"), "beside its secret"
    client.post(here, given)
    endpoint.refresh_from_db()
    assert services.opened_settings(endpoint)["secret"] == SECRET
    client.post(here, given | {"setting-forget:secret": "on"})
    endpoint.refresh_from_db()
    assert services.opened_settings(endpoint) == {"greeting": "moin", "mode": "plain", "loud": False}
    assert "remove the stored one" not in client.get(here).text


def test_rules_are_kept_and_wrong_ones_refused(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit()
    given = {"rate": "60", "allow": "192.0.2.0/24\n2001:db8::1", "scheme": "github", "secret": "s", "tolerance": "300"}
    assert client.post(address(endpoint, "rules"), given).status_code == 302
    endpoint.refresh_from_db()
    asked = rules(endpoint.rules)
    assert (asked.rate, asked.allow, asked.scheme) == (60, ["192.0.2.0/24", "2001:db8::1"], "github")
    assert services.signing_secret(endpoint) == b"s"
    assert not asked.unsigned_get
    assert client.post(address(endpoint, "rules"), given | {"unsigned_get": "on"}).status_code == 302
    endpoint.refresh_from_db()
    assert rules(endpoint.rules).unsigned_get
    wrong = client.post(address(endpoint, "rules"), given | {"allow": "nonsense"})
    assert wrong.status_code == 422
    assert b"cannot be read" in wrong.content
    assert client.post(address(endpoint, "rules"), given | {"secret": ""}).status_code == 302
    endpoint.refresh_from_db()
    assert services.signing_secret(endpoint) == b"s"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rate": "9" * 30}, "Limits are from 0 to 1,000,000,000."),
        ({"rate": "many"}, "Enter a whole number."),
        ({"unique_header": "X Order"}, "The name of a header has letters, digits and -"),
        *(
            ({"order_by": order}, "“header:X-Name”")
            for order in ("chat", "json:", "json:$.chat", "json:a[0]", "header: X")
        ),
        ({"queue": "on", "queue_status": "404"}, "less than or equal to 299"),
        ({"secret": "whsec_1"}, "Choose how the sender signs"),
        ({"scheme": "discord", "secret": "my bot token"}, "not Discord&#x27;s public key"),
        ({"scheme": "github"}, "cannot be checked without its secret"),
    ],
)
def test_rules_that_make_no_sense(
    visit: Callable[..., Client], endpoint: Endpoint, wrong: dict[str, str], said: str
) -> None:
    answer = visit().post(address(endpoint, "rules"), {"tolerance": "300"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    endpoint.refresh_from_db()
    assert endpoint.rules == {}


@pytest.mark.parametrize(
    "given", ["192.0.2.1, 2001:db8::/32", "192.0.2.1;\n2001:db8::/32", '["192.0.2.1","2001:db8::/32"]']
)
def test_addresses_as_they_are_published(visit: Callable[..., Client], endpoint: Endpoint, given: str) -> None:
    assert visit().post(address(endpoint, "rules"), {"tolerance": "300", "allow": given}).status_code == 302
    endpoint.refresh_from_db()
    assert rules(endpoint.rules).allow == ["192.0.2.1", "2001:db8::/32"]


def test_whether_a_signing_secret_is_stored_is_said(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit()
    assert "One is stored." not in client.get(address(endpoint, "rules")).text
    client.post(address(endpoint, "rules"), {"scheme": "discord", "secret": f" {'aF' * 32}\n", "tolerance": "300"})
    page = client.get(address(endpoint, "rules")).text
    assert "One is stored. Leave it empty to keep" in page
    assert "aF" * 32 not in page


def test_an_endpoint_of_a_recalled_plugin_says_so(
    visit: Callable[..., Client], endpoint: Endpoint, people: SimpleNamespace
) -> None:
    pages = ("/w/support/endpoints", address(endpoint))
    assert not [page for page in pages if "Plugin recalled" in visit("member").get(page).text]
    try:
        recalling.recall("plugin", "patchbay/hooks", strength="hard", reason="It leaks.", by=people.owner)
        assert recalls.follow() == 1
        lookup.forget()
        assert [page for page in pages if "Plugin recalled" in visit("member").get(page).text] == [*pages]
    finally:
        lookup.forget()


def test_switched_off_on_and_removed(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit("admin")
    client.post(address(endpoint, "switch"), {"enabled": "false"})
    assert book.looked_up(endpoint.hook) is None
    client.post(address(endpoint, "switch"), {"enabled": "true"})
    assert book.looked_up(endpoint.hook) is not None
    assert b"never answers again" in client.get(address(endpoint, "remove")).content
    assert client.post(address(endpoint, "remove")).headers["Location"] == "/w/support/endpoints"
    assert book.looked_up(endpoint.hook) is None
    assert not Endpoint.objects.exists()


def test_a_new_address_and_the_old_one_for_a_while(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    old = endpoint.hook
    visit().post(address(endpoint, "address"), {"grace": "1"})
    endpoint.refresh_from_db()
    assert endpoint.hook != old
    assert book.looked_up(old) is not None
    assert b"The address before this one answers" in visit().get(address(endpoint)).content
    Endpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    assert book.looked_up(old) is None
    assert book.looked_up(endpoint.hook) is not None


def test_a_leaked_address_ends_at_once(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    visit().post(address(endpoint, "address"), {"grace": "0"})
    assert book.looked_up(endpoint.hook) is None


def test_the_last_requests_come_by_themselves(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit("member")
    first = seen(endpoint, "/one")
    page = client.get(address(endpoint)).content.decode()
    assert "/one" in page
    assert f"after={first.pk}" in page
    asking = {"HX-Request": "true"}
    assert client.get(address(endpoint, f"?after={first.pk}"), headers=asking).status_code == 204
    second = seen(endpoint, "/two")
    news = client.get(address(endpoint, f"?after={first.pk}"), headers=asking).content.decode()
    assert "/two" in news
    assert "/one" not in news
    assert f"after={second.pk}" in news


def seen(endpoint: Endpoint, target: str) -> Seen:
    return Seen.objects.create(endpoint=endpoint, at=timezone.now(), method="GET", target=target, status=200)


def test_a_second_rotation_says_which_address_ends(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit()
    assert "ends at once" not in client.get(address(endpoint, "address")).text
    services.rotate(endpoint)
    assert "The address before it, which answers until" in client.get(address(endpoint, "address")).text


ACTS = ["settings", "rules", "address", "remove"]


@pytest.mark.parametrize("tail", ACTS)
def test_members_look_and_leave_the_rest_to_others(visit: Callable[..., Client], endpoint: Endpoint, tail: str) -> None:
    assert visit("member").get(address(endpoint)).status_code == 200
    assert visit("member").get(address(endpoint, tail)).status_code == 403
    assert visit("member").post(address(endpoint, "switch"), {"enabled": "false"}).status_code == 403
    assert visit("admin").get(address(endpoint, tail)).status_code == 200


def test_a_path_of_a_plugin_is_no_command(endpoint: Endpoint) -> None:
    url = "http://h/e/x/'; touch /tmp/x; echo '"
    for method in ("GET", "POST", "PUT; touch /tmp/x"):
        shown = Shown(endpoint, "http://h/e/x", None, [{"method": method, "url": url}])
        for command in (shown.calling, shown.posting):
            words = shlex.split(command)
            assert words[0] == "curl"
            assert words[-1] in (url, shown.url)
            assert "touch" not in words


@pytest.mark.parametrize("tail", ["", *ACTS])
def test_strangers_see_nothing(visit: Callable[..., Client], endpoint: Endpoint, tail: str) -> None:
    assert visit("stranger").get(address(endpoint, tail)).status_code == 404
    elsewhere = address(endpoint, tail).replace("/support/", "/elsewhere/")
    assert visit("stranger").get(elsewhere).status_code == 404
    assert Client().get(address(endpoint, tail)).status_code == 302


def test_pages_of_an_endpoint_whose_plugin_has_gone(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    Installation.objects.all().delete()
    for path in ("/w/support/endpoints", *(address(endpoint, tail) for tail in ("", *ACTS))):
        answer: Any = visit().get(path)
        assert answer.status_code == 200, path
    assert book.looked_up(endpoint.hook) is None


def test_a_plugin_that_has_gone_takes_no_settings_along(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    Installation.objects.all().delete()
    client = visit()
    page = client.get(address(endpoint)).text
    assert "Callers are told that there is no such address." in page
    assert "Try it" not in page
    assert 'name="name"' not in client.get(address(endpoint, "settings")).text
    assert client.post(address(endpoint, "settings"), {"name": "Shop 2"}).status_code == 422
    endpoint.refresh_from_db()
    assert services.opened_settings(endpoint)["secret"] == SECRET


def test_what_another_version_asks_for_is_said(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    package = Installation.objects.get().package
    package.declaration["endpoint"]["settings"][1] |= {"name": "api_key", "label": {"en_US": "API key"}}
    package.save(update_fields=["declaration"])
    client = visit()
    assert "A setting is missing: API key." in client.get(address(endpoint)).text
    assert "An owner or admin of this workspace can fill it in." in visit("member").get(address(endpoint)).text
    assert "Setting missing" in client.get("/w/support/endpoints").text
    given = {"name": "Shop", "setting-api_key": "k", "setting-greeting": "moin", "setting-mode": "plain"}
    assert client.post(address(endpoint, "settings"), given).status_code == 302
    assert "is missing" not in client.get(address(endpoint)).text


def test_a_version_without_endpoints_answers_nobody(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    package = Installation.objects.get().package
    del package.declaration["endpoint"]
    package.save(update_fields=["declaration"])
    assert book.looked_up(endpoint.hook) is None
    assert "has no endpoints" in visit().get(address(endpoint)).text
    assert "Answers nobody" in visit().get("/w/support/endpoints").text


def test_every_rule_has_its_place_on_the_page() -> None:
    shown = [field.name for _, _, fields in RulesForm(Rules()).parts for field in fields]
    assert sorted(shown) == sorted(RulesForm(Rules()).fields)
