"""Pages of accounts: who may, what the plugin is asked, what is stored, and what never comes back."""

from collections.abc import Callable

import pytest
from django.test import Client

from runtime.credentials import storing
from runtime.errors import Unavailable
from runtime.models import Credential, Installation
from tests.credentials.conftest import Plugins

pytestmark = pytest.mark.django_db
LOCKED = "/w/support/plugins/patchbay/locked/-/credentials/"
MODEL = "/w/support/plugins/patchbay/model/-/credentials/"
GIVEN = {"value-api_key": "top-secret-key", "value-region": "us", "account-name": "Main"}


@pytest.fixture
def locked(put: Callable[[str], Installation], plugins: Plugins) -> Installation:
    return put("locked")


@pytest.fixture
def main(visit: Callable[..., Client], locked: Installation) -> Credential:
    assert visit().post(f"{LOCKED}add/tool", GIVEN).status_code == 302
    return Credential.objects.get()


def test_without_an_account_the_page_says_so(visit: Callable[..., Client], locked: Installation) -> None:
    page = visit("member").get(LOCKED).text
    assert "cannot work yet" in page
    assert "Add an account" not in page
    assert "Add an account" in visit("admin").get(LOCKED).text
    assert "Missing" in visit("member").get("/w/support/credentials").text


def test_the_plugin_is_asked_and_then_it_is_stored(
    visit: Callable[..., Client], locked: Installation, plugins: Plugins
) -> None:
    browser = visit("admin")
    form = browser.get(f"{LOCKED}add/tool")
    assert 'href="https://example.org/keys"' in form.text
    page = browser.post(f"{LOCKED}add/tool", GIVEN, follow=True).text
    assert "Locked accepts it. “Main” is stored." in page
    row = Credential.objects.get()
    assert storing.values_of(row) == {"api_key": "top-secret-key", "region": "us", "verbose": False}
    assert (row.name, row.is_default, row.type) == ("Main", True, "api-key")
    (asked,) = plugins.asked
    assert (asked["action"], asked["plugin_id"]) == ("tool/validate_credentials", "patchbay/locked")
    assert asked["data"]["credentials"]["api_key"] == "top-secret-key"


def test_what_the_plugin_refuses_is_not_stored(
    visit: Callable[..., Client], locked: Installation, plugins: Plugins
) -> None:
    plugins.answers["tool/validate_credentials"] = "the key does not fit"
    page = visit().post(f"{LOCKED}add/tool", GIVEN)
    assert page.status_code == 422
    assert "does not accept it: the key does not fit" in page.text
    assert "top-secret-key" not in page.text
    assert 'value="Main"' in page.text
    assert not Credential.objects.exists()


def test_neither_is_what_could_not_be_checked(
    visit: Callable[..., Client], locked: Installation, plugins: Plugins
) -> None:
    plugins.answers["tool/validate_credentials"] = Unavailable("It does not run.")
    page = visit().post(f"{LOCKED}add/tool", GIVEN)
    assert (page.status_code, "It was not stored. It does not run." in page.text) == (422, True)
    assert not Credential.objects.exists()


def test_a_field_that_is_missing_is_said_before_the_plugin_is_asked(
    visit: Callable[..., Client], locked: Installation, plugins: Plugins
) -> None:
    page = visit().post(f"{LOCKED}add/tool", {"value-region": "us"})
    assert (page.status_code, plugins.asked) == (422, [])


def test_no_page_shows_a_secret(visit: Callable[..., Client], main: Credential) -> None:
    for address in (LOCKED, f"{LOCKED}{main.pk}", "/w/support/credentials", f"{LOCKED}add/tool"):
        page = visit().get(address)
        assert page.status_code == 200
        assert "top-secret-key" not in page.text
    edit = visit().get(f"{LOCKED}{main.pk}")
    assert "to**********ey" in edit.text
    assert edit.headers["Cache-Control"] == "no-store"
    assert "top-secret-key" not in main.sealed


@pytest.mark.parametrize("typed", ["", "to**********ey"])
def test_a_secret_that_is_not_typed_again_stays(visit: Callable[..., Client], main: Credential, typed: str) -> None:
    answer = visit().post(f"{LOCKED}{main.pk}", {**GIVEN, "value-api_key": typed, "value-region": "eu"})
    assert answer.status_code == 302
    main.refresh_from_db()
    assert storing.values_of(main) == {"api_key": "top-secret-key", "region": "eu", "verbose": False}


def test_a_change_that_is_refused_leaves_the_old_one(
    visit: Callable[..., Client], main: Credential, plugins: Plugins
) -> None:
    plugins.answers["tool/validate_credentials"] = "no"
    assert visit().post(f"{LOCKED}{main.pk}", {**GIVEN, "value-api_key": "other"}).status_code == 422
    main.refresh_from_db()
    assert storing.values_of(main)["api_key"] == "top-secret-key"


