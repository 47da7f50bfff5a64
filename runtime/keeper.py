"""One plugin on one node: brought to the state that is wished, step by step, with a reason for where it stands."""

import asyncio
import contextlib
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from runtime import timings
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.cluster import PluginState
from runtime.errors import Busy, StartFailed, Unavailable
from runtime.fleet import Fleet
from runtime.launching import Launching, Listener, Prepared, Progress
from runtime.logs import PluginLog
from runtime.resting import Rest

log = logging.getLogger(__name__)

HEALTHY_AFTER = 60.0  # seconds of running after which earlier failures are forgotten
LONGEST_PAUSE = 60.0
HELD_FOR = 600.0  # seconds in which open calls may end before what runs is stopped
SHORTEST_GRACE = 10.0  # the same for what falls asleep: a call may have come in the last moment
GIVE_UP_AFTER = 15  # failures in a row; then it stays failed until somebody asks again


# Beside the threads of the loop, which renew leases: an environment may take minutes to build.
preparing = ThreadPoolExecutor(max_workers=32, thread_name_prefix="prepare")


def pause_after(failures: int) -> float:
    """Seconds before the next start: at once after a first crash, then 1, 2, 4 … at most a minute."""
    return 0.0 if failures <= 1 else min(LONGEST_PAUSE, 2.0 ** (failures - 2))


