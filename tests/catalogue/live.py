"""The catalogue in a real browser, on this process's own server and database."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from marketplace.catalogue import indexing
from marketplace.catalogue.engines import engine
from marketplace.models import User
from tests.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Its event loop runs in this thread while it is open; Django is told that the tests know."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as launched:
        yield launched
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(browser: Browser, live_server: LiveServer) -> Iterator[LiveServer]:
    """The server, with a search index of its own: the databases' own indexes are not emptied with the tables."""
    indexing.rebuild()
    yield live_server
    engine().clear()


@pytest.fixture
def window(browser: Browser, site: LiveServer) -> Iterator[Callable[..., BrowserContext]]:
    """Opens windows: of this person or of nobody, this wide, in this theme."""
    opened: list[BrowserContext] = []

    def open_window(user: User | None = None, *, width: int = 1280, dark: bool = False, **more: Any) -> BrowserContext:
        size, scheme = {"width": width, "height": 844}, "dark" if dark else "light"
        context = browser.new_context(base_url=site.url, viewport=size, color_scheme=scheme, **more)  # type: ignore[arg-type]
        opened.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
        return context

    yield open_window
    for context in opened:
        context.close()
