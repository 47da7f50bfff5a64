"""One connection from its first byte to its end, over whatever carries it (consumers.py)."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any

from django.conf import settings

from debugging import connections, keys
from debugging.backend import DebuggingBackend
from debugging.errors import Refused
from debugging.handshake import LONGEST_LINE, Handshake, Registered
from debugging.models import Connection, DebugKey
from runtime import node
from runtime.database import in_thread
from runtime.errors import RuntimeFault
from runtime.logs import PluginLog

log = logging.getLogger(__name__)

KEY_WITHIN = 10.0  # seconds, as the daemon waits
READY_WITHIN = 60.0  # seconds from the first byte to the end of the declarations
LOOK_EVERY = 5.0  # seconds between two looks whether it still is heard
LONGEST_KEY = 4096  # bytes of the first line: of who has shown no key nothing more is kept
LAST_WORDS = 2.0  # seconds in which a reason is sent before the connection is cut

open_arrivals: set["Arrival"] = set()


class Arrival(ABC):
    """Handshake first, then a guest of this process's node. A carrier says how to `transmit` and `hang_up`."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.handshake = Handshake()
        self.rest = bytearray()  # of a line whose end has not come yet
        self.key: DebugKey | None = None
        self.backend: DebuggingBackend | None = None
        self.connection: Connection | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self.ending = ""

    @abstractmethod
    async def transmit(self, data: bytes) -> None:
        """Sends bytes; returns when there is room for more."""

    @abstractmethod
    async def hang_up(self) -> None:
        """Closes the connection from this side."""

    # Events of the carrier.

    def opened(self) -> None:
        open_arrivals.add(self)
        self.spawn(self.wait_for(KEY_WITHIN, lambda: self.key is not None))
        self.spawn(self.wait_for(READY_WITHIN, lambda: self.backend is not None))
        if len(open_arrivals) > settings.PLUGIN_REMOTE_INSTALLING_MAX_CONN:
            self.end("server is busy now, please try again later")

    async def received(self, data: bytes) -> None:
        """The next piece of what the other side sends."""
        if self.ending:
            return
        if self.backend is not None:
            self.backend.heard(data)
            return
        try:
            await self.greet(data)
        except Refused as refusal:
            self.end(refusal.text)
        except RuntimeFault as fault:
            self.end(f"register failed, {fault.message}")
        except Exception:
            log.exception("A connection from %s could not be taken in", self.origin)
            self.end("register failed, the server has a problem of its own; its log says which")

    async def closed(self, why: str = "it closed the connection") -> None:
        """The connection is gone, whoever ended it."""
        open_arrivals.discard(self)
        why = self.ending or why
        self.ending = why
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.backend is not None:
            self.backend.close_up(why)
            await node.here().part_with(self.backend)
        if self.connection is not None:
            await in_thread(connections.left, self.connection, why=why)

    # The handshake.

    async def greet(self, data: bytes) -> None:
        *lines, last = data.split(b"\n")
        if lines:
            lines[0] = bytes(self.rest) + lines[0]
            self.rest.clear()
        self.rest += last
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            self.handshake.take(line)
            if self.key is None:
                self.key = await in_thread(keys.admitted, self.handshake.key)
            if self.handshake.registered is not None:
                early = b"\n".join((*lines[number + 1 :], self.rest))
                await self.register(self.key, self.handshake.registered)
                if early and self.backend is not None:
                    self.backend.heard(early)
                return
        if self.key is None and len(self.rest) > LONGEST_KEY:
            raise Refused("handshake failed, the key comes first, in a short line")
        if len(self.rest) > LONGEST_LINE:
            raise Refused(f"handshake failed, a line is longer than {LONGEST_LINE >> 20} MB")

    async def register(self, key: DebugKey, registered: Registered) -> None:
        connection, installation = await in_thread(connections.arrive, key, registered, origin=self.origin)
        self.connection, plugin = connection, connection.unique_identifier
        path = settings.PLUGIN_LOGS_PATH / f"{plugin.replace('/', '_').replace(':', '-')}.log"
        backend = DebuggingBackend(plugin, origin=self.origin, log=PluginLog(path), end=self.end)
        backend.patient = installation.patient
        backend.log("host", f"connected from {self.origin}")
        await node.here().welcome(backend)
        self.backend = backend
        self.rest.clear()
        self.spawn(self.send_what_waits(backend))
        self.spawn(self.watch(backend))

    # What goes on meanwhile.

    async def send_what_waits(self, backend: DebuggingBackend) -> None:
        while True:
            await self.transmit(await backend.outbox.take())

    async def watch(self, backend: DebuggingBackend) -> None:
        while not backend.silent():
            await asyncio.sleep(LOOK_EVERY)
        self.end("no heartbeat for a minute")

    async def wait_for(self, seconds: float, done: Any) -> None:
        await asyncio.sleep(seconds)
        if not done():
            self.end(f"handshake failed, not completed within {seconds:.0f} s")

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.forget)

    def forget(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.end(f"the connection broke: {error}")

    def end(self, reason: str) -> None:
        """Closes the connection with a reason; once."""
        if self.ending:
            return
        self.ending = reason
        if self.backend is not None:
            self.backend.close_up(reason)
        self.spawn(self.say_and_hang_up(reason))

    async def say_and_hang_up(self, reason: str) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(LAST_WORDS):
                await self.transmit(f"{reason}\n".encode())
        await self.hang_up()


async def close_all(reason: str) -> None:
    """The process ends: whoever is connected hears why."""
    for arrival in list(open_arrivals):
        arrival.end(reason)
    for _ in range(40):
        if not open_arrivals:
            return
        await asyncio.sleep(0.05)
