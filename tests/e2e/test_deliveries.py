"""A webhook owner's hour: accept and queue, watch what arrives and what fails without a reload, look into it, replay it."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.accessible import violations
from tests.api import Api
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

IN_DEFAULT = "from marketplace.models import Workspace; print(Workspace.objects.get(slug='default').pk)"
SLOW = 60_000  # milliseconds: a worker is asked, the plugin starts, the page looks again
REFUSED = {"status": 500, "body": b"no room".hex(), "token": "hush"}


@pytest.fixture(scope="module")
def server(start_host: Callable[..., Host]) -> Host:
    """One of its own: other tests count on what is installed in theirs."""
    return start_host(ADMIN_EMAIL="ada@example.org")


@pytest.fixture
def plugin_id(server: Host, tmp_path: Path) -> str:
    place = server.manage("shell", "--verbosity=0", "--no-imports", "-c", IN_DEFAULT).strip()
    api = Api(server.url, server.key, place)
    try:
        return api.bring_up("hooks_old", tmp_path)
    finally:
        api.http.close()


def set_up(page: Page, plugin_id: str) -> str:
    """An endpoint that accepts and queues, tried once; its address."""
    page.goto(f"/w/default/endpoints/new/{plugin_id}")
    page.get_by_label("Name").fill("Shop orders")
    page.get_by_role("button", name="Set up").click()
    address = page.locator(".address [data-copy]").get_attribute("data-copy")
    page.get_by_role("link", name="accept and queue").click()
    page.get_by_label("Answer callers at once").check()
    page.get_by_label("Attempts at most").fill("1")
    page.get_by_label("Header that names a delivery").fill("X-Order")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Deliveries").click()
    expect(page.get_by_text("Nothing has been accepted yet.")).to_be_visible()
    assert address is not None
    return address


def test_requests_as_they_come_stay_as_many_as_are_kept(signed_in: Page, plugin_id: str) -> None:
    """Who leaves the page open beside a busy endpoint finds the last ones, not all; what is open stays."""
    page = signed_in
    page.goto(f"/w/default/endpoints/new/{plugin_id}")
    page.get_by_label("Name").fill("Busy")
    page.get_by_role("button", name="Set up").click()
    address = page.locator(".address [data-copy]").get_attribute("data-copy")
    with httpx.Client(trust_env=False) as caller:
        for number in range(5):
            for count in range(20):
                assert caller.get(f"{address}/{number}/{count}").status_code == 200
            expect(page.locator("#seen summary").first).to_contain_text(f"/{number}/19", timeout=SLOW)
            if not number:
                page.locator("#seen summary").first.click()
    expect(page.locator("#seen > li:not(.poll)")).to_have_count(51)
    expect(page.locator("#seen details[open]")).to_have_count(1)


def post(address: str, name: str, body: object) -> None:
    answer = httpx.post(f"{address}/answer", content=json.dumps(body), headers={"X-Order": name}, trust_env=False)
    assert answer.status_code == 202


def looks_again(page: Page) -> None:
    """Until the list has been asked for once more by itself."""

    def of_list(answer: Response) -> bool:
        return "hx-request" in answer.request.headers and "deliveries" in answer.url

    with page.expect_response(of_list, timeout=SLOW):
        pass


def test_deliveries_as_their_owner_watches_them(signed_in: Page, plugin_id: str) -> None:
    page = signed_in
    address = set_up(page, plugin_id)
    for number in range(10):
        post(address, f"order-{number}", REFUSED if number % 4 == 1 else {})
    # nobody reloads
    expect(page.locator("#done .count")).to_have_text("7", timeout=SLOW)
    expect(page.locator("#failed .count")).to_have_text("3", timeout=SLOW)
    expect(page.get_by_role("status").and_(page.locator("#told"))).to_contain_text("7 done, 3 failed")
    post(address, "order-8", {})
    expect(page.get_by_text("1 request came again under the same name")).to_be_visible(timeout=SLOW)
    assert violations(page) == []
    keyboard_stays(page)
    reads_in_peace(page, address)
    looks_into_one(page)
    replays(page)


def keyboard_stays(page: Page) -> None:
    """Where somebody is with the keyboard, they still are when the list has come anew."""
    row = page.locator("summary", has_text="order-4")
    row.focus()
    looks_again(page)
    looks_again(page)  # by then the first answer is on the page
    expect(row).to_be_focused()


def reads_in_peace(page: Page, address: str) -> None:
    """While a row is open nothing moves, and the page says so; once it is closed, what came meanwhile is there."""
    rows = page.locator(".seen > li")
    expect(rows).to_have_count(10)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Paused while something is open or chosen.")).to_be_visible()
    assert violations(page) == []
    post(address, "order-10", {})
    page.evaluate("document.body.dispatchEvent(new Event('tick'))")
    expect(page.locator("details[open]", has_text="order-4")).to_be_visible()
    expect(rows).to_have_count(10)
    page.keyboard.press("Enter")
    expect(page.get_by_text("New ones appear by themselves.")).to_be_visible()
    expect(rows).to_have_count(11, timeout=SLOW)


def looks_into_one(page: Page) -> None:
    page.locator("summary", has_text="order-5").click()
    expect(page.locator("details[open] pre")).to_have_text("no room")
    page.get_by_role("link", name="See what was sent").and_(page.locator("details[open] a")).click()
    expect(page.get_by_role("heading", name="What was sent")).to_be_visible()
    expect(page.get_by_text("order-5").first).to_be_visible()
    assert "hush" not in page.content()
    assert violations(page) == []
    page.go_back()


def replays(page: Page) -> None:
    """What failed is chosen by its box and delivered again: it fails again, and keeps both attempts."""
    every = page.get_by_label("Choose all on this page")
    every.check()
    expect(page.locator("[name=id]:checked")).to_have_count(11)
    every.uncheck()
    expect(page.locator("[name=id]:checked")).to_have_count(0)
    expect(page.get_by_text("New ones appear by themselves.")).to_be_visible()
    page.locator("li", has_text="order-5").get_by_role("checkbox").check()
    expect(every).to_have_js_property("indeterminate", True)
    page.get_by_role("button", name="Replay what is chosen").click()
    expect(page.get_by_text("1 is delivered again.")).to_be_visible()
    expect(page.locator("summary", has_text="order-5")).to_contain_text("2 attempts", timeout=SLOW)
    expect(page.locator("#failed .count")).to_have_text("3", timeout=SLOW)
