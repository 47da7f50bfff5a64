"""A recall on a real server: decided on staff's page, and within a minute a running plugin is stopped and its page says so."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api import Api
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

AT_MOST = 60.0  # seconds from the decision
IN_DEFAULT = "from marketplace.models import Workspace; print(Workspace.objects.get(slug='default').pk)"
REASON = "It sends keys away"


@pytest.fixture
def market(start_host: Callable[..., Host]) -> Host:
    return start_host(ADMIN_EMAIL="ada@example.org", EMBEDDED_WORKER="true")


@pytest.fixture
def staff(browser: Browser, market: Host) -> Page:
    page = browser.new_context(base_url=market.url).new_page()
    page.goto("/sign-in")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(market.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/w/**")
    return page


def recall(page: Page, plugin_id: str) -> float:
    """Decides it as staff does; the moment at which that was done."""
    page.goto("/desk/recalls")
    page.get_by_label("What", exact=True).select_option("plugin")
    page.get_by_label("Which").fill(plugin_id)
    page.get_by_label("Hard:").check()
    page.get_by_label("Why", exact=True).fill(REASON)
    page.get_by_role("button", name="See what it does").click()
    expect(page.get_by_text("1 installation in 1 workspace")).to_be_visible()
    decided = time.monotonic()
    page.get_by_role("button", name="Recall it").click()
    expect(page.get_by_text("It is recalled.")).to_be_visible()
    return decided


def seconds_until(done: Callable[[], bool], since: float) -> float:
    while not done():
        assert time.monotonic() - since < AT_MOST, "The recall has not reached the runtime within a minute."
        time.sleep(0.1)
    return time.monotonic() - since


def test_a_recall_stops_a_running_plugin_within_a_minute(market: Host, staff: Page, tmp_path: Path) -> None:
    place = market.manage("shell", "--verbosity=0", "--no-imports", "-c", IN_DEFAULT).strip()
    api = Api(market.url, market.key, place)
    plugin_id = api.bring_up("echo", tmp_path)
    assert [event["code"] for event in api.tool(plugin_id, "echo", text="hello")][:1] == [0]
    assert market.plugins()
    decided = recall(staff, plugin_id)
    refused = seconds_until(lambda: REASON in api.call(plugin_id, "tool/invoke", ECHO).text, decided)
    stopped = seconds_until(lambda: not market.plugins(), decided)
    staff.goto(f"/w/default/plugins/{plugin_id}")
    expect(staff.locator("#recall")).to_contain_text(REASON)
    shown = time.monotonic() - decided
    api.http.close()
    print(f"decided → refused {refused:.1f} s, process gone {stopped:.1f} s, page says so {shown:.1f} s")


ECHO = {"provider": "echo", "tool": "echo", "tool_parameters": {"text": "hello"}, "credentials": {}}
