"""A plugin as a child process that talks over its standard streams (protocol.md 3)."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from runtime.backends.base import Answer, DuplexBackend
from runtime.backends.lines import LineCutter
from runtime.backends.pipes import Reading, Writing, read_from, write_to
from runtime.errors import PluginGone, StartFailed
from runtime.guarding import Ward
from runtime.limits import Limits
from runtime.session import Session
from runtime.spawning import Child, Launch, Origin, Plain, Spawner
from runtime.together import Together
from runtime.wire import decoded

UNREAD_LIMIT = 64 << 20  # bytes written to a plugin that it has not read, before new calls are refused
LAST_WORDS = 4096  # bytes of stderr kept for error messages
AFTER_EXIT = 0.05  # seconds in which what the ended process had still written is read
EXIT_AFTER_EOF = 0.5  # seconds in which a process that closed its output may end by itself
TERM_TO_KILL = 3.0  # seconds between SIGTERM and SIGKILL

Log = Callable[[str, str], None]
"""Takes a kind (stderr, stdout, host, or a level of the plugin's own log) and a line."""


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Who is cancelled meanwhile leaves after it: uvloop closes what it connects half-way, and does not say so."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    finally:
        await asyncio.wait([task])


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How to start one plugin. Times in seconds, sizes in bytes. `origin`, `alone`: see `Launch`."""

    argv: list[str]
    folder: Path
    environment: dict[str, str]
    log: Log
    answer: Answer
    start_timeout: float = 120
    silence_timeout: float = 120
    session_limit: int = 64 << 20
    line_limit: int = 32 << 20
    exited: Callable[[], None] = field(default=lambda: None)
    limits: Limits = field(default_factory=Limits)
    spawner: Spawner = field(default_factory=Plain)
    origin: Origin | None = None
    alone: bool = False


class LocalBackend(DuplexBackend):
    """One process. It is started once; another start is another backend."""

    process: Child
    stdin: asyncio.WriteTransport
    lines: Together

    def __init__(self, options: LocalOptions) -> None:
        self.begin_with(options)

    def begin_with(self, options: LocalOptions) -> None:
        """Nothing has happened yet."""
        super().__init__(session_limit=options.session_limit, line_limit=options.line_limit, answer=options.answer)
        self.options = options
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self.gone = asyncio.Event()
        self.pipes: list[asyncio.BaseTransport] = []  # as far as they are connected
        self.writing = Writing()
        self.stderr = LineCutter(self.stderr_line)
        self.last_words = b""
        self.last_heard = time.monotonic()
        self.status: int | None = None
        self.why_stopped = ""
        self.pidfd = -1
        self.ward = Ward(options.limits)
        self.patches: frozenset[str] = frozenset()  # of its SDK, that it has announced

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def forked(self) -> bool:
        return hasattr(self, "process") and self.process.forked

    @property
    def alive(self) -> bool:
        """Whether it can be spoken to; between its end and `gone` what it had still written is read."""
        return self.status is None and not self.gone.is_set()

    # Starting.

    async def start(self) -> None:
        """What does not come up as a fork gets a process of its own before it is said to fail."""
        try:
            await self.start_once()
        except StartFailed as failure:
            if not self.forked:
                raise
            spawner, why = self.options.spawner, str(failure)
            self.begin_with(replace(self.options, spawner=Plain(f"it did not come up as a fork: {why}")))
            await self.start_once()
            spawner.failed(self.options.folder, why)

    async def start_once(self) -> None:
        options = self.options
        limits = self.ward.confinement()
        launch = Launch(
            options.argv, options.folder, options.environment, options.origin, limits=limits, alone=options.alone
        )
        self.process = await options.spawner.spawn(launch)
        self.last_heard = began = time.monotonic()
        self.ward.begin(self.process.pid, stop=self.broke, busy=lambda: bool(self.conversations))
        try:
            await to_its_end(self.connect())
            async with asyncio.timeout(self.options.start_timeout):
                await asyncio.shield(self.ready)
        except TimeoutError:
            await self.stop(0)
            seconds = self.options.start_timeout
            raise StartFailed(self.diagnose(f"It gave no sign of life within {seconds:.0f} s.")) from None
        except BaseException:
            await self.stop(0)
            raise
        self.options.log("host", f"It is {self.process.how}.")
        if self.forked:
            options.spawner.came_up(launch, time.monotonic() - began)

    def broke(self, why: str) -> None:
        """From the thread that watches: it used more than it may."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the process with it
            self.loop.call_soon_threadsafe(self.kill, why)

    async def connect(self) -> None:
        process = self.process
        self.pidfd = os.pidfd_open(process.pid)
        asyncio.get_running_loop().add_reader(self.pidfd, self.process_ended)
        self.stdin = await write_to(process.stdin, self.writing)
        self.lines = Together(self.stdin)
        self.pipes.append(self.stdin)
        self.pipes.append(await read_from(process.stdout, Reading(self.heard, partial(self.stdout_ended, process))))
        self.pipes.append(await read_from(process.stderr, Reading(self.stderr.feed, self.stderr.end)))

    # Reading and writing.

    def heard(self, data: bytes) -> None:
        self.last_heard = time.monotonic()
        self.feed(data)

    def write(self, line: bytes) -> None:
        if not self.alive or self.stdin.is_closing():
            raise PluginGone(self.diagnose("The plugin is not running."))
        if self.lines.unsent > UNREAD_LIMIT:
            raise PluginGone(f"The plugin has not read the last {UNREAD_LIMIT >> 20} MiB that were sent to it.")
        self.lines.write(line)

    async def drain(self) -> None:
        await self.writing.room.wait()

    def other_line(self, line: bytes) -> None:
        message = decoded(line)
        event, data = message.get("event"), message.get("data")
        if event == "heartbeat":
            if not self.ready.done():
                self.ready.set_result(None)
        elif event == "log" and isinstance(data, dict):
            self.options.log(str(data.get("level", "INFO")), str(data.get("message", "")))
        elif event == "error":
            self.options.log("ERROR", str(data))
        elif event == "companion" and isinstance(data, dict):
            self.patched(data)
        elif not (message.get("type") == "plugin" and "version" in message):  # the manifest, first line of the SDK
            self.options.log("stdout", line.decode(errors="replace"))

    def patched(self, patches: dict[str, str]) -> None:
        """What the companion says of each patch: nothing where it is applied, else why it is not."""
        self.patches = frozenset(name for name, why in patches.items() if not why)
        for name, why in patches.items():
            if why:
                self.options.log("host", f"The patch {name} of the SDK is not applied: {why}")

    def abandon(self, session: Session) -> None:
        if "cancel" in self.patches:
            self.write(session.cancel_line())

    def stderr_line(self, line: bytes) -> None:
        self.last_heard = time.monotonic()
        self.last_words = (self.last_words + line + b"\n")[-LAST_WORDS:]
        self.options.log("stderr", line.decode(errors="replace"))

    # Ending.

    def poll(self) -> int | None:
        if self.gone.is_set():
            return self.status
        silence = time.monotonic() - self.last_heard
        if self.ready.done() and silence > self.options.silence_timeout:
            self.kill(f"It was stopped: it gave no sign of life for {silence:.0f} s.")
        return None

    def stdout_ended(self, process: Child) -> None:
        """Mostly the process is ending; one that only closed its output cannot be heard any more, whatever it does."""
        asyncio.get_running_loop().call_later(EXIT_AFTER_EOF, self.end_if_deaf, process)

    def end_if_deaf(self, process: Child) -> None:
        if self.status is None and self.process is process:
            self.kill("It closed its standard output.")

    def process_ended(self) -> None:
        """The process has exited but is not reaped: its group still belongs to it, so what it left can be killed."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.pidfd)
        os.close(self.pidfd)
        self.signal_group(signal.SIGKILL)
        self.why_stopped = self.ward.end() or self.why_stopped
        self.status = self.process.wait()
        loop.call_later(AFTER_EXIT, self.finish)

    def finish(self) -> None:
        for pipe in self.pipes:
            if not pipe.is_closing():
                pipe.close()
        for unconnected in (self.process.stdin, self.process.stdout, self.process.stderr)[len(self.pipes) :]:
            unconnected.close()
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(StartFailed(self.diagnose("It ended before it was ready.")))
            self.ready.exception()  # the starter may have left already
        self.lost(self.diagnose("The plugin ended while it had this call."))
        self.options.exited()

    def kill(self, why: str) -> None:
        self.why_stopped = self.why_stopped or why
        self.end_by_force()

    def end_by_force(self) -> None:
        self.ward.note_family()
        self.signal_group(signal.SIGKILL)

    def signal_group(self, number: int) -> None:
        self.process.signal(number)

    async def stop(self, grace: float) -> None:
        """Lets open calls end within `grace` seconds, then SIGTERM, then SIGKILL, each to the whole process group."""
        deadline = time.monotonic() + grace
        while self.conversations and not self.gone.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self.gone.is_set():
            return
        self.why_stopped = self.why_stopped or "It was stopped."
        if self.pidfd < 0:  # it never got as far as being connected
            self.end_by_force()
            self.why_stopped = self.ward.end() or self.why_stopped
            self.status = self.process.wait()
            self.finish()
            return
        self.signal_group(signal.SIGTERM)
        try:
            async with asyncio.timeout(TERM_TO_KILL):
                await self.gone.wait()
        except TimeoutError:
            self.end_by_force()
            await self.gone.wait()

    def diagnose(self, what: str) -> str:
        """A sentence for the user: what happened, how the process ended, and the last it said on stderr."""
        parts = [what, self.why_stopped, self.how_it_ended()]
        words = self.last_words.decode(errors="replace").strip().splitlines()
        if words and not self.why_stopped:
            parts.append(f"Its last words: {' / '.join(words[-3:])}")
        return " ".join(part for part in parts if part)

    def how_it_ended(self) -> str:
        if self.status is None or self.why_stopped:
            return ""
        if self.status < 0:
            return f"It was killed by {signal.Signals(-self.status).name}."
        return f"It exited with status {self.status}."
