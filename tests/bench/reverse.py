"""What a reverse call costs the host: `python -m tests.bench.reverse`. A measurement, not a test.

The plugin is a pair of byte streams without a process, so that only the host is measured: a line comes in, is answered, and
lines go out. Quote ratios from one run: machines are shared and noisy.
"""
# ruff: noqa: E402 - Django must be set up before anything that has models

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import orjson
import uvloop
from django.core.management import call_command

from runtime import reverse, router
from runtime.backends.base import Conversation, DuplexBackend
from runtime.database import in_thread
from runtime.host import choice
from runtime.session import Session
from runtime.wire import END, STREAM, Frame

CALLS, CHUNKS, AT_ONCE = 2000, 2000, 500
PERMISSION = {
    "model": {"enabled": True, "llm": True, "moderation": True},
    "storage": {"enabled": True, "size": 1 << 30},
}
CHUNK = orjson.dumps(
    {"model": "m", "prompt_messages": [], "delta": {"index": 0, "message": {"role": "assistant", "content": "word "}}}
)
MODERATION = {"provider": "a/b/c", "model": "m", "text": "t"}
LLM = {"provider": "a/b/c", "model": "m", "prompt_messages": [{"role": "user", "content": "hi"}]}


class Sink(DuplexBackend):
    """A plugin whose lines are made here, and what is written to it counted."""

    def __init__(self) -> None:
        super().__init__(session_limit=1 << 30, line_limit=1 << 20, answer=reverse.answer)
        self.session = Session(
            workspace="w", plugin="a/b:0.0.1@x", type="tool", action="", data={}, permission=PERMISSION
        )
        self.conversation = self.conversations[self.session.id.encode()] = Conversation(self.session, 1 << 30)
        self.lines = self.ended = 0
        self.over = asyncio.Event()
        self.wanted = 0

    def write(self, line: bytes) -> None:
        self.lines += 1
        if b'"event":"end"' in line:
            self.ended += 1
            if self.ended == self.wanted:
                self.over.set()

    async def ask(self, kind: str, request: dict[str, Any], times: int) -> None:
        """Calls of the plugin that come in one piece, until all are answered."""
        self.ended, self.wanted = 0, times
        self.over.clear()
        data = {"type": kind, "backwards_request_id": "r", "request": request}
        event = {"event": "session", "session_id": self.session.id, "data": {"type": "invoke", "data": data}}
        self.feed((orjson.dumps(event) + b"\n\n") * times)
        await self.over.wait()


class Immediate:
    """A host that answers at once: what remains is the road to it and back."""

    async def answer(self, session: Session, kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
        for _ in range(CHUNKS if kind == "llm" else 1):
            yield CHUNK

    async def close(self) -> None:
        """It holds nothing open."""


class Chunks:
    """Stands as the router: a model plugin whose chunks come in batches of eight."""

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        for _ in range(CHUNKS // 8):
            yield [(STREAM, CHUNK)] * 8
        yield [(END, b"{}")]


async def measured(what: str, per: int, work: Callable[[], Awaitable[None]]) -> None:
    """Processor time of all threads of this process, the best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        await work()
        best = min(best, time.process_time() - started)
    print(f"{what:<58} {best / per * 1e6:8.1f} µs")


async def nested_llm(sink: Sink) -> None:
    """Our own host without SQL: the provider is known, it needs no account."""
    from runtime.credentials import warm
    from runtime.credentials.finding import NONE
    from runtime.credentials.places import Place
    from runtime.host import providers
    from runtime.host.ours import OurHost

    found = providers.Found("a/b:0.0.1@x", "a/b", "model", "c", {}, {})
    providers.warm["w", "model", "a/b/c"] = found
    warm.put((Place("w", "a/b", "model", "c", "m", "llm"), None), NONE)
    router.set_here(Chunks())  # type: ignore[arg-type] # it has what callers use of a router
    choice.current = OurHost()
    await measured("a chunk of a model plugin handed to the caller", CHUNKS, lambda: sink.ask("llm", LLM, 1))


async def main() -> None:
    await in_thread(call_command, "migrate", verbosity=0)
    sink = Sink()
    choice.current = Immediate()
    await sink.ask("moderation", MODERATION, 10)
    await measured("a call, answered at once by the host", CALLS, lambda: sink.ask("moderation", MODERATION, CALLS))
    started = time.perf_counter()
    await sink.ask("moderation", MODERATION, AT_ONCE)
    print(f"{AT_ONCE} calls at once took {(time.perf_counter() - started) * 1e3:.0f} ms")
    await measured("a chunk of a stream", CHUNKS, lambda: sink.ask("llm", LLM, 1))
    await nested_llm(sink)
    storing = {"opt": "set", "key": "k", "value": "00" * 100}
    await measured("storage set (SQLite)", 300, lambda: sink.ask("storage", storing, 300))
    await measured("storage get (SQLite)", 300, lambda: sink.ask("storage", {"opt": "get", "key": "k"}, 300))
    sink.session.permission = {}
    await measured("a refusal", CALLS, lambda: sink.ask("moderation", MODERATION, CALLS))
    await choice.close()


if __name__ == "__main__":
    uvloop.run(main())
