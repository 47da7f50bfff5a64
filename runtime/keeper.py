"""One plugin on one node: brought to the state that is wished, step by step, with a reason for where it stands."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.backends.local import LocalBackend, LocalOptions
from runtime.cluster import PluginState
from runtime.errors import StartFailed
from runtime.logs import PluginLog

log = logging.getLogger(__name__)

HEALTHY_AFTER = 60.0  # seconds of running after which earlier failures are forgotten
LONGEST_PAUSE = 60.0
GIVE_UP_AFTER = 15  # failures in a row; then it stays failed until somebody asks again


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a start is: a step in words, 0 to 100 percent, and the latest line of output."""

    step: str
    percent: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that starting a plugin takes."""

    argv: list[str]
    folder: Path
    environment: dict[str, str]


Listener = Callable[[Progress], None]
Prepare = Callable[[str, Listener, Callable[[], bool]], Prepared]
"""Takes a unique identifier, who hears the progress, and whether to give up; runs in a thread and may take minutes."""


@dataclass(frozen=True, slots=True)
class Launching:
    """What the keepers of one node share."""

    prepare: Prepare
    gate: asyncio.Semaphore
    options: dict[str, Any]  # of LocalOptions: limits, times and who answers reverse calls
    changed: Callable[[], None]
    sleep_after: float = 0.0  # seconds without a call after which a plugin is put to sleep; 0: never


def pause_after(failures: int) -> float:
    """Seconds before the next start: at once after a first crash, then 1, 2, 4 … at most a minute."""
    return 0.0 if failures <= 1 else min(LONGEST_PAUSE, 2.0 ** (failures - 2))


class Keeper:
    """States: pending → starting → running → (backoff → starting)* → stopping → stopped | failed.

    With `sleep_after` also running → stopping → asleep → pending: the next call wakes it.
    """

    def __init__(self, plugin: str, launching: Launching, plugin_log: PluginLog) -> None:
        self.plugin = plugin
        self.launching = launching
        self.log = plugin_log
        self.state, self.reason, self.since = "pending", "", time.time()
        self.failures = self.restarts = 0
        self.next_try = 0.0
        self.backend: LocalBackend | None = None
        self.job: asyncio.Task[None] | None = None
        self.cancelled = False
        self.used = self.awake_since = time.monotonic()
        self.called = False  # while it was being put to sleep
        self.listeners: list[Listener] = []
        self.moved = asyncio.Event()

    def move(self, state: str, reason: str = "") -> None:
        if state != self.state:
            self.since = time.time()
            self.log("host", f"{state}: {reason}" if reason else state)
        self.state, self.reason = state, reason
        self.moved.set()
        self.moved = asyncio.Event()
        self.launching.changed()

    @property
    def running(self) -> LocalBackend | None:
        """The backend, while it lives: between its end and the next step the state still says that it runs."""
        backend = self.backend
        return backend if backend is not None and backend.alive else None

    def observed(self, node: str) -> PluginState:
        pid = self.backend.pid if self.backend and self.state == "running" else 0
        return PluginState(
            self.state, self.reason, node, self.since, self.restarts, pid, resident_memory(pid) if pid else 0
        )

    # Reconciling: called by the node, never waits.

    def step(self, wished: bool) -> None:
        """Starts whatever leads from where the plugin is to what is wished."""
        if self.job is not None and not self.job.done():
            self.cancelled = self.cancelled or (not wished and self.state == "starting")
            return
        if self.state == "running" and self.backend is not None and self.backend.poll() is not None:
            self.crashed(self.backend)
        if not wished:
            self.leave()
        elif self.state in ("pending", "stopped") or (self.state == "backoff" and time.monotonic() >= self.next_try):
            self.begin(self.start())
        elif self.state == "running":
            self.look_after()

    def look_after(self) -> None:
        """Once it has run for a while its failures are forgotten; once nobody has called for long it sleeps."""
        if time.time() - self.since > HEALTHY_AFTER:
            self.failures = 0
        if self.backend is not None and self.backend.conversations:
            self.used = time.monotonic()
        after = self.launching.sleep_after
        if after and time.monotonic() - max(self.used, self.awake_since) > after and not self.listeners:
            self.begin(self.sleep())

    async def sleep(self) -> None:
        self.called = False
        await self.stop(grace=self.launching.sleep_after, at_last="asleep")
        if self.called:
            self.wake()

    def wake(self) -> None:
        """Somebody calls: what sleeps starts, what is falling asleep starts afterwards."""
        self.used, self.called = time.monotonic(), True
        if self.state == "asleep":
            self.move("pending", "It was asleep; somebody calls.")

    def leave(self) -> None:
        if self.state == "running":
            self.begin(self.stop())
        elif self.state != "stopped":
            self.move("stopped")

    def begin(self, work: Any) -> None:
        self.job = asyncio.get_running_loop().create_task(work)

    def crashed(self, backend: LocalBackend) -> None:
        self.backend = None
        self.restarts += 1
        self.fail(backend.diagnose("The plugin ended."), at_least=0.0)

    def fail(self, reason: str, at_least: float = 1.0) -> None:
        """Plans the next try, or gives up until somebody asks again. Who tries it out has a second to say that he leaves."""
        self.failures += 1
        self.next_try = time.monotonic() + max(at_least, pause_after(self.failures))
        self.move("failed" if self.failures >= GIVE_UP_AFTER else "backoff", reason)

    def retry_now(self) -> None:
        """Somebody asks: forget the pause, and the failures that made it give up."""
        if self.state in ("backoff", "failed"):
            self.failures, self.next_try = 0, 0.0
            self.move("backoff", self.reason)

    # Jobs.

    async def start(self) -> None:
        self.cancelled = False
        self.move("starting", "Its environment is being prepared.")
        try:
            prepared = await asyncio.to_thread(self.launching.prepare, self.plugin, self.heard, lambda: self.cancelled)
            async with self.launching.gate:
                self.heard(Progress("start", 95, "waiting for the first heartbeat"))
                backend = LocalBackend(self.local_options(prepared))
                await backend.start()
        except StartFailed as error:
            self.fail(str(error))
        except Exception as error:
            log.exception("%s could not be started", self.plugin)
            self.fail(f"The host failed to start it: {error}")
        else:
            self.backend = backend
            self.awake_since = time.monotonic()
            self.move("running")

    def local_options(self, prepared: Prepared) -> LocalOptions:
        return LocalOptions(
            argv=prepared.argv,
            folder=prepared.folder,
            environment=prepared.environment,
            log=self.log,
            exited=self.launching.changed,
            **self.launching.options,
        )

    def heard(self, progress: Progress) -> None:
        """Called from the preparing thread as well."""
        self.reason = progress.line or progress.step
        for listener in list(self.listeners):
            listener(progress)

    async def stop(self, grace: float = 600.0, at_last: str = "stopped") -> None:
        backend, self.backend = self.backend, None
        self.move("stopping", "Open calls may end.")
        if backend is not None:
            await backend.stop(grace)
        self.move(at_last)

    async def restart(self) -> None:
        """Somebody asked: stop what runs, start anew."""
        if self.job is not None:
            await asyncio.gather(self.job, return_exceptions=True)
        if self.state == "running":
            await self.stop(grace=5.0)
        self.retry_now()
        self.launching.changed()

    async def shut_down(self, grace: float) -> None:
        """The node ends: whatever is being done is given up, what runs is stopped."""
        self.cancelled = True
        if self.job is not None and self.state != "stopping":
            self.job.cancel()
        if self.job is not None:
            await asyncio.gather(self.job, return_exceptions=True)
        await self.stop(grace)
        self.log.close()

    async def settled(self, seconds: float) -> bool:
        """Waits until it runs (True), or until it stands still or `seconds` are over (False)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.running is None and self.state != "failed":
                    if self.state == "backoff" and self.next_try > time.monotonic() + seconds:
                        break
                    await self.moved.wait()
        return self.running is not None


def resident_memory(pid: int) -> int:
    """Bytes of resident memory of a process; 0 where it cannot be read."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0
