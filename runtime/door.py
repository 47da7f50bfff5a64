"""The smallest request that a door needs, so that one view serves raw ASGI (hot) and Django (everywhere else)."""

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, ClassVar

from runtime.errors import TooLarge

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 64 << 20  # bytes of a dispatch request; a door for strangers sets its own

Headers = list[tuple[bytes, bytes]]
JSON: Headers = [(b"content-type", b"application/json")]


class Visit(ABC):
    """One request and its answer: `body()` once, then `answer`, or `begin` once, `send` as often as needed and `end` once.

    `headers` are those by name, `raw_headers` all as they came; `client` is the address of the other end of the connection.
    `chunks`: whether the caller knows them, as HTTP/1.1 does; one of HTTP/1.0 need not even name a Host. `head_at_most`: bytes
    that the head surely has no more of, where that is known.
    """

    __slots__ = (
        "begun",
        "client",
        "head_at_most",
        "headers",
        "method",
        "path",
        "query",
        "raw_headers",
        "raw_path",
        "scheme",
        "when_left",
    )
    tells: ClassVar[bool] = False  # whether it calls `when_left` by itself; else `left` must be waited for

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    raw_headers: Headers
    client: str
    scheme: str
    begun: bool
    chunks: bool
    head_at_most: float
    when_left: Callable[[], None] | None

    @abstractmethod
    async def body(self, limit: int = MAX_BODY) -> bytes:
        """The whole body; raises TooLarge over `limit` bytes and ConnectionResetError when the caller left."""

    @abstractmethod
    async def begin(self, status: int, headers: Headers) -> None:
        """The head, which may wait for what follows it: `flush` says that nothing does for now."""

    async def flush(self) -> None:  # noqa: B027 - where nothing ever waits there is nothing to do
        """Sends what waits, at once or within a moment."""

    @abstractmethod
    async def send(self, data: bytes) -> None:
        """A piece of the body; waits while the caller does not read."""

    @abstractmethod
    async def end(self, data: bytes = b"") -> None:
        """The last piece."""

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """A whole answer at once."""
        await self.begin(status, [*headers, (b"content-length", str(len(body)).encode())])
        await self.end(body)

    @abstractmethod
    async def left(self) -> None:
        """Returns when the caller has left."""


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request is larger than {limit} bytes.")


class AsgiVisit(Visit):
    """A visit as any ASGI server has it."""

    __slots__ = ("chunks", "receive", "send_message")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method = scope["method"]
        self.path = scope["path"]
        self.raw_path = raw_path(scope)
        self.query = scope.get("query_string", b"")
        self.raw_headers = [(name, value) for name, value in scope["headers"]]  # some servers have lists for pairs
        self.headers = dict(self.raw_headers)
        self.client = str((scope.get("client") or ("",))[0])
        self.scheme = str(scope.get("scheme") or "http")
        self.chunks = scope.get("http_version", "1.0") != "1.0"
        self.head_at_most = math.inf
        self.receive = receive
        self.send_message = send
        self.begun = False
        self.when_left = None

    async def body(self, limit: int = MAX_BODY) -> bytes:
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > limit:
                raise too_large(limit)
        return b"".join(parts)

    async def begin(self, status: int, headers: Headers) -> None:
        self.begun = True
        await self.send_message({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, data: bytes) -> None:
        await self.send_message({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        await self.send_message({"type": "http.response.body", "body": data})

    async def left(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def raw_path(scope: Scope) -> bytes:
    """The path as it was sent; servers that do not tell it have decoded it."""
    raw = scope.get("raw_path")
    return bytes(raw) if raw else str(scope["path"]).encode()


Door = Callable[[Visit], Awaitable[None]]


class Answering:
    """A visit whose answer somebody else sends: status and headers first, then pieces of the body."""

    def __init__(self, door: Door, scope: Scope, body: bytes) -> None:
        self.messages: asyncio.Queue[Message | None] = asyncio.Queue(maxsize=16)
        self.body: bytes | None = body
        self.gone = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self.run(door, scope))

    async def run(self, door: Door, scope: Scope) -> None:
        try:
            await door(AsgiVisit(scope, self.receive, self.messages.put))
        except asyncio.CancelledError:
            if self.messages.full():  # nobody makes room any more
                self.messages.get_nowait()
            self.messages.put_nowait(None)
            raise
        except BaseException:
            await self.messages.put(None)
            raise
        await self.messages.put(None)

    async def receive(self) -> Message:
        if self.body is not None:
            body, self.body = self.body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def start(self) -> tuple[int, Headers]:
        try:
            message = await self.messages.get()
        except asyncio.CancelledError:
            self.leave()
            raise
        if message is None:
            await self.task
            raise RuntimeError("the door ended without an answer")
        return message["status"], message["headers"]

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            while (message := await self.messages.get()) is not None:
                if message["body"]:
                    yield message["body"]
        finally:
            self.leave()

    def leave(self) -> None:
        self.gone.set()
        self.task.cancel()
