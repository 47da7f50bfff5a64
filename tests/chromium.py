"""A Chromium without a window, as all tests in a browser use it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from tests.programs import required

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXPECTED_WITHIN = 60_000  # milliseconds: what is expected of a page is waited for, however much else the machine does


@contextmanager
def chromium() -> Iterator[Browser]:
    """While it is open, its event loop is the running one of this process."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    expect.set_options(timeout=EXPECTED_WITHIN)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=required("Chromium", found), args=QUIET)
        yield launched
        launched.close()
