"""Runs a program under watch: it may be slow, but it must be doing something."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime import launcher
from runtime.environment.sockets import received

TICK = 0.25
CHUNK = 1 << 16
# an idle event loop wakes up now and then: less than this is not work
LEAST_BYTES = 4096
LEAST_CPU_SHARE = 0.05
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


class Halted(Exception):
    """The program was ended by us. The message says why."""


class Cancelled(Halted):
    """Because somebody asked for it."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """`idle`: seconds without a line, without bytes read, written or received, without processor time. `deadline`: monotonic."""

    idle: float
    deadline: float
    total: float
    cancelled: Callable[[], bool]


@dataclass(frozen=True)
class Usage:
    """What a session of processes has used: bytes read, written and received, seconds of processor time."""

    moved: int
    cpu: float


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], watch: Watch, hear: Callable[[str], None]) -> int:
    """Run to the end and return the exit status; each line of output goes to `hear`. Halted when it was ended instead.

    It runs in a session of its own, which is killed with it, and does not outlive this process (`launcher`).
    """
    child = subprocess.Popen(
        launcher.wrap(list(argv)),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with child:
        try:
            for line in _lines(child, _Clock(child.pid, watch)):
                hear(line)
        except BaseException:
            kill_group(child.pid)
            raise
    return child.returncode


def kill_group(leader: int) -> None:
    """Kill a process group; nothing happens when it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _lines(child: "subprocess.Popen[bytes]", clock: "_Clock") -> Iterator[str]:
    """Yield lines until the program has ended (a daemon it left behind may keep the pipe open for ever)."""
    assert child.stdout is not None  # noqa: S101  # asked for above
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(TICK):
                data = os.read(child.stdout.fileno(), CHUNK)
                *whole, rest = (rest + data).split(b"\n")
                yield from (line.decode(errors="replace").rstrip("\r") for line in whole)
                if not data:
                    break
                clock.touch()
            elif child.poll() is not None:
                break
            clock.check()
    if rest:
        yield rest.decode(errors="replace")
    while not _has_ended(child):
        clock.check()


def _has_ended(child: "subprocess.Popen[bytes]") -> bool:
    try:
        child.wait(TICK)
    except subprocess.TimeoutExpired:
        return False
    return True


class _Clock:
    """Decides when a program has been quiet, or has run, for too long."""

    def __init__(self, session: int, watch: Watch) -> None:
        self.session = session
        self.watch = watch
        self.active = self.measured = self.asked = time.monotonic()
        self.usage = Usage(0, 0)

    def touch(self) -> None:
        """There was a line."""
        self.active = time.monotonic()

    def check(self) -> None:
        """Raise Halted when it is time to end the program."""
        now = time.monotonic()
        if now - self.asked >= TICK:
            self.asked = now
            if self.watch.cancelled():
                raise Cancelled("cancelled")
        if now >= self.watch.deadline:
            raise Halted(f"not finished after {self.watch.total:g} seconds")
        # looking into /proc costs a millisecond: only when it has been quiet for a while
        if now - self.active > self.watch.idle / 4 and now - self.measured > self.watch.idle / 20:
            self._measure(now)
        if now - self.active > self.watch.idle:
            raise Halted(f"no activity for {self.watch.idle:g} seconds")

    def _measure(self, now: float) -> None:
        usage = usage_of(self.session)
        moved, worked = abs(usage.moved - self.usage.moved), abs(usage.cpu - self.usage.cpu)
        if moved >= LEAST_BYTES or worked >= LEAST_CPU_SHARE * (now - self.measured):
            self.active = now
        self.usage, self.measured = usage, now


def usage_of(session: int) -> Usage:
    """Add up what the living processes of a session have used; zeros where there is no /proc."""
    used = [_usage(entry) for entry in _processes() if _session(entry) == session]
    return Usage(sum(one.moved for one in used), sum(one.cpu for one in used))


def _processes() -> list[Path]:
    return [entry for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _fields(entry: Path) -> list[str]:
    """The fields of /proc/<pid>/stat after the name: state, parent, group, session... (proc(5))."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _session(entry: Path) -> int:
    fields = _fields(entry)
    return int(fields[3]) if fields else -1


def _usage(entry: Path) -> Usage:
    fields = _fields(entry)
    # own and reaped children's, user and system
    cpu = sum(int(ticks) for ticks in fields[11:15]) / CLOCK_TICKS
    try:
        moved = (entry / "io").read_text().split()
    except OSError:
        return Usage(0, cpu)
    # rchar and wchar: through the page cache too, also where nothing reaches a disk
    return Usage(int(moved[1]) + int(moved[3]) + received(entry), cpu)
