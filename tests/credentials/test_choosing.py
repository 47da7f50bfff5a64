"""A run with a stored account instead of one that is typed."""

from collections.abc import Callable

import pytest
from django.test import Client

from runtime.credentials import Place, storing
from runtime.models import Credential, Installation
from tests.credentials.conftest import Plugins

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = "/w/support/plugins/patchbay/locked/-/run/tool/open"
MODEL = "/w/support/plugins/patchbay/model/-/run/model"
FORM = {"credential-region": "eu"}


@pytest.fixture
def stored(put: Callable[[str], Installation], plugins: Plugins, place: Callable[..., Place]) -> Credential:
    put("locked")
    plugins.answers["tool/invoke"] = {"type": "text", "message": {"text": "opened"}}
    return storing.keep(place("locked"), {"api_key": "hidden-key"}, name="Main")


def test_the_stored_account_is_chosen_at_first(visit: Callable[..., Client], stored: Credential) -> None:
    page = visit("member").get(OPEN).text
    assert f'<option value="{stored.pk}" selected>Main (default)</option>' in page
    assert "hidden-key" not in page


def test_it_goes_to_the_plugin_and_not_to_the_page(
    visit: Callable[..., Client], stored: Credential, plugins: Plugins
) -> None:
    answer = visit("member").post(OPEN, {**FORM, "account": str(stored.pk)})
    assert (answer.status_code, "opened" in answer.text, "hidden-key" in answer.text) == (200, True, False)
    data = plugins.asked[-1]["data"]
    assert (data["credentials"], data["credential_type"]) == ({"api_key": "hidden-key"}, "api-key")


def test_another_can_be_typed_for_one_run(visit: Callable[..., Client], stored: Credential, plugins: Plugins) -> None:
    browser = visit("member")
    assert browser.post(OPEN, {**FORM, "account": "typed"}).status_code == 422
    assert browser.post(OPEN, {**FORM, "account": "typed", "credential-api_key": "mine"}).status_code == 200
    assert plugins.asked[-1]["data"]["credentials"]["api_key"] == "mine"


def test_an_account_that_is_not_there_is_not_used(
    visit: Callable[..., Client], stored: Credential, plugins: Plugins
) -> None:
    Credential.objects.update(workspace_id="elsewhere")
    assert visit("member").post(OPEN, {**FORM, "account": str(stored.pk)}).status_code == 422
    assert plugins.asked == []


def test_a_sign_in_is_told_as_such(
    visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins, place: Callable[..., Place]
) -> None:
    put("oauth")
    row = storing.keep(place("oauth"), {"access_token": "token"}, type="oauth2")
    plugins.answers["dynamic_select/fetch_parameter_options"] = {"options": [{"value": "a"}]}
    plugins.answers["tool/invoke"] = {"type": "text", "message": {"text": "listed"}}
    browser, page = visit("member"), "/w/support/plugins/patchbay/oauth/-/run/tool/list"
    given = {"account": str(row.pk), "parameter-shelf": "a"}
    assert "listed" in browser.post(page, given).text
    browser.post(page, {**given, "load": "shelf"}, headers={"Accept": "application/json"})
    for asked in plugins.asked:
        assert asked["data"]["credentials"] == {"access_token": "token"}
        assert asked["data"]["credential_type"] == "oauth2"
    assert plugins.actions == ["tool/invoke", "dynamic_select/fetch_parameter_options"]


def test_a_model_too(
    visit: Callable[..., Client], put: Callable[[str], Installation], plugins: Plugins, place: Callable[..., Place]
) -> None:
    put("model")
    row = storing.keep(place("model", "model", provider="fake"), {"api_key": "k"})
    answer = visit("member").post(f"{MODEL}?model=fake-chat", {"account": str(row.pk), "parameter-prompt": "Hi"})
    assert answer.status_code == 200
    assert plugins.asked[-1]["data"]["credentials"] == {"api_key": "k"}
