"""Signing in at a provider: a state that is signed, good once, for one person; and what the plugin is handed."""

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client

from runtime.credentials import oauth, storing
from runtime.models import Credential, Installation, OAuthFlow
from tests.credentials.conftest import Plugins

pytestmark = pytest.mark.django_db
PAGES = "/w/support/plugins/patchbay/oauth/-/credentials/"
CLIENT = {"value-client_id": "the-client", "value-client_secret": "hidden-secret", "value-scope": "read"}
THERE = "https://auth.example.org/authorize"


def tokens(_: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "ada"},
        "credentials": {"access_token": "hidden-token"},
        "expires_at": int(time.time()) + 3600,
    }


@pytest.fixture
def owner(visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins) -> Client:
    """Whose browser it is that has set up the client."""
    put("oauth")
    browser = visit()
    assert browser.post(f"{PAGES}client/tool", CLIENT).status_code == 302
    plugins.answers["oauth/get_authorization_url"] = {
        "authorization_url": f"{THERE}?client_id=the-client&state=its%20own"
    }
    plugins.answers["oauth/get_credentials"] = tokens
    return browser


def address_of(browser: Client, **given: str) -> str:
    page = browser.post(f"{PAGES}sign-in/tool", given).text
    found = re.search(rf'href="({re.escape(THERE)}[^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


def state_of(browser: Client, **given: str) -> str:
    return parse_qs(urlsplit(address_of(browser, **given)).query)["state"][0]


def test_there_and_back(owner: Client, plugins: Plugins) -> None:
    address = address_of(owner)
    assert plugins.asked[-1]["data"] == {
        "provider": "oauth",
        "redirect_uri": "http://testserver/oauth/callback",
        "system_credentials": {"client_id": "the-client", "client_secret": "hidden-secret", "scope": "read"},
    }
    query = parse_qs(urlsplit(address).query)
    assert query["client_id"] == ["the-client"]
    back = {"code": "42", "b": "é", "state": query["state"][0]}
    headers = {"User-Agent": "browser\r\n", "Accept": "text/html"}
    page = owner.get("/oauth/callback", back, headers=headers, follow=True).text
    assert "You are signed in. “ada” is stored." in page
    row = Credential.objects.get()
    assert (row.type, row.name, row.is_default) == ("oauth2", "ada", True)
    assert storing.values_of(row) == {"access_token": "hidden-token"}
    raw = bytes.fromhex(plugins.asked[-1]["data"]["raw_http_request"]).decode()
    assert raw == (
        "GET /oauth/callback?b=%C3%A9&code=42&state=its+own HTTP/1.1\r\n"
        "Host: testserver\r\nUser-Agent: browser\r\nAccept: text/html\r\nAccept-Language: en\r\n\r\n"
    )


def test_nothing_secret_comes_back(owner: Client) -> None:
    owner.get("/oauth/callback", {"code": "1", "state": state_of(owner)})
    for address in (PAGES, f"{PAGES}client/tool"):
        page = owner.get(address).text
        assert "hidden-secret" not in page
        assert "hidden-token" not in page
    assert "hi*********et" in owner.get(f"{PAGES}client/tool").text


def test_the_client_s_secret_stays_when_it_is_not_typed_again(owner: Client, plugins: Plugins) -> None:
    owner.post(f"{PAGES}client/tool", {**CLIENT, "value-client_secret": "", "value-scope": "write"})
    address_of(owner)
    known = plugins.asked[-1]["data"]["system_credentials"]
    assert known == {"client_id": "the-client", "client_secret": "hidden-secret", "scope": "write"}


def test_a_state_is_good_once(owner: Client, plugins: Plugins) -> None:
    back = {"code": "1", "state": state_of(owner)}
    assert owner.get("/oauth/callback", back).status_code == 302
    asked = len(plugins.asked)
    again = owner.get("/oauth/callback", back)
    assert (again.status_code, "has ended already" in again.text) == (400, True)
    assert (Credential.objects.count(), len(plugins.asked)) == (1, asked)


@pytest.mark.parametrize("who", ["admin", "member", "stranger"])
def test_a_state_is_of_one_person(owner: Client, visit: Callable[..., Client], plugins: Plugins, who: str) -> None:
    back = {"code": "1", "state": state_of(owner)}
    asked = len(plugins.asked)
    refused = {"admin": 400, "member": 403, "stranger": 404}[who]
    assert visit(who).get("/oauth/callback", back).status_code == refused
    assert (Credential.objects.count(), len(plugins.asked)) == (0, asked)
    assert owner.get("/oauth/callback", back).status_code == 302


def test_somebody_who_signed_out_meanwhile_signs_in_first(owner: Client) -> None:
    back = {"code": "1", "state": state_of(owner)}
    answer = Client().get("/oauth/callback", back)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=%2Foauth%2Fcallback%3Fcode%3D1")


def forged() -> list[str]:
    return ["", "x", signing.dumps([1, 2, 3], salt=oauth.SALT), signing.dumps(["0" * 32, "1", "support"], salt="other")]


@pytest.mark.parametrize("state", forged())
def test_a_state_that_was_not_made_here_is_refused(owner: Client, state: str) -> None:
    answer = owner.get("/oauth/callback", {"code": "1", "state": state})
    assert (answer.status_code, "was not begun here" in answer.text) == (400, True)


def test_a_sign_in_that_took_too_long_is_refused(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_of(owner)
    later = time.time() + storing.FLOW_LASTS.total_seconds() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert owner.get("/oauth/callback", {"code": "1", "state": state}).status_code in (302, 400)
    assert not Credential.objects.exists()


def test_what_the_plugin_says_against_it_is_shown(owner: Client, plugins: Plugins) -> None:
    plugins.answers["oauth/get_credentials"] = "not authorized: access_denied"
    page = owner.get("/oauth/callback", {"error": "access_denied", "state": state_of(owner)}, follow=True).text
    assert "You are not signed in: not authorized: access_denied" in page
    assert not OAuthFlow.objects.exists()


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "/here"])
def test_only_web_addresses_are_led_to(owner: Client, plugins: Plugins, address: str) -> None:
    plugins.answers["oauth/get_authorization_url"] = {"authorization_url": address}
    page = owner.post(f"{PAGES}sign-in/tool", follow=True).text
    assert "gave no address" in page
    assert "javascript:" not in page


def test_one_is_signed_in_again(owner: Client) -> None:
    owner.get("/oauth/callback", {"code": "1", "state": state_of(owner)})
    row = Credential.objects.get()
    Credential.objects.update(trouble="revoked")
    assert "Needs you" in owner.get(PAGES).text
    owner.get("/oauth/callback", {"code": "2", "state": state_of(owner, again=str(row.pk))})
    assert (Credential.objects.get().pk, Credential.objects.get().trouble) == (row.pk, "")


def test_the_same_account_twice_gets_two_names(owner: Client) -> None:
    for _ in range(2):
        owner.get("/oauth/callback", {"code": "1", "state": state_of(owner)})
    assert sorted(Credential.objects.values_list("name", flat=True)) == ["Signed in", "ada"]


def test_a_trigger_s_client_is_its_constructor_s(
    visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins
) -> None:
    put("trigger")
    page = visit().get("/w/support/plugins/patchbay/trigger/-/credentials/").text
    assert "Set up sign-in" in page
    assert "Add an account" in page
