"""Somebody new publishes a first plugin in a real browser, following only the pages; and everybody can use these."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessible import overflow, violations
from tests.places import ROOT
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
FIVE_MINUTES = 300.0


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example dice, as a package of the newcomer's organization."""
    from marketplace.difypkg import build_package

    folder = tmp_path / "dice"
    for file in sorted((ROOT / "examples" / "dice").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            target = folder / file.relative_to(ROOT / "examples" / "dice")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes().replace(b"patchbay-examples", b"nova-labs"))
    package = tmp_path / "dice.difypkg"
    package.write_bytes(build_package(folder))
    return package


def fine(page: Page) -> None:
    """What holds for every page on the way."""
    assert violations(page) == []
    assert overflow(page) == 0


def test_a_newcomer_publishes_by_form(
    signed_in: Page, browser: Browser, server: Host, example: Path, request: pytest.FixtureRequest
) -> None:
    signed_in.goto("/invitations")
    signed_in.get_by_role("button", name="Make a link").click()
    link = signed_in.locator("#made code").get_attribute("title")
    assert link is not None
    context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    request.addfinalizer(context.close)
    nova, begin = context.new_page(), time.monotonic()
    nova.goto(link)
    fine(nova)
    nova.get_by_label("Name").fill("Nova")
    nova.get_by_label("Email").fill("nova@example.org")
    nova.get_by_label("Password").fill("a long enough phrase")
    nova.get_by_role("button", name="Make the account").click()
    expect(nova.get_by_role("heading", name="Publish your first plugin")).to_be_visible()
    fine(nova)
    nova.get_by_role("link", name="Make an organization").click()
    nova.get_by_label("Handle").fill("nova-labs")
    nova.get_by_label("Name", exact=True).fill("Nova Labs")
    fine(nova)
    nova.get_by_role("button", name="Make it").click()
    fine(nova)
    nova.get_by_role("link", name="Upload a package").click()
    nova.get_by_label("Choose a .difypkg file").set_input_files(example)
    fine(nova)
    nova.get_by_role("button", name="Upload").click()
    expect(nova.get_by_role("heading", name="Dice 0.1.0")).to_be_visible()
    expect(nova.get_by_label("What is new")).to_have_value(
        "- Rolls any number of dice with any number of sides\n- Drops the lowest with `dl`"
    )
    fine(nova)
    nova.get_by_role("link", name="Look at it").click()
    expect(nova.get_by_label("It collects nothing and sends nothing to anybody")).to_be_checked()
    fine(nova)
    nova.get_by_role("link", name="Back").click()
    nova.get_by_role("button", name="Hand it in").click()
    expect(nova.get_by_text("nova-labs/dice 0.1.0 is handed in.")).to_be_visible()
    fine(nova)
    assert time.monotonic() - begin < FIVE_MINUTES
    look_around(nova)


def look_around(nova: Page) -> None:
    """The organization's other pages: a token is made, and all of them can be used by everybody."""
    for address in ("/publish/", "/publish/nova-labs/people", "/publish/nova-labs/trusted", "/publish/nova-labs/about"):
        nova.goto(address)
        fine(nova)
    nova.goto("/publish/nova-labs/tokens")
    nova.get_by_label("Name").fill("laptop")
    nova.get_by_role("button", name="Make the token").click()
    expect(nova.get_by_text("Copy the token now")).to_be_visible()
    fine(nova)
