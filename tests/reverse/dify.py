"""A server that speaks as Dify's inner API does (protocol.md 7.4), with the answers that a test gives it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn

from runtime.host.dify import DifyHost
from runtime.host.frames import framed
from tests.programs import free_port

KEY = "inner-key"


@dataclass
class Seen:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Answer:
    """`pieces` are sent as they are, `pause` seconds before each; `for_ever` repeats the last one."""

    pieces: list[bytes]
    status: int = 200
    pause: float = 0.0
    for_ever: bool = False


def frame(data: Any, error: str = "") -> bytes:
    return framed(orjson.dumps({"data": data, "error": error}))


def plain(data: Any, error: str = "", status: int = 200) -> Answer:
    return Answer([orjson.dumps({"data": data, "error": error})], status)


def streamed(*items: Any, **more: Any) -> Answer:
    return Answer([frame(item) for item in items], **more)


@dataclass
class Stub:
    """`answers` by path below `/inner/api/`."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    open: int = 0  # answers that are being sent
    sent: int = 0  # pieces

    def host(self, **options: Any) -> DifyHost:
        return DifyHost(self.url, KEY, **{"read_timeout": 5, "write_timeout": 5, "frame_limit": 1 << 20, **options})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        path = scope["path"].removeprefix("/inner/api/")
        self.seen.append(Seen(path, headers, orjson.loads(body)))
        answer = self.answers.get(path, Answer([b"not found"], status=404))
        await send({"type": "http.response.start", "status": answer.status, "headers": []})
        self.open += 1
        left = asyncio.ensure_future(receive())
        try:
            for piece in self.pieces(answer):
                await asyncio.wait([left], timeout=answer.pause)
                if left.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                self.sent += 1
            await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()
            self.open -= 1

    def pieces(self, answer: Answer) -> Any:
        yield from answer.pieces
        while answer.for_ever:
            yield answer.pieces[-1]


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Stub]:
    port = free_port()
    stub = Stub(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(stub, port=port, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore # they belong to pytest
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield stub
    finally:
        server.should_exit = True
        await task
