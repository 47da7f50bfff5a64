"""A plugin on a developer's machine, at the other end of an accepted connection."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import orjson
from django.conf import settings

from debugging.recording import Recorder
from runtime import reverse, router
from runtime.backends.base import DuplexBackend
from runtime.cluster import PluginState
from runtime.errors import NotFound, PluginGone, Unavailable
from runtime.logs import PluginLog
from runtime.session import Session, new_session_id
from runtime.wire import END, STREAM, Frame, decoded

UNSENT_LIMIT = 64 << 20  # bytes for a machine that does not read, before new calls are refused
ROOM = 1 << 20  # bytes that may wait while others go on writing
SILENCE = 60.0  # seconds without a line, as the daemon waits


class Outbox:
    """Lines on their way to the other side; whoever sends takes all that wait at once."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.size = 0
        self.filled = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()

    def put(self, line: bytes) -> None:
        self.lines.append(line)
        self.size += len(line)
        self.filled.set()
        if self.size > ROOM:
            self.room.clear()

    async def take(self) -> bytes:
        await self.filled.wait()
        self.filled.clear()
        data, self.lines, self.size = b"".join(self.lines), [], 0
        self.room.set()
        return data


class DebuggingBackend(DuplexBackend):
    """One connection after its handshake; a guest of the node (runtime/guests.py).

    `end` closes the connection with a reason that the developer reads.
    """

    def __init__(self, plugin: str, *, origin: str, log: PluginLog, end: Callable[[str], None]) -> None:
        super().__init__(
            session_limit=settings.SESSION_BUFFER_SIZE,
            line_limit=settings.PLUGIN_RUNTIME_MAX_BUFFER_SIZE,
            answer=reverse.answer,
        )
        self.plugin = plugin
        self.origin = origin
        self.log = log
        self.end = end
        self.outbox = Outbox()
        self.recorder = Recorder()
        self.since = self.last_heard = time.time()
        self.open = True
        self.patient = False

    # As a guest.

    @property
    def running(self) -> DuplexBackend | None:
        return self if self.open else None

    def observed(self, node: str) -> PluginState:
        return PluginState("debugging", f"Connected from {self.origin}.", node, self.since)

    def displaced(self) -> None:
        self.end("another connection of this plugin has taken its place")

    async def restart(self) -> None:
        raise Unavailable("It runs on a developer's machine: start it anew there.")

    async def answer_node(self, session: Session) -> AsyncGenerator[list[Frame]]:
        """calls {after} | replay {number} | patience {on}."""
        if session.action == "calls":
            calls = self.recorder.since(int(session.data["after"]))
            yield [(STREAM, orjson.dumps({"turn": self.recorder.turn, "calls": [call.shown() for call in calls]}))]
        elif session.action == "patience":
            self.patient = bool(session.data["on"])
        elif session.action == "replay":
            async with aclosing(self.replay(int(session.data["number"]))) as batches:
                async for frames in batches:
                    yield frames

    async def replay(self, number: int) -> AsyncGenerator[list[Frame]]:
        """A recorded call once more, with what it was given then, against the code as it is now."""
        call = self.recorder.find(number)
        if call is None:
            raise NotFound("This call is not kept any more.")
        again = Session(**call.session.packed() | {"id": new_session_id(), "deadline": time.time() + 600, "trace": ""})
        async with aclosing(router.here().stream(again)) as batches:
            async for _ in batches:
                pass
        yield [(END, b"{}")]

    # As a backend.

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        call = self.recorder.begin(session)
        try:
            async with aclosing(super().stream(session)) as batches:
                async for frames in batches:
                    call.see(frames)
                    self.recorder.tell(call)
                    yield frames
        finally:
            call.end()
            self.recorder.tell(call)

    def write(self, line: bytes) -> None:
        if not self.open:
            raise PluginGone("The developer's machine that runs this plugin is not connected any more.")
        if self.outbox.size > UNSENT_LIMIT:
            raise PluginGone("The developer's machine does not read what is sent to it.")
        self.outbox.put(line)

    async def drain(self) -> None:
        await self.outbox.room.wait()

    def heard(self, data: bytes) -> None:
        self.last_heard = time.time()
        self.feed(data)

    def other_line(self, line: bytes) -> None:
        message: dict[str, Any] = decoded(line)
        event, data = message.get("event"), message.get("data")
        if event == "log" and isinstance(data, dict):
            self.log(str(data.get("level", "INFO")), str(data.get("message", "")))
        elif event == "error":
            self.log("ERROR", str(data))

    def silent(self) -> bool:
        """Whether nothing was heard for too long. A program that stands at a breakpoint may not even beat."""
        return not self.patient and time.time() - self.last_heard > SILENCE

    def close_up(self, reason: str) -> None:
        """The connection is over: every open call hears it now."""
        if self.open:
            self.open = False
            self.outbox.room.set()
            self.lost(f"The developer's machine that ran this plugin is gone: {reason}")
            self.log.close()
