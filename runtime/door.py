"""The smallest request that a door needs, so that one view serves raw ASGI (hot) and Django (everywhere else)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from runtime.errors import BadRequest

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 64 << 20  # bytes of a dispatch request; a door for strangers sets its own

Headers = list[tuple[bytes, bytes]]
JSON: Headers = [(b"content-type", b"application/json")]


class Visit:
    """One request and its answer: `body()` once, `begin` once, `send` as often as needed, `end` once."""

    __slots__ = ("begun", "headers", "method", "path", "query", "receive", "send_message", "watcher")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.receive = receive
        self.send_message = send
        self.begun = False
        self.watcher: asyncio.Task[None] | None = None

    async def body(self, limit: int = MAX_BODY) -> bytes:
        """The whole body; raises BadRequest over `limit` bytes and ConnectionResetError when the caller left."""
        message = await self.receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return self.checked(message, body, limit)
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await self.receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self.checked(message, b"", limit - size)
        return b"".join(parts)

    def checked(self, message: Message, body: bytes, room: int) -> bytes:
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        if len(body) > room or room < 0:
            raise BadRequest(f"The request is larger than {MAX_BODY} bytes.")
        return body

    async def begin(self, status: int, headers: Headers) -> None:
        self.begun = True
        await self.send_message({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, data: bytes) -> None:
        await self.send_message({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        await self.send_message({"type": "http.response.body", "body": data})

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """A whole answer at once."""
        await self.begin(status, [*headers, (b"content-length", str(len(body)).encode())])
        await self.end(body)

    async def left(self) -> None:
        """Returns when the caller has left."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


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
            await door(Visit(scope, self.receive, self.messages.put))
        finally:
            await self.messages.put(None)

    async def receive(self) -> Message:
        if self.body is not None:
            body, self.body = self.body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def start(self) -> tuple[int, Headers]:
        message = await self.messages.get()
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
            self.gone.set()
            self.task.cancel()
