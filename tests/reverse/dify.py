"""A server that speaks as Dify's inner API does (protocol.md 7.4), with the answers that a test gives it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from runtime.host.dify import DifyHost
from runtime.host.frames import framed
from tests.programs import free_port
from tests.reverse.beside import read, send_while_there, served

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

    def host(self, **options: Any) -> DifyHost:
        return DifyHost(self.url, KEY, **{"read_timeout": 5, "write_timeout": 5, "frame_limit": 1 << 20, **options})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body = await read(receive)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        path = scope["path"].removeprefix("/inner/api/")
        self.seen.append(Seen(path, headers, body))
        answer = self.answers.get(path, Answer([b"not found"], status=404))
        await send({"type": "http.response.start", "status": answer.status, "headers": []})
        self.open += 1
        try:
            await send_while_there(receive, send, self.pieces(answer), answer.pause)
        finally:
            self.open -= 1

    def pieces(self, answer: Answer) -> Any:
        yield from answer.pieces
        while answer.for_ever:
            yield answer.pieces[-1]


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Stub]:
    port = free_port()
    stub = Stub(f"http://127.0.0.1:{port}")
    async with served(stub, port):
        yield stub
