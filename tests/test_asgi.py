"""What stands around Django in a web process."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

from marketplace import asgi
from marketplace.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made() -> Iterator[list[Any]]:
    """The connections to the database that are opened meanwhile."""
    found: list[Any] = []

    def note(connection: Any, **_: Any) -> None:
        found.append(connection)

    connection_created.connect(note)
    yield found
    connection_created.disconnect(note)


async def answered(path: str, query: bytes = b"") -> int:
    """The status of a GET."""
    said: list[Any] = []

    begun = False

    async def receive() -> dict[str, Any]:
        nonlocal begun
        if begun:
            await asyncio.Event().wait()  # who asks stays
        begun = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    key = settings.SERVER_KEY.encode()
    headers = [(b"host", b"testserver"), (b"x-api-key", key)]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query}
    await application(scope | {"headers": headers, "http_version": "1.1"}, receive, send)
    return int(said[0]["status"])


async def test_a_request_leaves_no_connection_to_the_database_open(made: list[Any]) -> None:
    for _ in range(3):
        assert await answered("/plugin/w/management/list", b"page=1&page_size=10") == 200
    others = [one for one in made if one is not connection]
    assert others, "they have asked the database"
    assert [one for one in others if one.connection is not None] == []


async def test_a_body_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says nothing of its length; Django would write all of it to the disk before a view is asked."""
    monkeypatch.setattr(asgi, "LARGEST_UPLOAD", 1000)
    said: list[Any] = []
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 100
        return {"type": "http.request", "body": bytes(100), "more_body": True}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b""}
    async with asyncio.timeout(30):
        await application(scope | {"headers": [(b"host", b"testserver")], "http_version": "1.1"}, receive, send)
    assert [message["type"] for message in said] == ["http.response.start", "http.response.body"]
    assert (said[0]["status"], read) == (413, 1100)
    assert (b"connection", b"close") in said[0]["headers"]


@pytest.mark.parametrize("length", [b"2000", b"9" * 17])
async def test_a_body_that_says_that_it_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch, length: bytes) -> None:
    monkeypatch.setattr(asgi, "LARGEST_UPLOAD", 1000)
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b""}
    headers = [(b"host", b"testserver"), (b"content-length", length)]
    await application(scope | {"headers": headers, "http_version": "1.1"}, receive, send)
    assert said[0]["status"] == 413