def test_names_are_not_given_twice(visit: Callable[..., Client], main: Credential) -> None:
    again = visit().post(f"{LOCKED}add/tool", GIVEN)
    assert "There is one called “Main” already" in again.text
    for _ in range(2):
        visit().post(f"{LOCKED}add/tool", {**GIVEN, "account-name": ""})
    assert list(Credential.objects.order_by("created_at").values_list("name", flat=True)) == [
        "Main",
        "Account",
        "Account 2",
    ]


def test_the_default_moves_and_is_inherited(visit: Callable[..., Client], main: Credential) -> None:
    browser = visit()
    browser.post(f"{LOCKED}add/tool", {**GIVEN, "account-name": "Second"})
    second = Credential.objects.get(name="Second")
    assert not second.is_default
    browser.post(f"{LOCKED}{second.pk}/default")
    assert list(Credential.objects.filter(is_default=True)) == [second]
    browser.post(f"/w/support/credentials/{second.pk}/remove")
    assert [(row.name, row.is_default) for row in Credential.objects.all()] == [("Main", True)]


def test_a_check_says_in_a_sentence_how_it_went(
    visit: Callable[..., Client], main: Credential, plugins: Plugins
) -> None:
    browser = visit()
    assert "Locked accepts “Main”." in browser.post(f"{LOCKED}{main.pk}/test", follow=True).text
    plugins.answers["tool/validate_credentials"] = "it was revoked"
    assert "does not accept “Main”: it was revoked" in browser.post(f"{LOCKED}{main.pk}/test", follow=True).text


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_only_owners_and_admins_change_anything(
    visit: Callable[..., Client], main: Credential, plugins: Plugins, who: str
) -> None:
    browser, refused = visit(who), 403 if who == "member" else 404
    asked = len(plugins.asked)
    for address in (
        f"{LOCKED}add/tool",
        f"{LOCKED}{main.pk}",
        f"{LOCKED}{main.pk}/default",
        f"{LOCKED}{main.pk}/test",
        f"{LOCKED}client/tool",
        f"{LOCKED}sign-in/tool",
        f"/w/support/credentials/{main.pk}/remove",
    ):
        assert browser.post(address, GIVEN).status_code == refused, address
    assert Credential.objects.get() == main
    assert len(plugins.asked) == asked
    assert browser.get(LOCKED).status_code == (200 if who == "member" else 404)


def test_another_workspace_s_account_is_not_there(visit: Callable[..., Client], main: Credential) -> None:
    Credential.objects.update(workspace_id="elsewhere")
    for address in (f"{LOCKED}{main.pk}/default", f"/w/support/credentials/{main.pk}/remove"):
        assert visit().post(address).status_code == 404


def test_a_model_of_ones_own_has_its_own_account(
    visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins
) -> None:
    put("model")
    browser = visit()
    given = {"model-model": "mine", "model-model_type": "llm", "value-api_key": "k", "value-mode": "chat"}
    assert browser.post(f"{MODEL}add/model?own=1", given).status_code == 302
    row = Credential.objects.get()
    assert (row.model, row.model_type, row.is_default) == ("mine", "llm", True)
    (asked,) = plugins.asked
    assert asked["action"] == "model/validate_model_credentials"
    assert asked["data"].items() >= {"provider": "fake", "model": "mine", "model_type": "llm"}.items()
    assert "Only for <code>mine</code>" in browser.get(MODEL).text
    assert browser.get(f"{MODEL}{row.pk}").status_code == 200


def test_what_a_model_s_plugin_mends_is_what_is_stored(
    visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins
) -> None:
    put("model")
    plugins.answers["model/validate_provider_credentials"] = {"result": True, "credentials": {"endpoint": "https://e"}}
    visit().post(f"{MODEL}add/model", {"value-api_key": "k", "value-endpoint": "e"})
    assert storing.values_of(Credential.objects.get()) == {"api_key": "k", "endpoint": "https://e"}


def test_accounts_outlive_their_plugin_for_a_while(visit: Callable[..., Client], main: Credential) -> None:
    Installation.objects.all().delete()
    page = visit().get("/w/support/credentials").text
    assert "kept until" in page
    assert "patchbay/locked" in page
    assert visit().post(f"/w/support/credentials/{main.pk}/remove").status_code == 302
    assert not Credential.objects.exists()


def test_a_page_without_any_says_where_they_come_from(visit: Callable[..., Client]) -> None:
    assert "No plugin asks for an account" in visit("member").get("/w/support/credentials").text
