"""Apps and accounts in a real browser: what scripts and style sheets do."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import chromium
from tests.e2e.conftest import page
from tests.servers import Host
from tests.studio.hosted import Studio

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with this file: while it runs, its event loop is in the way of tests with a database."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def server(studio: Studio) -> Host:
    return studio.host


@pytest.fixture
def ada(page: Page, server: Host) -> Page:
    page.goto("/sign-in")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/plugins")
    return page


def test_a_conversation_grows_on_its_page(ada: Page, studio: Studio) -> None:
    ada.goto(studio.app("chat", prompt="You are {{role}}."))
    ada.get_by_label("Role").fill("a poet")
    ada.get_by_label("Question").fill("first one")
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("You said: first one")).to_be_visible()
    expect(ada).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
    expect(ada.locator("#conversations a[aria-current]")).to_have_text("first one")
    expect(ada.get_by_label("Role")).to_have_count(0)
    expect(ada.get_by_label("Question")).to_be_focused()
    ada.get_by_label("Question").fill("second\nline")
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("You said: second line")).to_be_visible()
    ada.reload()
    expect(ada.locator(".turn")).to_have_count(2)
    ada.get_by_role("link", name="New conversation").click()
    expect(ada.locator(".turn")).to_have_count(0)


def test_an_answer_can_be_stopped(ada: Page, studio: Studio) -> None:
    ada.goto(studio.app("chat", **{"more-tokens": "10000", "more-delay_ms": "20"}))
    ada.get_by_label("Question").fill("go")
    ada.keyboard.press("Enter")
    expect(ada.locator(".told")).to_contain_text("tttt")
    ada.get_by_role("button", name="Stop").click()
    expect(ada.get_by_text("You stopped it.")).to_be_visible()
    expect(ada.get_by_role("button", name="Ask")).to_be_visible()


def test_what_is_missing_is_said_at_its_field(ada: Page, studio: Studio) -> None:
    ada.goto(studio.app("completion", prompt="Say {{word}}"))
    ada.get_by_role("button", name="Run").click()
    expect(ada.get_by_text("This field is required.")).to_be_visible()
    expect(ada.get_by_label("Word")).to_be_focused()
    ada.get_by_label("Word").fill("hello")
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_text("You said: Say hello")).to_be_visible()


def test_steps_are_told_as_they_run(ada: Page, studio: Studio) -> None:
    fields = {"step-TOTAL_FORMS": "1", "step-INITIAL_FORMS": "0", "step-0-name": "thought", "step-0-kind": "model"}
    ada.goto(studio.app("workflow", **fields, **{"step-0-text": "about {{word}}"}))
    ada.get_by_label("Word").fill("cables")
    ada.get_by_role("button", name="Run").click()
    expect(ada.get_by_text("You said: about cables")).to_be_visible()
    expect(ada.locator(".thoughts li")).to_have_text(re.compile(r"thought, \d+\.\d s"))


def test_an_account_is_typed_only_where_it_is_asked_for(ada: Page, studio: Studio) -> None:
    studio.add("locked", "tool", {"value-api_key": "good", "value-region": "eu", "account-name": "Chosen"})
    ada.goto("/w/default/plugins/patchbay/locked/-/run/tool/open")
    expect(ada.get_by_label("API key")).to_be_hidden()
    ada.get_by_role("button", name="Run").click()
    expect(ada.locator("#status")).to_contain_text("Done")
    ada.get_by_label("Account").select_option("typed")
    ada.get_by_label("API key").fill("bad")
    ada.get_by_role("button", name="Run").click()
    expect(ada.locator("#blocks")).to_contain_text("the key does not fit")
