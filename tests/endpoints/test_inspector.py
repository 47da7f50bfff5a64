"""What the inspector keeps of requests: masked, few, and nothing of endpoints that are gone."""

import asyncio
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from endpoints import book, inspector
from endpoints.book import Open
from endpoints.door import endpoint
from endpoints.gates import Gate
from endpoints.http import Arrived, Headers
from endpoints.masking import MASK
from endpoints.models import Endpoint, Seen
from endpoints.rules import Rules
from runtime.door import AsgiVisit, Message
from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until

pytestmark = pytest.mark.django_db


def opened(row: Endpoint, **rules: Any) -> Open:
    return Open(str(row.pk), "w", "p", {}, {}, Rules(**rules), Gate(), secrets=("hush-hush",))


def noted(found: Open, target: bytes = b"/x", body: bytes = b"") -> inspector.Note:
    return inspector.Note(found, arrived(target, body), 200, 0.1, "", 1.8e9)


def arrived(target: bytes, body: bytes) -> Arrived:
    headers = [(b"authorization", b"Bearer abc"), (b"x-own", b"hush-hush")]
    return Arrived("POST", target, headers, body, "192.0.2.1", b"h", "http")


@pytest.fixture
def row() -> Endpoint:
    return Endpoint.objects.create(workspace_id="w", plugin_id="a/b", name="n")


def test_secrets_are_masked_before_they_are_written(row: Endpoint) -> None:
    inspector.written(
        str(row.pk), [noted(opened(row), b"/x?token=abc&a=hush-hush", b'{"password": "p", "a": "hush-hush"}')]
    )
    [seen] = inspector.seen(row)
    assert seen.headers == [["authorization", MASK], ["x-own", MASK]]
    assert seen.target == f"/x?token={MASK}&a={MASK}"
    assert seen.body == f'{{"password": "{MASK}", "a": "{MASK}"}}'
    assert (seen.size, seen.client, seen.status) == (35, "192.0.2.1", 200)


def test_what_comes_to_the_former_address_says_so(row: Endpoint) -> None:
    """So that whoever has rotated it knows who must still be told."""
    found = opened(row)
    inspector.written(str(row.pk), [noted(found)])
    found.until = 4e9
    inspector.written(str(row.pk), [noted(found)])
    assert [one.note for one in inspector.seen(row)] == [inspector.FORMER, ""]


def test_a_body_of_which_only_the_beginning_is_kept_says_so(row: Endpoint) -> None:
    inspector.written(str(row.pk), [noted(opened(row), body=b"a" * size) for size in (8192, 8193)])
    assert [one.cut for one in inspector.seen(row)] == [True, False]


def test_the_last_fifty_are_kept(row: Endpoint) -> None:
    for start in range(0, 80, 20):
        inspector.written(str(row.pk), [noted(opened(row), b"/%d" % number) for number in range(start, start + 20)])
    assert [one.target for one in inspector.seen(row)] == [f"/{number}" for number in range(79, 29, -1)]


def test_of_what_is_gone_nothing_is_kept(row: Endpoint) -> None:
    inspector.written(str(uuid4()), [noted(opened(row))])
    assert not Seen.objects.exists()


def test_a_flood_is_not_kept_whole(row: Endpoint) -> None:
    notes = inspector.Notebook()
    notes.thread = Thread()  # never started: nobody writes meanwhile
    for _ in range(1000):
        notes.add(noted(opened(row)))
    assert len(notes.taken()[str(row.pk)]) == inspector.MOST


def test_of_a_long_body_only_what_is_shown_waits(row: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty of the largest bodies of each endpoint would fill the memory."""
    notes = inspector.Notebook()
    notes.thread = Thread()
    monkeypatch.setattr(inspector, "notebook", notes)
    inspector.note(opened(row), arrived(b"/x", b"a" * 100_000), status=200, seconds=0.1)
    [waiting] = notes.taken()[str(row.pk)]
    assert (waiting.size, len(waiting.arrived.body)) == (100_000, inspector.SHOWN)


@pytest.mark.parametrize(
    ("headers", "status", "limit"),
    [
        ([(b"content-length", b"99999999999")], 413, "ENDPOINT_MAX_BODY_SIZE"),
        ([(b"x-long", b"a" * 66_000)], 431, "ENDPOINT_MAX_HEADER_SIZE"),
        ([(b"transfer-encoding", b"gzip")], 501, "Of transfer codings"),
    ],
)
def test_what_is_refused_by_its_head_is_seen_too(
    row: Endpoint, monkeypatch: pytest.MonkeyPatch, headers: Headers, status: int, limit: str
) -> None:
    """Else its owner looks for a webhook that never came."""
    notes = inspector.Notebook()
    notes.thread = Thread()
    monkeypatch.setattr(inspector, "notebook", notes)
    monkeypatch.setitem(book.warm, row.hook, opened(row))
    sent: list[Message] = []

    async def knock() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        path = f"/e/{row.hook}/x"
        scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"host", b"a.test"), *headers]}
        await endpoint(AsgiVisit(scope, asyncio.Event().wait, send))  # type: ignore[arg-type]

    asyncio.run(knock())
    [one] = notes.taken()[str(row.pk)]
    assert (sent[0]["status"], one.status) == (status, status)
    inspector.written(str(row.pk), [one])
    [seen] = inspector.seen(row)
    assert limit in seen.note


def test_requests_are_seen_a_moment_later(
    hooks: dict[str, Any], endpoints: Endpoints, web: Any, tmp_path: Path
) -> None:
    mark = uuid4().hex
    assert web.get(endpoints.url(hooks, f"/echo?mark={mark}&api_key=hush-hush")).status_code == 200
    code = f"from endpoints.models import Seen; print([one.target for one in Seen.objects.filter(target__contains='{mark}')])"
    shown = wait_until(
        lambda: endpoints.host.manage("shell", "--verbosity=0", "-c", code).strip() != "[]",
        what="it is seen",
        seconds=60,
    )
    assert shown
    assert "hush-hush" not in endpoints.host.manage("shell", "--verbosity=0", "-c", code)
