"""A real browser on a real server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tests.servers import Host


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file of tests: while it is open, its event loop is the running one of this process."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def server(start_host: Callable[..., Host]) -> Host:
    """A server of the browser tests alone: they begin with an empty workspace."""
    return start_host(ADMIN_EMAIL="ada@example.org")


@pytest.fixture
def page(browser: Browser, server: Host) -> Iterator[Page]:
    """A page of somebody who has not signed in. What its console complains of fails the test."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    asked_for = ("422", "net::ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    assert not [text for text in complaints if not any(one in text for one in asked_for)]


@pytest.fixture
def signed_in(page: Page, server: Host) -> Page:
    page.goto("/sign-in")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/w/default/plugins")
    return page


@pytest.fixture
def echo_file(echo_package: Path) -> str:
    return str(echo_package)
