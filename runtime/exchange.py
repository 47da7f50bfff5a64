"""HTTP for the hot doors: a request goes from the parser to its door, an answer leaves in as few writes as it has parts."""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from runtime.door import JSON, MAX_BODY, Door, Headers, Visit, too_large
from runtime.headlines import header_lines
from runtime.lingering import Lingering
from runtime.metrics import counts

if TYPE_CHECKING:
    from runtime.connection import Connection

log = logging.getLogger(__name__)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSING = b"connection: close\r\n"
BODILESS = frozenset({204, 304})
LAST_CHUNK = b"0\r\n\r\n"
MANY = 1000  # parts of a body that are kept apart: of chunks of one byte each would take the memory of forty
LARGE = 1 << 16  # bytes of data that are not copied once more to leave together with what frames them
AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time (socket(7))
PLAIN: Headers = [(b"content-type", b"text/plain; charset=utf-8")]


class Silent:
    """Stands where uvicorn's own exchanges have an event."""

    def set(self) -> None:
        """Nobody waits for it."""


class Exchange(Visit):
    """One request and its answer on a connection, with the names that uvicorn's protocol asks for."""

    __slots__ = (
        "awaited",
        "chunked",
        "connection",
        "disconnected",
        "door",
        "expects",
        "keep_alive",
        "more_body",
        "parts",
        "response_complete",
        "room",
        "size",
        "waiter",
        "waiting",
    )
    message_event = Silent()
    tells = True
    chunks = True

    def __init__(self, connection: "Connection", door: Door, path: str) -> None:
        self.connection, self.door, self.path = connection, door, path
        self.raw_path, _, self.query = connection.url.partition(b"?")
        self.method = connection.parser.get_method().decode("ascii")
        self.raw_headers = connection.headers
        self.headers = dict(connection.headers)
        self.client = connection.peer
        self.scheme = connection.scheme or "http"
        self.head_at_most = connection.at_most
        self.expects: bool = connection.expect_100_continue
        self.keep_alive: bool = connection.parser.should_keep_alive()
        self.parts: list[bytes] = []
        self.size = 0
        self.more_body = True
        self.awaited = False  # whether the door reads the body now
        self.waiter: asyncio.Future[None] | None = None
        self.begun = self.response_complete = self.disconnected = False
        self.when_left: Callable[[], None] | None = None
        self.waiting = b""  # the head, until what follows it is sent
        self.chunked = False
        self.room: int | None = 0  # bytes that the answer has promised and not sent; None where it promised no length

    async def run(self) -> None:
        counts.requests += 1
        try:
            await self.door(self)
        except Exception:
            log.exception("A hot door failed at %s %s", self.method, self.path)
            if not self.begun:
                self.keep_alive = False
                await self.answer(500, b"Internal Server Error", PLAIN)
        finally:
            counts.requests -= 1
            if not self.response_complete:  # what was begun must not be taken for whole
                self.no_longer()
                self.cut()

    # What the connection tells.

    def heard(self, body: bytes) -> None:
        self.parts.append(body)
        self.size += len(body)
        if self.awaited:
            self.wake()
        elif self.size > HIGH_WATER_LIMIT:
            self.connection.flow.pause_reading()

    def ended(self) -> None:
        self.more_body = False
        self.wake()

    def lost(self) -> None:
        self.disconnected = not self.response_complete
        self.wake()
        if self.when_left is not None and self.disconnected:
            self.when_left()

    def wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def news(self) -> None:
        self.waiter = self.connection.loop.create_future()
        try:
            await self.waiter
        finally:
            self.waiter = None

    # The request.

    async def body(self, limit: int = MAX_BODY) -> bytes:
        if self.more_body:
            await self.rest_of_body(limit)
        if self.size > limit:
            raise too_large(limit)
        parts, self.parts = self.parts, []
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def rest_of_body(self, limit: int) -> None:
        if self.expects and not self.parts:
            self.connection.transport.write(CONTINUE)
            self.expects = False
        self.awaited = True
        self.connection.flow.resume_reading()
        while self.more_body and self.size <= limit:
            if self.disconnected:
                raise ConnectionResetError
            await self.news()
            if len(self.parts) > MANY:
                self.parts = [b"".join(self.parts)]
        self.awaited = False

    async def left(self) -> None:
        while not (self.disconnected or self.response_complete):
            await self.news()

    # The answer.

    async def begin(self, status: int, headers: Headers) -> None:
        parts = [STATUS_LINE[status], self.connection.date(), *header_lines(headers)]
        said = dict(headers).get(b"content-length")
        length = None if said is None else int(said)
        if not self.goes_on():
            parts.append(CLOSING)
        bodiless = self.method == "HEAD" or status in BODILESS
        self.room = 0 if bodiless else length
        self.chunked = self.room is None and self.chunks
        if self.chunked:
            parts.append(b"transfer-encoding: chunked\r\n")
        self.begun = True
        self.waiting = b"".join([*parts, b"\r\n"])

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """The same as `begin` and `end`, in one step."""
        bodiless = status in BODILESS
        length = b"" if bodiless else b"content-length: %d\r\n" % len(body)
        closing = b"" if self.goes_on() else CLOSING
        parts = [STATUS_LINE[status], self.connection.date(), *header_lines(headers), length, closing, b"\r\n"]
        self.begun = True
        await self.write(b"".join(parts), b"" if bodiless or self.method == "HEAD" else body)
        if not self.disconnected:
            self.complete()

    def goes_on(self) -> bool:
        """Whether the connection is kept. Who waits in vain for 100 Continue may send the body, or another request instead."""
        if self.expects and self.more_body and not self.parts:
            self.keep_alive = False
        return self.keep_alive

    async def flush(self) -> None:
        if self.waiting:
            Lingering.on(self.connection.loop).add(self.no_longer)

    def no_longer(self) -> None:
        """Sends the head, unless it has left with something."""
        head = self.taken_head()
        if head and not self.connection.transport.is_closing():
            self.connection.transport.write(head)

    def taken_head(self) -> bytes:
        """The head, where it has not been sent yet."""
        head, self.waiting = self.waiting, b""
        return head

    async def send(self, data: bytes) -> None:
        if self.method == "HEAD" or not data:
            return
        await self.write(*self.framed(self.taken_head(), data))

    async def end(self, data: bytes = b"") -> None:
        head = self.taken_head()
        if self.method == "HEAD":
            await self.write(head)
        elif self.chunked:
            await self.write(*self.framed(head, data), LAST_CHUNK)
        else:
            await self.write(*self.framed(head, data))
        if self.room:
            raise RuntimeError("The answer is shorter than its Content-Length says.")
        if not self.disconnected:
            self.complete()

    def framed(self, head: bytes, data: bytes) -> tuple[bytes, ...]:
        if not data:
            return (head,)
        if self.chunked:
            return (b"%b%x\r\n" % (head, len(data)), data, b"\r\n")
        if self.room is not None:
            if len(data) > self.room:
                raise RuntimeError("The answer is longer than its Content-Length says.")
            self.room -= len(data)
        return head, data

    async def write(self, *parts: bytes) -> None:
        """Waits while the caller does not read; what comes after the caller has left goes nowhere."""
        flow, transport = self.connection.flow, self.connection.transport
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected:
            return
        if sum(map(len, parts)) > LARGE:
            for part in parts:  # not `writelines`, which does not say in every Python that there is no more room
                if part:
                    transport.write(part)
        elif data := b"".join(parts):
            transport.write(data)

    def complete(self) -> None:
        self.response_complete = True
        if not self.keep_alive:
            self.connection.transport.close()
        self.wake()
        self.connection.on_response_complete()

    def cut(self) -> None:
        """Ends the connection before the answer's end, so that nobody takes what has been sent for whole."""
        self.connection.transport.close()


class OldExchange(Exchange):
    """One of HTTP/1.0: without chunks the end of the connection is the end of the answer (RFC 9112 6.1, 6.3; 9110 10.1.1)."""

    __slots__ = ()
    chunks = False

    def __init__(self, connection: "Connection", door: Door, path: str) -> None:
        super().__init__(connection, door, path)
        self.keep_alive = self.expects = False

    def cut(self) -> None:
        """By a reset: an end in peace would be the answer's."""
        transport = self.connection.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        transport.abort()
