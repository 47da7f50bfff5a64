"""HTTP of the hot doors over real sockets: keep-alive, pipelines, slow and leaving callers, and ASGI beside them."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn

from runtime import watch as watching
from runtime.connection import Connection
from runtime.door import Door, Receive, Scope, Send, Visit
from runtime.errors import BadRequest
from runtime.watch import watch
from tests.programs import SOON

ANSWER = b"HTTP/1.1 200 OK\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Doors:
    """What the doors of this test saw."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.visits: list[Any] = []
        self.waiting = asyncio.Event()
        self.left = asyncio.Event()
        self.released = asyncio.Event()
        self.sent = 0

    async def echo(self, visit: Visit) -> None:
        self.visits.append(visit)
        try:
            body = await visit.body(limit=1 << 20)
        except BadRequest:
            await visit.answer(413, b"too large")
            return
        self.bodies.append(body)
        await visit.answer(
            200, visit.method.encode() + b" " + visit.path.encode() + b" " + visit.query + b" " + body[:9]
        )

    async def names(self, visit: Visit) -> None:
        await visit.body()
        await visit.answer(200, b" ".join(name for name, _ in visit.raw_headers))

    async def chunks(self, visit: Visit) -> None:
        await visit.begin(200, [(b"X-Kind", b"chunks")])
        await visit.send(b"one")
        await visit.send(b"")
        await visit.end(b"two")

    async def streams(self, visit: Visit) -> None:
        visit.when_left = self.left.set
        await visit.begin(200, [])
        while not self.left.is_set():
            await visit.send(b"x")
            await asyncio.sleep(0.01)

    async def empty(self, visit: Visit) -> None:
        await visit.begin(204, [])
        await visit.end()

    async def answers_204(self, visit: Visit) -> None:
        await visit.answer(204, b"what nobody reads")

    async def waits(self, visit: Visit) -> None:
        watched = watch().add(visit, 10.0**10)
        self.waiting.set()
        try:
            await self.released.wait()
            await visit.answer(200, b"released")
        except asyncio.CancelledError:
            watched.task.uncancel()
            assert watched.why == "left"
            self.left.set()
        finally:
            watch().drop(watched)

    async def head_first(self, visit: Visit) -> None:
        await visit.begin(200, [])
        await visit.flush()
        await self.released.wait()
        await visit.end(b"late")

    async def head_and_piece(self, visit: Visit) -> None:
        await visit.begin(200, [])
        await visit.flush()
        await visit.send(b"soon")
        await self.released.wait()
        await visit.end()

    async def head_and_fault(self, visit: Visit) -> None:
        await visit.begin(200, [])
        await visit.flush()
        raise ValueError("breaks as told")

    async def flood(self, visit: Visit) -> None:
        await visit.begin(200, [])
        for _ in range(400):
            await visit.send(b"x" * 65536)
            self.sent += 1
        await visit.end()

    async def broken(self, visit: Visit) -> None:
        raise ValueError("broken as told")

    async def breaks(self, visit: Visit) -> None:
        await visit.begin(200, [])
        await visit.send(b"half")
        raise ValueError("breaks as told")

    async def short(self, visit: Visit) -> None:
        await visit.begin(200, [(b"content-length", b"10")])
        await visit.end(b"1234")

    async def split(self, visit: Visit) -> None:
        await visit.answer(200, b"", [(b"x-evil", b"a\r\nb: c")])


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"asgi" if not message["body"] else message["body"][:4]})


