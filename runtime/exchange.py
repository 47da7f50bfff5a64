"""HTTP for the hot doors: a request goes straight from the parser to its door, an answer leaves in as few writes as it has parts.

On uvicorn's protocol, which parses, speaks WebSocket and ASGI, and sees to everything that no hot door is for.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from runtime.door import JSON, MAX_BODY, Door, Headers, Visit, too_large
from runtime.headlines import header_line, header_lines
from runtime.lingering import Lingering
from runtime.metrics import counts

log = logging.getLogger(__name__)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSING = b"connection: close\r\n"
BODILESS = frozenset({204, 304})
LAST_CHUNK = b"0\r\n\r\n"
LARGE = 1 << 16  # bytes of data that are not copied once more to leave together with what frames them
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

    def __init__(self, connection: "Connection", door: Door, path: str) -> None:
        self.connection, self.door, self.path = connection, door, path
        self.raw_path, _, self.query = connection.url.partition(b"?")
        self.method = connection.parser.get_method().decode("ascii")
        self.raw_headers = connection.headers
        self.headers = dict(connection.headers)
        self.client = connection.peer
        self.scheme = connection.scheme or "http"
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
        self.room = 0  # bytes that the answer has promised and not sent

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
                self.connection.transport.close()

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
        self.awaited = True
        self.connection.flow.resume_reading()
        while self.more_body and self.size <= limit:
            if self.disconnected:
                raise ConnectionResetError
            await self.news()
        self.awaited = False

    async def left(self) -> None:
        while not (self.disconnected or self.response_complete):
            await self.news()

    # The answer.

    async def begin(self, status: int, headers: Headers) -> None:
        parts = [STATUS_LINE[status], self.connection.date(), *header_lines(headers)]
        said = dict(headers).get(b"content-length")
        length = None if said is None else int(said)
        if not self.keep_alive:
            parts.append(CLOSING)
        bodiless = self.method == "HEAD" or status in BODILESS
        if length is None and not bodiless:
            self.chunked = True
            parts.append(b"transfer-encoding: chunked\r\n")
        self.room = 0 if bodiless else length or 0
        self.begun = True
        self.waiting = b"".join([*parts, b"\r\n"])

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """The same as `begin` and `end`, in one step."""
        bodiless = status in BODILESS
        length = b"" if bodiless else b"content-length: %d\r\n" % len(body)
        closing = b"" if self.keep_alive else CLOSING
        parts = [STATUS_LINE[status], self.connection.date(), *header_lines(headers), length, closing, b"\r\n"]
        self.begun = True
        await self.write(b"".join(parts), b"" if bodiless or self.method == "HEAD" else body)
        if not self.disconnected:
            self.complete()

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


class Connection(HttpToolsProtocol):
    """One connection. A subclass says which door a path is for."""

    cycle: Any  # an Exchange, or what uvicorn has in its place
    due: Exchange | None = None
    peer = ""
    idle_since = math.inf
    timer: asyncio.TimerHandle | None = None
    dated: tuple[object, bytes] = (None, b"")

    def door_for(self, path: str, raw_path: bytes) -> Door | None:
        """The hot door for a path, None for what ASGI answers, as all is unless a subclass knows better."""
        return None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""

    def connection_lost(self, exc: Exception | None) -> None:
        if isinstance(self.cycle, Exchange):
            self.cycle.lost()
        for waiting in self.exchanges():
            waiting.lost()
        if self.timer is not None:
            self.timer.cancel()
        super().connection_lost(exc)

    def exchanges(self) -> list[Exchange]:
        """What waits for its turn."""
        waiting: list[Any] = [cycle for cycle, _ in self.pipeline]
        return [one for one in waiting if isinstance(one, Exchange)]

    # From the parser.

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if (due := self.due) is not None:
            self.due = None
            self.start(due)

    def on_message_begin(self) -> None:
        """The scope is made when it is known that ASGI answers."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        exchange = self.hot()
        if exchange is None:
            self.cold()
            return
        busy = self.cycle is not None and not self.cycle.response_complete
        self.cycle = exchange
        if busy:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))  # type: ignore[arg-type]
        else:
            self.due = exchange

    def hot(self) -> Exchange | None:
        """The exchange with the door that this request is for, if it is a hot one."""
        url = self.url
        if not url.startswith(b"/") or b"#" in url or not url.isascii() or self.parser.should_upgrade():
            return None
        raw_path = url.partition(b"?")[0]
        path = raw_path.decode("ascii")
        door = self.door_for(unquote(path) if "%" in path else path, raw_path)
        if door is None or self.root_path or self.parser.get_http_version() != "1.1":
            return None
        return Exchange(self, door, unquote(path) if "%" in path else path)

    def cold(self) -> None:
        if (due := self.due) is not None:  # came in the same piece, and goes first
            self.due = None
            self.start(due)
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not isinstance(self.cycle, Exchange):
            super().on_body(body)
        elif not self.cycle.response_complete:
            self.cycle.heard(body)

    def on_message_complete(self) -> None:
        if not isinstance(self.cycle, Exchange):
            super().on_message_complete()
        elif not self.cycle.response_complete:
            self.cycle.ended()

    # The turns of a connection.

    def start(self, exchange: Exchange) -> None:
        """Runs the door at once: mostly it comes as far as the plugin before it has to wait."""
        if self.transport.is_closing():
            return
        task = asyncio.Task(exchange.run(), loop=self.loop, eager_start=True)
        if not task.done():
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _start_asgi_task(self, cycle: object, app: object) -> None:
        """The next of several requests that came at once."""
        if isinstance(cycle, Exchange):
            self.start(cycle)
        else:
            super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def date(self) -> bytes:
        """The headers of every answer, which uvicorn makes anew each second."""
        default = self.server_state.default_headers
        if Connection.dated[0] is not default:
            Connection.dated = default, b"".join(header_line(name, value) for name, value in default)
        return Connection.dated[1]

    # A connection that idles is closed. Its timer is not set anew at each request: it looks, and waits for the rest.

    def on_response_complete(self) -> None:
        self.idle_since = self.loop.time()
        if self.timer is None:
            self.timer = self.loop.call_later(self.timeout_keep_alive, self.look)
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self.idle_since = math.inf
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)

    def _unset_keepalive_if_required(self) -> None:
        self.idle_since = math.inf

    def look(self) -> None:
        self.timer = None
        rest = self.idle_since + self.timeout_keep_alive - self.loop.time()
        if rest <= 0:
            self.timeout_keep_alive_handler()
        elif self.idle_since < math.inf:
            self.timer = self.loop.call_later(rest, self.look)
