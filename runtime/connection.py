"""A connection of HTTP: which requests are for hot doors, their turns, and what ends it.

On uvicorn's protocol, which parses, speaks WebSocket and ASGI, and sees to everything that no hot door is for. What it has no
bounds for has them here: heads that never end, or that do not come.
"""

import asyncio
import math
import re
from typing import Any
from urllib.parse import unquote

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from runtime.door import Door
from runtime.envelope import failure
from runtime.errors import BadRequest, RuntimeFault
from runtime.exchange import Exchange, OldExchange
from runtime.headlines import header_line

ABSOLUTE = re.compile(rb"https?://([^/?#]*)([^#]*)", re.I)  # RFC 9112 3.2.2
HOT_VERSIONS = {"1.1": Exchange, "1.0": OldExchange}


class Connection(HttpToolsProtocol):
    """One connection. A subclass says which door a path is for."""

    largest_head = 1 << 20  # bytes of a head, and of what a body has around it; doors allow less
    head_within = 30.0  # seconds for a head to come, and for the rest of a body that has been answered already

    cycle: Any  # an Exchange, or what uvicorn has in its place
    running: Any = None  # the one that is answered, where others wait behind it
    due: Exchange | None = None
    peer = ""
    idle_since = math.inf
    timer: asyncio.TimerHandle | None = None
    dated: tuple[object, bytes] = (None, b"")
    within = False  # whether a message has begun and has not come to its end
    fruitless = 0  # bytes that have come since it began, or since the last of its body
    at_most = 0  # the same with the piece that is parsed: as much as a head that ends in it can have

    def door_for(self, path: str, raw_path: bytes) -> Door | None:
        """The hot door for a path, None for what ASGI answers, as all is unless a subclass knows better."""
        return None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self.idle_since = self.loop.time()
        self.look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        for cycle in (self.running, self.cycle, *[waiting for waiting, _ in self.pipeline]):
            if isinstance(cycle, Exchange):
                cycle.lost()
            elif cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        if self.timer is not None:
            self.timer.cancel()
        super().connection_lost(exc)

    # What comes.

    def data_received(self, data: bytes) -> None:
        left: bytes | memoryview = data
        self.at_most = self.fruitless + len(data)
        try:
            while left:
                left = self.fed(left)
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self.refuse(400, BadRequest("The request cannot be read as HTTP."))
        if self.within:
            self.fruitless += len(data)
            if self.fruitless > self.largest_head:
                self.refuse(431, self.head_too_large())
        if (due := self.due) is not None:
            self.due = None
            self.start(due)

    def fed(self, data: bytes | memoryview) -> bytes | memoryview:
        """Parses; returns what is left of it behind the head of an upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self.upgraded(memoryview(data)[upgrade.args[0] :])
        return b""

    def upgraded(self, rest: memoryview) -> bytes | memoryview:
        """WebSockets leave us. Any other upgrade is passed over (RFC 9110 7.8): the head is read again without it, since the
        parser would not look for the body.
        """
        if self._should_upgrade():
            self.idle_since = math.inf
            self.handle_websocket_upgrade()
            return b""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            raise httptools.HttpParserInvalidMethodError("Nobody is connected to others here.")
        kept = [header_line(name, value) for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(b"%b %b HTTP/%b\r\n%b\r\n" % (method, self.url, version.encode(), b"".join(kept)))
        return rest

    def head_too_large(self) -> RuntimeFault:
        """What is said of a head that is longer than `largest_head`, before its end is known."""
        return BadRequest(f"The head of a request may have {self.largest_head} bytes.")

    def refuse(self, status: int, fault: RuntimeFault) -> None:
        """Ends the connection, and says why where that would not be taken for a part of another answer."""
        if not self.transport.is_closing() and self.may_speak():
            body = orjson.dumps(failure(fault))
            said = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
            self.transport.write(STATUS_LINE[status] + self.date() + said + body)
        self.transport.close()

    def may_speak(self) -> bool:
        cycle = self.cycle
        if cycle is None or (cycle.response_complete and not cycle.more_body):
            return True
        begun = cycle.begun if isinstance(cycle, Exchange) else cycle.response_started
        return not (begun or self.pipeline)

    # From the parser.

    def on_message_begin(self) -> None:
        """The scope is made when it is known that ASGI answers."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self.within = True
        self.fruitless = 0

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and not self._should_upgrade():
            return
        self.idle_since = math.inf
        if not self.url.startswith(b"/"):
            self.to_origin_form()
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy and not self.pipeline:
            self.running = self.cycle
        exchange = self.hot()
        if exchange is None:
            self.cold()
        elif busy:
            self.cycle = exchange
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))  # type: ignore[arg-type]
        else:
            self.cycle = self.due = exchange

    def to_origin_form(self) -> None:
        """Of a target in absolute form host and path count, not the Host beside it (RFC 9112 3.2.2)."""
        found = ABSOLUTE.fullmatch(self.url)
        if found is not None:
            self.url = found[2] if found[2].startswith(b"/") else b"/" + found[2]
            self.headers = [(b"host", found[1]), *[pair for pair in self.headers if pair[0] != b"host"]]

    def hot(self) -> Exchange | None:
        """The exchange with the door that this request is for, if it is a hot one."""
        url = self.url
        if not url.startswith(b"/") or b"#" in url or not url.isascii() or self.parser.should_upgrade():
            return None
        raw_path = url.partition(b"?")[0]
        path = raw_path.decode("ascii")
        door = self.door_for(unquote(path) if "%" in path else path, raw_path)
        if door is None or self.root_path:
            return None
        kind = HOT_VERSIONS.get(self.parser.get_http_version())
        if kind is None:
            return None
        exchange = kind(self, door, unquote(path) if "%" in path else path)
        self.headers = []  # what comes behind the body is no header (RFC 9110 6.5.1)
        return exchange

    def cold(self) -> None:
        if (due := self.due) is not None:  # came in the same piece, and goes first
            self.due = None
            self.start(due)
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            self.headers = []

    def on_body(self, body: bytes) -> None:
        self.fruitless = 0
        if not isinstance(self.cycle, Exchange):
            super().on_body(body)
        elif not self.cycle.response_complete:
            self.cycle.heard(body)

    def on_message_complete(self) -> None:
        self.within = False
        cycle = self.cycle
        if cycle is None:
            return
        if isinstance(cycle, Exchange):
            cycle.ended()
        else:
            super().on_message_complete()
        if cycle.response_complete:
            self.idle_since = self.loop.time()

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
            self.look_later()
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self.idle_since = math.inf
            self.running, app = self.pipeline.pop()
            self._start_asgi_task(self.running, app)

    def look_later(self, rest: float = math.inf) -> None:
        self.timer = self.loop.call_later(min(rest, self.head_within, self.timeout_keep_alive), self.look)

    def look(self) -> None:
        """Idle since the last answer, or since something began that does not come to its end."""
        self.timer = None
        unfinished = self.within or self.cycle is None
        rest = self.idle_since + (self.head_within if unfinished else self.timeout_keep_alive) - self.loop.time()
        if rest <= 0:
            self.timeout_keep_alive_handler()
        elif rest < math.inf:
            self.look_later(rest)
