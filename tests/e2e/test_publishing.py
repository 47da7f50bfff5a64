"""Somebody new publishes a first plugin in a real browser and the next version by token, following only the pages.

Whoever reviews approves the first; and everybody can use all pages on the way.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from marketplace.difypkg import build_package
from tests.accessible import overflow, violations
from tests.e2e.reviewing import approve, settle_everything
from tests.places import ROOT
from tests.programs import on_path
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
FIVE_MINUTES = 300.0
SLOW = 120_000  # milliseconds: screening starts a program of its own


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example dice, as a folder of the newcomer's organization."""
    folder, source = tmp_path / "my_plugin", ROOT / "examples" / "dice"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in filter(Path.is_file, folder.rglob("*")):
        file.write_bytes(file.read_bytes().replace(b"patchbay-examples", b"nova-labs"))
    return folder


def packed(folder: Path, version: str = "0.1.0") -> Path:
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("version: 0.1.0", f"version: {version}", 1))
    package = folder.with_suffix(".difypkg")
    package.write_bytes(build_package(folder))
    return package


def fine(page: Page) -> None:
    """What holds for every page on the way."""
    assert violations(page) == []
    assert overflow(page) == 0


def invited(staff: Page) -> str:
    staff.goto("/invitations")
    staff.get_by_role("button", name="Make a link").click()
    link = staff.locator("#made code").get_attribute("title")
    assert link is not None
    return link


def sign_up(nova: Page, link: str) -> None:
    nova.goto(link)
    fine(nova)
    nova.get_by_label("Name").fill("Nova")
    nova.get_by_label("Email").fill("nova@example.org")
    nova.get_by_label("Password").fill("a long enough phrase")
    nova.get_by_role("button", name="Make the account").click()
    expect(nova.get_by_role("heading", name="Publish your first plugin")).to_be_visible()
    fine(nova)


def make_organization(nova: Page) -> None:
    nova.get_by_role("link", name="Make an organization").click()
    nova.get_by_label("Handle").fill("Nova-labs")  # as a phone writes it
    nova.get_by_label("Name", exact=True).fill("Nova Labs")
    fine(nova)
    nova.get_by_role("button", name="Make it").click()
    expect(nova.get_by_role("heading", name="Nothing published yet")).to_be_visible()
    fine(nova)


def hand_in(nova: Page, package: Path) -> None:
    nova.get_by_role("link", name="Upload a package").click()
    nova.get_by_label("Choose a .difypkg file").set_input_files(package)
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


def is_reviewed(staff: Page) -> None:
    staff.goto("/inbox")
    staff.get_by_role("link", name="submission").first.click()
    staff.get_by_role("link", name="nova-labs/dice").first.click()
    staff.wait_for_url("**/desk/submissions/*")
    settle_everything(staff)
    approve(staff)
    expect(staff.get_by_text("Signed and listed").first).to_be_visible(timeout=SLOW)


def is_listed(nova: Page) -> None:
    nova.reload()
    expect(nova.get_by_text("It is signed and listed.")).to_be_visible()
    fine(nova)
    nova.get_by_role("link", name="See it as others do").click()
    expect(nova.get_by_role("heading", name="Dice", exact=True, level=1)).to_be_visible()
    fine(nova)


def publish_by_token(nova: Page, folder: Path) -> None:
    """The command is the page's own, run as it stands there."""
    nova.goto("/publish/nova-labs/tokens")
    nova.get_by_label("Name").fill("laptop")
    nova.get_by_role("button", name="Make the token").click()
    expect(nova.get_by_text("Copy the token now")).to_be_visible()
    fine(nova)
    on_path("curl")
    packed(folder, "0.1.1")
    command = nova.locator("#made pre").first.inner_text()
    done = subprocess.run(["sh", "-ec", command], cwd=folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r'"page": "([^"]+)"', done.stdout)
    assert found is not None, done.stdout
    nova.goto(found[1])
    expect(nova.get_by_text("token laptop").first).to_be_visible()
    wrong = ["sh", "-ec", command.replace("Bearer pbt_", "Bearer pbt_x")]
    refused = subprocess.run(wrong, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert refused.returncode != 0, "a script notices what was refused"
    assert "This is no upload token" in refused.stdout


def test_a_newcomer_publishes_by_form_and_by_token(
    signed_in: Page, browser: Browser, server: Host, example: Path, request: pytest.FixtureRequest
) -> None:
    link, package = invited(signed_in), packed(example)
    context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    request.addfinalizer(context.close)
    nova, begin = context.new_page(), time.monotonic()
    sign_up(nova, link)
    make_organization(nova)
    hand_in(nova, package)
    assert time.monotonic() - begin < FIVE_MINUTES
    # the page follows what becomes of it by itself
    expect(nova.locator("#stands")).to_contain_text("Waits for a reviewer", timeout=SLOW)
    is_reviewed(signed_in)
    is_listed(nova)
    publish_by_token(nova, example)
    for part in ("", "nova-labs/people", "nova-labs/trusted", "nova-labs/about"):
        nova.goto(f"/publish/{part}")
        fine(nova)