class Keeper:
    """States: pending → starting → running → (backoff → starting)* → stopping → stopped | failed.

    What may wait for a call begins asleep, and comes back there: running → stopping → asleep → pending.
    """

    def __init__(self, plugin: str, launching: Launching, plugin_log: PluginLog) -> None:
        self.plugin = plugin
        self.launching = launching
        self.log = plugin_log
        self.terms = launching.terms
        self.state, self.reason, self.since = "pending", "", time.time()
        self.failures = self.restarts = self.moves = 0
        self.next_try = self.next_renewal = self.next_growth = 0.0
        self.fleet = Fleet(launching.calls_each)
        self.job: asyncio.Task[None] | None = None
        self.growing: asyncio.Task[None] | None = None
        self.prepared: Prepared | None = None  # of the last start that went well
        self.cancelled = self.closed = False
        self.calls = Calls()
        self.rest = Rest(self)
        self.listeners: list[Listener] = []
        self.moved = asyncio.Event()

    def move(self, state: str, reason: str = "") -> None:
        if state != self.state:
            self.log("host", f"{state}: {reason}" if reason else state)
        self.be(state, reason)

    def be(self, state: str, reason: str) -> None:
        """A move that is no event of the plugin's own, and not written in its log."""
        if state != self.state:
            self.since = time.time()
        self.moves += 1
        self.state, self.reason = state, reason
        self.moved.set()
        self.moved = asyncio.Event()
        self.launching.changed()

    @property
    def backend(self) -> LocalBackend | None:
        """The first instance."""
        return next(iter(self.fleet), None)

    @property
    def running(self) -> LocalBackend | None:
        """The instance for the next call: between a process's end and the next step the state still says that it runs."""
        return self.fleet.free()

    @property
    def processes(self) -> int:
        """Those that run, and those that are on their way up."""
        growing = self.growing is not None and not self.growing.done()
        return len(self.fleet) + (self.state == "starting") + growing

    @property
    def urgent(self) -> bool:
        """Whether somebody waits for it."""
        return self.calls.waiting > 0 or bool(self.listeners)

    @property
    def awaits_word(self) -> bool:
        """Whether it has failed and nobody has asked since that it be tried again."""
        return self.state == "backoff" and self.next_try > 0

    def observed(self, node: str) -> PluginState:
        if self.state != "running":
            return PluginState(self.state, self.reason, node, self.since, self.restarts)
        fleet, first = self.fleet, self.backend
        return PluginState(
            self.state,
            self.reason,
            node,
            self.since,
            self.restarts,
            pid=first.pid if first else 0,
            memory=fleet.memory(),
            instances=len(fleet),
            process=first.process.how if first else "",
            use=fleet.use(),
            limits=first.options.limits.told() if first else {},
        )

    # Reconciling: called by the node, never waits.

    def step(self, wished: bool) -> None:
        """Starts whatever leads from where the plugin is to what is wished. What is pending begins when the node says so."""
        if self.job is not None and not self.job.done():
            self.cancelled = self.cancelled or (not wished and self.state == "starting")
            return
        if self.state == "running":
            self.bury()
        if not wished:
            self.leave()
        elif self.state == "stopped":
            self.move("pending")
        elif self.state == "backoff" and time.monotonic() >= self.next_try:
            self.begin(self.start())
        elif self.state == "running":
            self.look_after()

    def look_after(self) -> None:
        """Its failures are forgotten after a while; busy, it gets help; once nobody has called for long it sleeps."""
        if time.time() - self.since > HEALTHY_AFTER:
            self.failures = 0
        self.resize()
        if self.fleet.ongoing:
            self.rest.used = time.monotonic()
        elif not self.listeners and self.rest.is_due():
            self.begin(self.sleep(self.rest.sentence))

    def resize(self) -> None:
        wanted = self.fleet.wanted(self.terms.most)
        if wanted < len(self.fleet):
            self.fleet.dismiss(grace=HELD_FOR)
        elif self.growing is not None and not self.growing.done():
            return
        elif wanted > len(self.fleet) and time.monotonic() >= self.next_growth:
            self.growing = asyncio.get_running_loop().create_task(self.grow(wanted))
        elif time.monotonic() >= self.next_renewal and (one := self.fleet.started_otherwise(self.terms.alone)):
            self.growing = asyncio.get_running_loop().create_task(self.renew(one))

    def leave(self) -> None:
        if self.state == "running":
            self.begin(self.stop())
        elif self.state != "stopped":
            self.move("stopped")

    def begin(self, work: Any) -> "asyncio.Task[None]":
        self.job = asyncio.get_running_loop().create_task(work)
        return self.job

    def bury(self) -> None:
        """Instances that have ended are counted; with the last of them the plugin has."""
        for ended in self.fleet.bury():
            self.prepared = None  # it may have left its folders full
            self.restarts += 1
            why = ended.diagnose("The plugin ended.")
            if self.fleet.members:
                self.log("host", f"{len(self.fleet)} of its instances go on without one: {why}")
            else:
                self.fail(why, at_least=0.0)

    def fail(self, reason: str, at_least: float = 1.0) -> None:
        """Plans the next try, after `at_least` seconds, or gives up until somebody asks again."""
        self.failures += 1
        self.calls.refused += 1
        self.next_try = time.monotonic() + max(at_least, pause_after(self.failures))
        self.move("failed" if self.failures >= GIVE_UP_AFTER else "backoff", reason)

    def retry_now(self) -> None:
        """Somebody asks: forget the pause, and the failures that made it give up."""
        if self.state in ("backoff", "failed"):
            self.failures, self.next_try = 0, 0.0
            self.move("backoff", self.reason)

    # Sleeping.

    def lie_down(self, why: str) -> None:
        """It has not run here yet, and need not before somebody calls. Thousands do so at once: none opens its log."""
        if self.state == "pending":
            self.be("asleep", why)

    async def sleep(self, why: str) -> None:
        self.calls.came = False
        await self.stop(grace=max(self.terms.sleep_after, SHORTEST_GRACE), at_last="asleep", why=why)
        self.log.close()
        if self.calls.came and not self.closed:
            self.move("pending", "Somebody called while it fell asleep.")
            await self.start()

    def wake(self) -> None:
        """Somebody calls: what sleeps or waits for its turn starts, what is falling asleep starts afterwards."""
        self.calls.came = True
        if self.state == "asleep":
            self.move("pending", "It was asleep; somebody calls.")
        if self.state == "pending" and (self.job is None or self.job.done()):
            self.try_to_start()

    def try_to_start(self) -> None:
        """Starts it where there is room; else its reason says what it waits for."""
        if self.closed:
            return
        if lack := self.launching.headroom.lack():
            self.reason = f"It waits for room: {lack}."
            self.launching.changed()
            return
        self.launching.headroom.take()
        self.begin(self.start())

    async def up(self) -> LocalBackend:
        """The instance for a call, started if need be; raises Busy, or Unavailable with the true reason."""
        line = self.launching.line
        if self.calls.waiting >= line.most:
            raise Busy(f"{self.calls.waiting} calls wait for {self.plugin} already ({self.state}); {self.reason}")
        self.calls.waiting += 1
        self.rest.used = time.monotonic()
        try:
            self.wake()
            with timings.waits.timed():
                await self.settled(line.seconds)
        finally:
            self.calls.waiting -= 1
        if (backend := self.running) is None:
            raise Unavailable(f"The plugin is not running ({self.state}). {self.reason}".strip())
        return backend

    async def settled(self, seconds: float) -> bool:
        """Waits until it runs (True), or until a start has failed, it stands still, or `seconds` are over (False)."""
        refused = self.calls.refused
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.running is None and self.state != "failed" and self.calls.refused == refused:
                    if self.state == "backoff" and self.next_try > time.monotonic() + seconds:
                        break
                    await self.moved.wait()
        return self.running is not None

    # Jobs.

    async def start(self) -> None:
        self.cancelled = False
        self.move("starting", "Its environment is being prepared.")
        try:
            backend = await self.launch()
        except StartFailed as error:
            self.prepared = None
            self.fail(str(error))
        except Exception as error:
            self.prepared = None
            log.exception("%s could not be started", self.plugin)
            self.fail(f"The host failed to start it: {error}")
        else:
            self.fleet.members.append(backend)
            self.rest.woken()
            self.move("running", self.terms.why_awake)

    async def launch(self) -> LocalBackend:
        """One more process of it, that beats; raises StartFailed."""
        prepared = self.prepared
        if prepared is None or not is_there(prepared):
            work = (self.plugin, self.heard, lambda: self.cancelled)
            prepared = await asyncio.get_running_loop().run_in_executor(preparing, self.launching.prepare, *work)
        async with self.launching.gate.place(lambda: self.urgent):
            self.heard(Progress("start", 95, "waiting for the first heartbeat"))
            backend = LocalBackend(self.local_options(prepared))
            with timings.starts.timed():
                await backend.start()
        self.prepared = prepared
        return backend

    async def grow(self, wanted: int) -> None:
        """More instances, as long as there is room; one that fails is told in the log, and those that run go on."""
        headroom = self.launching.headroom
        size = self.fleet.memory() // max(len(self.fleet), 1)
        while self.state == "running" and len(self.fleet) < wanted:
            if lack := headroom.lack(size):
                self.reason = f"It could do with {wanted} instances: {lack}."
                return
            headroom.take(size)
            if not await self.one_more():
                return
            self.log("host", f"{len(self.fleet)} instances: {self.fleet.ongoing} calls are open")

    async def one_more(self) -> bool:
        try:
            backend = await self.launch()
        except Exception as error:
            if not isinstance(error, StartFailed):
                log.exception("One more instance of %s could not be started", self.plugin)
            self.log("host", f"One more instance did not start: {error}")
            self.next_growth = time.monotonic() + LONGEST_PAUSE
            return False
        if self.state != "running":
            await backend.stop(0)
            return False
        self.fleet.members.append(backend)
        return True

    async def renew(self, one: LocalBackend) -> None:
        """Another one takes its place, since it is to be started in another way now. No call ends for that."""
        self.next_renewal = time.monotonic() + LONGEST_PAUSE
        if not self.launching.headroom.lack() and await self.one_more():
            self.next_renewal = 0.0
            if one in self.fleet.members:
                self.fleet.dismiss(HELD_FOR, one)

    def local_options(self, prepared: Prepared) -> LocalOptions:
        return LocalOptions(
            argv=prepared.argv,
            folder=prepared.folder,
            environment=prepared.environment,
            limits=prepared.limits,
            origin=prepared.origin,
            log=self.log,
            exited=self.launching.changed,
            alone=self.terms.alone,
            **self.launching.options,
        )

    def heard(self, progress: Progress) -> None:
        """Called from the preparing thread as well."""
        if self.state != "running":
            self.reason = progress.line or progress.step
        for listener in list(self.listeners):
            listener(progress)

    async def stop(self, grace: float = HELD_FOR, at_last: str = "stopped", why: str = "") -> None:
        self.move("stopping", "Open calls may end.")
        if self.growing is not None:
            await asyncio.gather(self.growing, return_exceptions=True)
        await self.fleet.stop(grace)
        self.move(at_last, why)

    async def restart(self) -> None:
        """Somebody asked: stop what runs, start anew. What has begun goes on when whoever asked has left."""
        while self.job is not None and not self.job.done():
            await asyncio.wait([self.job])
        self.prepared = None
        if self.state == "running":
            await asyncio.wait([self.begin(self.stop(grace=5.0))])
        self.retry_now()
        self.wake()
        self.launching.changed()

    async def shut_down(self, grace: float) -> None:
        """The node ends: whatever is being done is given up, what runs is stopped."""
        self.cancelled = self.closed = True
        for job in (self.job if self.state != "stopping" else None, self.growing):
            if job is not None:
                job.cancel()
        await asyncio.gather(*(job for job in (self.job, self.growing) if job), return_exceptions=True)
        await self.stop(grace)
        self.log.close()


class Calls:
    """Who waits for a plugin. `refused` counts starts that failed: who waits meanwhile is told."""

    def __init__(self) -> None:
        self.waiting = self.refused = 0
        self.came = False  # somebody, while it was being put to sleep


def is_there(prepared: Prepared) -> bool:
    """Whether what a start took still is on disk: environments are tidied away."""
    return prepared.folder.exists() and Path(prepared.environment.get("VIRTUAL_ENV", prepared.folder)).exists()