class Quiet(uvicorn.Server):
    """A server that leaves the signals of the tests alone."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@pytest.fixture
async def doors() -> Doors:
    return Doors()


@pytest.fixture
async def address(doors: Doors) -> AsyncGenerator[int]:
    class Hot(Connection):
        def door_for(self, path: str, raw_path: bytes) -> Door | None:
            return getattr(doors, path[5:].partition("/")[0], None) if path.startswith("/hot/") else None

    config = uvicorn.Config(
        asgi,
        http=Hot,
        loop="asyncio",
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_keep_alive=2,
        port=0,
        timeout_graceful_shutdown=1,
    )
    server = Quiet(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@asynccontextmanager
async def connection(port: int) -> AsyncGenerator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", *headers, "", ""]).encode()


def post(path: str, body: bytes, *headers: str) -> bytes:
    return get(path, f"Content-Length: {len(body)}", *headers, method="POST") + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of an answer with a length."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SOON)
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return head, await asyncio.wait_for(reader.readexactly(length), SOON)


async def all_of(port: int, request: bytes) -> bytes:
    """All that comes until the server closes the connection."""
    async with connection(port) as (reader, writer):
        writer.write(request)
        return await asyncio.wait_for(reader.read(), SOON)


async def test_requests_follow_each_other_on_one_connection(address: int) -> None:
    async with connection(address) as (reader, writer):
        for number in range(3):
            writer.write(post(f"/hot/echo/%C3%A4?n={number}", b"body"))
            head, body = await read_answer(reader)
            assert head.startswith(ANSWER)
            assert head.lower().count(b"\r\ndate: ") == 1
            assert body == f"POST /hot/echo/ä n={number} body".encode()


async def test_many_requests_in_one_piece_are_answered_in_their_order(address: int) -> None:
    """Also those that ASGI answers."""
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/echo?1") + get("/cold") + get("/hot/echo?2") + get("/hot/echo?3") + get("/cold"))
        bodies = [(await read_answer(reader))[1] for _ in range(5)]
    assert [body.split()[-1] for body in bodies] == [b"1", b"asgi", b"2", b"3", b"asgi"]


async def test_a_request_that_comes_byte_by_byte(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer):
        for byte in post("/hot/echo", b"slowly"):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.001)
        assert (await read_answer(reader))[1].endswith(b"slowly")
    assert doors.bodies == [b"slowly"]


async def test_a_large_body_comes_whole(address: int, doors: Doors) -> None:
    body = bytes(range(256)) * 3000
    async with connection(address) as (reader, writer):
        writer.write(post("/hot/echo", body))
        await read_answer(reader)
        chunked = b"".join(b"%x\r\n%b\r\n" % (len(body), body) for _ in range(1)) + b"0\r\n\r\n"
        writer.write(get("/hot/echo", "Transfer-Encoding: chunked", method="POST") + chunked)
        await read_answer(reader)
    assert doors.bodies == [body, body]


async def test_too_large_is_said_and_the_connection_goes_on(address: int) -> None:
    async with connection(address) as (reader, writer):
        writer.write(post("/hot/echo", b"x" * (2 << 20)))
        assert (await read_answer(reader))[0].startswith(b"HTTP/1.1 413 ")
        writer.write(get("/hot/echo"))
        assert (await read_answer(reader))[0].startswith(ANSWER)


async def test_who_waits_for_100_continue_gets_it(address: int) -> None:
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/echo", "Content-Length: 2", "Expect: 100-continue", method="POST"))
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SOON) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"ok")
        assert (await read_answer(reader))[1].endswith(b"ok")


async def test_chunks(address: int) -> None:
    answer = await all_of(address, get("/hot/chunks", "Connection: close"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nx-kind: chunks\r\n" in head
    assert b"\r\nconnection: close" in head
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [(get("/hot/echo", method="HEAD"), 200), (get("/hot/empty"), 204), (get("/hot/answers_204"), 204)],
)
async def test_answers_without_a_body(address: int, request_: bytes, status: int) -> None:
    async with connection(address) as (reader, writer):
        writer.write(request_ + get("/hot/echo?next"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SOON)
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert b"transfer-encoding" not in head
        assert (await read_answer(reader))[1].split()[-1] == b"next"


async def test_a_head_that_does_not_wait(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/head_first"))
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SOON)).startswith(ANSWER)
        doors.released.set()
        assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), SOON) == b"4\r\nlate\r\n0\r\n\r\n"


async def test_a_head_leaves_with_what_follows_at_once(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/head_and_piece"))
        assert (await asyncio.wait_for(reader.read(1 << 16), SOON)).endswith(b"\r\n\r\n4\r\nsoon\r\n")
        doors.released.set()
        assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), SOON) == b"0\r\n\r\n"


async def test_an_answer_in_one_step_says_that_it_is_the_last(address: int) -> None:
    head, _, body = (await all_of(address, get("/hot/echo", "Connection: close"))).partition(b"\r\n\r\n")
    assert head.endswith(b"\r\nconnection: close")
    assert b"\r\ncontent-length: %d\r\n" % len(body) in head


async def test_a_caller_who_leaves_is_told_of_at_once(
    address: int, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 3600.0)  # it is not the watch that looks
    async with connection(address) as (_, writer):
        writer.write(get("/hot/waits"))
        async with asyncio.timeout(SOON):
            await doors.waiting.wait()
            writer.transport.abort()
            await doors.left.wait()


async def test_a_caller_who_does_not_read_holds_the_door_up_and_nobody_else(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(get("/hot/flood"))
        stuck = -1
        while stuck != doors.sent:
            stuck = doors.sent
            await asyncio.sleep(0.3)
        assert 0 < stuck < 300, "what is not read must not pile up"
        assert b"asgi" in await all_of(address, get("/cold", "Connection: close"))
        assert doors.sent == stuck
        writer.transport.resume_reading()  # type: ignore[attr-defined]
        size = await drained(reader)
    assert size >= 400 * 65536
    assert doors.sent == 400


async def drained(reader: asyncio.StreamReader) -> int:
    size, tail = 0, b""
    async with asyncio.timeout(60):
        while not tail.endswith(b"0\r\n\r\n"):
            piece = await reader.read(1 << 20)
            size, tail = size + len(piece), (tail + piece)[-8:]
    return size


@pytest.mark.parametrize("path", ["/hot/broken", "/hot/split"])
async def test_a_door_that_fails_says_so_and_the_connection_ends(address: int, path: str) -> None:
    answer = await all_of(address, get(path))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"told" not in answer
    assert b"b: c" not in answer


@pytest.mark.parametrize("path", ["/hot/breaks", "/hot/short", "/hot/head_and_fault"])
async def test_what_was_begun_is_not_taken_for_whole(address: int, path: str) -> None:
    answer = await all_of(address, get(path))
    assert answer.startswith(ANSWER)
    assert not answer.endswith(b"0\r\n\r\n")


async def test_an_idle_connection_is_closed_and_a_busy_one_not(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer), connection(address) as (busy, busy_writer):
        writer.write(get("/hot/echo"))
        busy_writer.write(get("/hot/echo") + get("/hot/waits"))
        await read_answer(reader)
        await read_answer(busy)
        assert await asyncio.wait_for(reader.read(), SOON) == b""
        await asyncio.sleep(0.3)
        doors.released.set()
        assert (await read_answer(busy))[1] == b"released"


@pytest.mark.parametrize(
    "request_", [b"GET /hot/echo HTTP/2.0\r\nHost: a\r\n\r\n", get("/elsewhere", "Connection: close")]
)
async def test_what_is_unusual_goes_through_asgi(address: int, request_: bytes) -> None:
    assert (await all_of(address, request_)).endswith(b"asgi")


async def test_garbage_is_refused(address: int) -> None:
    assert (await all_of(address, b"\x16\x03\x01 what\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
