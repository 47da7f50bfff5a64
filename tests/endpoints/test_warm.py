"""The warm path: no SQL and no decryption for a request, and what is warm goes as soon as anything changes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.db.backends.utils import CursorWrapper

from endpoints import book, services
from endpoints.door import endpoint
from endpoints.models import Endpoint
from endpoints.rules import Rules
from runtime import lookup, router, vault
from runtime.door import AsgiVisit, Message
from runtime.models import Installation
from runtime.session import Session
from runtime.uploading import upload_package
from runtime.wire import END, STREAM, Frame
from tests.runtime.bench import W, furnish

pytestmark = pytest.mark.django_db(transaction=True)

CHUNK = b'{"status":200,"headers":{"Content-Type":"text/plain"},"result":"6869"}'


class Parrot:
    """Stands in for router and plugin: answers at once, and keeps the sessions that came."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.takes = 0.0

    async def plugin_for(self, session: Session) -> "Parrot":
        return self

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        self.sessions.append(session)
        await asyncio.sleep(self.takes)
        yield [(STREAM, CHUNK), (END, b"{}")]


@pytest.fixture(autouse=True)
async def one_thread() -> AsyncGenerator[None]:
    """Threads that read rows leave their connections open, so there is one, and it closes its own."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    yield
    await asyncio.to_thread(connections.close_all)
    await sync_to_async(connections.close_all)()


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    found = Parrot()
    router.set_here(found)  # type: ignore[arg-type]
    yield found
    router.set_here(None)


@pytest.fixture
def row(settings: Any, tmp_path: Path, package_of: Callable[[str], Path]) -> Endpoint:
    furnish(settings, tmp_path)
    package = upload_package(package_of("hooks").read_bytes())
    Installation.objects.create(workspace_id=W, plugin_id=package.plugin_id, package=package, source="package")
    made = services.setup(W, package.unique_identifier, name="warm", settings={"secret": "hush-hush"})
    return services.set_rules(made, Rules(inspect=False))


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many statements and decryptions there have been, in all threads."""
    found = {"sql": 0, "unsealed": 0}
    execute, unseal = CursorWrapper.execute, vault.unseal

    def counted_execute(self: CursorWrapper, *args: Any) -> Any:
        found["sql"] += 1
        return execute(self, *args)

    def counted_unseal(*args: Any, **named: Any) -> bytes:
        found["unsealed"] += 1
        return unseal(*args, **named)

    monkeypatch.setattr(CursorWrapper, "execute", counted_execute)
    monkeypatch.setattr(vault, "unseal", counted_unseal)
    return found


async def ask(hook: str, *headers: tuple[bytes, bytes]) -> int:
    """The status of one request."""
    sent: list[Message] = []
    said: list[Message] = [{"type": "http.request", "body": b""}]

    async def receive() -> Message:
        return said.pop() if said else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/e/{hook}/x",
        "raw_path": f"/e/{hook}/x".encode(),
        "headers": [(b"host", b"a.test"), *headers],
        "client": ("192.0.2.1", 1),
    }
    await endpoint(AsgiVisit(scope, receive, send))
    return int(sent[0]["status"])


async def test_a_thousand_warm_requests_ask_the_database_nothing(
    row: Endpoint, parrot: Parrot, counts: dict[str, int]
) -> None:
    assert await ask(row.hook) == 200
    assert counts["sql"] > 0
    assert counts["unsealed"] == 1
    cold = dict(counts)
    assert {await ask(row.hook) for _ in range(1000)} == {200}
    assert counts == cold, "not one statement, not one decryption"
    assert parrot.sessions[-1].data["settings"]["secret"] == "hush-hush"
    assert len({session.id for session in parrot.sessions}) == 1001


async def test_servers_may_have_lists_for_pairs(row: Endpoint, parrot: Parrot) -> None:
    assert await ask(row.hook, [b"x-own", b"1"]) == 200  # type: ignore[arg-type]
    assert b"X-Own: 1\r\n" in bytes.fromhex(parrot.sessions[-1].data["raw_http_request"])


async def test_ids_of_nobody_are_looked_up_once_and_not_kept_without_end(
    row: Endpoint, counts: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ask("nobody") == 404
    cold = dict(counts)
    assert await ask("nobody") == 404
    assert counts == cold
    monkeypatch.setattr(book, "MOST_UNKNOWN", 10)
    for number in range(25):
        assert await ask(f"nobody{number}") == 404
    assert len(book.unknown) <= 10


async def test_what_is_too_long_for_an_id_is_neither_looked_up_nor_kept(row: Endpoint, counts: dict[str, int]) -> None:
    before = dict(counts)
    assert await ask("n" * 10_000) == 404
    assert counts == before
    assert not any(len(hook) > book.LONGEST for hook in book.unknown)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: services.switch(row, enabled=False),
        services.remove,
        lambda row: services.rotate(row, grace=timedelta(0)),
        lambda row: services.set_rules(row, Rules(allow=["203.0.113.0/24"], inspect=False)),
    ],
)
async def test_a_change_counts_for_the_next_request(
    row: Endpoint, parrot: Parrot, change: Callable[[Endpoint], Any]
) -> None:
    assert await ask(row.hook) == 200
    hook = row.hook
    await sync_to_async(change)(row)
    assert await ask(hook) in (403, 404)


async def test_a_replaced_address_ends_while_it_is_warm(row: Endpoint, parrot: Parrot) -> None:
    old = row.hook
    await sync_to_async(services.rotate)(row, grace=timedelta(hours=1))
    assert await ask(old) == 200
    book.warm[old].until = 1.0
    assert await ask(old) == 404


async def test_where_deadlines_are_switched_off_a_webhook_waits_as_long_as_a_call(
    row: Endpoint, parrot: Parrot, settings: Any
) -> None:
    settings.ENDPOINT_FIRST_BYTE_TIMEOUT = settings.ENDPOINT_TOTAL_TIMEOUT = 0
    parrot.takes = 0.6
    assert await ask(row.hook) == 504
    await Installation.objects.filter(workspace_id=W).aupdate(patient=True)
    lookup.changed()
    assert await ask(row.hook) == 200
    assert parrot.sessions[-1].deadline == lookup.FOR_EVER
    found = await book.find(row.hook)
    assert found is not None
    assert found.seconds() is None, "a queued delivery waits as well"


async def test_a_webhooks_trace_is_kept(row: Endpoint, parrot: Parrot) -> None:
    told = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert await ask(row.hook, (b"traceparent", told)) == 200
    assert parrot.sessions[-1].traceparent == told.decode()
