"""From an upload to an installed plugin: screened, commented on, sent back, mended, approved by two, signed, listed."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from marketplace.difypkg import build_package
from tests.e2e.reviewing import approve, fill_in, settle_everything
from tests.listing import PLUGINS
from tests.places import new_folder
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PASSWORD = "correct horse battery"
SLOW = 120_000  # milliseconds: screening starts a program of its own, installing builds an environment
ACCOUNTS = f"""
from marketplace.models import User
for name, reviews in (("Olga", False), ("Bob", True), ("Kim", True)):
    User.objects.create_user(name.lower() + "@example.org", "{PASSWORD}", name=name, is_reviewer=reviews)
"""
STATEMENT = """uses:
  - data: content
    purpose: function
contact: olga@acme.example.org
"""
RISKY = """

def weekday() -> str:
    return subprocess.run(["date", "+%A"], capture_output=True, text=True, check=True).stdout
"""
QUESTION = "What is this program started for?"
# Pictures of each step, for people: PICTURES=folder pytest tests/e2e/test_trust.py
PICTURES = os.environ.get("PICTURES")


@pytest.fixture(scope="module")
def market(start_host: Callable[..., Host]) -> Host:
    """A server of this file alone, with a publisher and two reviewers beside its administrator."""
    host = start_host(ADMIN_EMAIL="ada@example.org", EMBEDDED_WORKER="true")
    host.manage("shell", "--verbosity=0", "--no-imports", "-c", ACCOUNTS)
    return host


@pytest.fixture
def sign_in(browser: Browser, market: Host) -> Iterator[Callable[[str], Page]]:
    """A browser window of its own for each person."""
    contexts = []

    def open_window(name: str) -> Page:
        context = browser.new_context(base_url=market.url, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("Email").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(market.password if name == "ada" else PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(re.compile("sign-in"))
        return page

    yield open_window
    for context in contexts:
        context.close()


def package(version: str, *, risky_comment: str) -> Path:
    """The echo plugin as acme publishes it, with a helper that starts a program."""
    folder = new_folder() / "echo"
    shutil.copytree(PLUGINS / "echo", folder)
    manifest = folder / "manifest.yaml"
    text = (
        manifest.read_text()
        .replace("author: patchbay", "author: acme")
        .replace("version: 0.0.1", f"version: {version}", 1)
    )
    manifest.write_text(text)
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text().replace("author: patchbay", "author: acme"))
    tool = next((folder / "tools").glob("echo.py"))
    tool.write_text(f"import subprocess  {risky_comment}\n{tool.read_text()}{RISKY}")
    (folder / "privacy.yaml").write_text(STATEMENT)
    target = folder.parent / f"echo-{version}.difypkg"
    target.write_bytes(build_package(folder))
    return target


def picture(page: Page, name: str) -> None:
    """What people look at: each step at two widths, light and dark."""
    if not PICTURES:
        return
    for width in (1440, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})


def hand_in(page: Page, file: Path, notes: str) -> str:
    """Upload and complete a package; the address of its submission."""
    page.goto("/publish/acme/upload")
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/publish/submissions/*")
    picture(page, f"1-draft-{file.stem}")
    page.get_by_label("What is new").fill(notes)
    page.get_by_role("button", name="Hand it in").click()
    page.wait_for_url("**/publish/submissions/*")
    return page.url


def until(page: Page, url: str, words: str) -> None:
    """Look again until the page says so."""
    for _ in range(120):
        page.goto(url)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(1500)
    raise AssertionError(f"{url} does not say “{words}”: {page.locator('main').inner_text()[:2000]}")


def open_in_queue(page: Page, version: str) -> None:
    """By keyboard: down to the row, open it, claim it."""
    page.goto("/desk/")
    expect(page.get_by_text(version)).to_be_visible()
    picture(page, f"2-queue-{version}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/submissions/*")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_text("Yours until")).to_be_visible()


def found_organization(page: Page) -> None:
    page.goto("/publish/new")
    page.get_by_label("Handle").fill("acme")
    page.get_by_label("Name", exact=True).fill("Acme")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/publish/acme")


def comment_and_send_back(page: Page) -> None:
    """A reviewer asks about a line, and sends the submission back."""
    open_in_queue(page, "0.1.0")
    picture(page, "3-submission")
    expect(page.locator(".pill", has_text="High").first).to_be_visible()
    review = page.url
    page.goto(f"{review}/files/tools/echo.py")
    page.get_by_role("link", name="Line 1", exact=True).click()
    page.get_by_label("On line 1").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".beneath", has_text=QUESTION)).to_be_visible()
    picture(page, "4-file")
    page.goto(review)
    page.get_by_text("Ask for changes").click()
    page.locator("#ask").fill("Please say in the code why a program is started.")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("It waits for its publisher")).to_be_visible()


def read_and_mend(page: Page, first: str) -> str:
    """The publisher sees why it came back, and hands a mended version in, which takes the place of the first."""
    page.goto(first)
    expect(page.get_by_text("A reviewer has sent it back")).to_be_visible()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    picture(page, "5-sent-back")
    second = hand_in(page, package("0.1.1", risky_comment="# tells the day"), "Says why a program is started.")
    until(page, second, "a reviewer")
    page.goto(first)
    expect(page.get_by_text("A newer upload has taken its place")).to_be_visible()
    return second


def approve_by_two(one: Page, other: Page) -> None:
    open_in_queue(one, "0.1.1")
    expect(one.get_by_text("New upload")).to_be_visible()
    expect(one.get_by_text(QUESTION)).to_be_visible()  # the talk goes on
    one.locator("#approve button").click()
    expect(one.locator(".notice.bad").first).to_be_visible()  # nothing is ticked yet
    settle_everything(one)
    fill_in(one)
    picture(one, "6-ready-to-approve")
    approve(one)
    expect(one.get_by_text("A second reviewer has to agree")).to_be_visible()
    expect(one.get_by_text("Somebody else has to be the second")).to_be_visible()
    open_in_queue(other, "0.1.1")
    expect(other.get_by_text("Bob: It is what the plugin is for.").first).to_be_visible()
    approve(other)
    expect(other.get_by_text("Approved. It is signed and listed next.")).to_be_visible()


def install(page: Page) -> None:
    """From the plugin's page into the workspace, with its certificate in sight all the way."""
    page.goto("/plugins/acme/echo")
    expect(page.get_by_text("Certified").first).to_be_visible()
    expect(page.get_by_text("What it uses stays in your workspace").first).to_be_visible()  # as stated and reviewed
    picture(page, "8-plugin")
    page.get_by_role("button", name=re.compile("^Use in")).click()
    page.wait_for_url("**/install?p=acme/echo:0.1.1*")
    expect(page.get_by_text("Certified").first).to_be_visible()
    picture(page, "9-install")
    page.get_by_role("button", name="Install").click()
    page.wait_for_url("**/activity/*")
    page.get_by_role("link", name="Open Echo").click(timeout=2 * SLOW)
    expect(page.get_by_text("Certified").first).to_be_visible()


def test_from_upload_to_installation(sign_in: Callable[[str], Page]) -> None:
    olga, bob, kim, ada = (sign_in(name) for name in ("olga", "bob", "kim", "ada"))
    found_organization(olga)
    first = hand_in(olga, package("0.1.0", risky_comment="# TODO"), "The first version.")
    until(olga, first, "a reviewer")
    picture(olga, "1-submitted")
    comment_and_send_back(bob)
    second = read_and_mend(olga, first)
    approve_by_two(bob, kim)
    until(olga, second, "It is signed and listed.")
    picture(olga, "7-listed")
    install(ada)
