"""Watches what plugins use, and has those stopped that use more than they may; one thread for all of this process.

Linux's /proc tells all of it. Elsewhere nothing is seen, and only the limits that the kernel keeps hold.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime import cgroups
from runtime.limits import Limits, Use, stopped_for

log = logging.getLogger(__name__)

TICK = 0.25  # seconds between two looks at what is restless
YOUNG, YOUNG_EVERY = 10.0, 1.0  # seconds in which it starts, and between two looks then
QUIET_EVERY = 5.0  # seconds between two looks at what is not
RESTLESS = 0.5  # of a limit: what has used more is looked at each time
DISK_EVERY = 10.0
CHANGE = 8 << 20  # bytes by which resident memory may change before they are
PRECISE_EVERY = 60.0  # seconds after which pages shared with others are told apart in any case
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(eq=False)
class Ward:
    """One instance under watch. `stop` is called from the watching thread, once, with a sentence."""

    limits: Limits
    pid: int = 0
    stop: Callable[[str], None] = field(default=lambda why: None)
    busy: Callable[[], bool] = field(default=lambda: False)
    use: Use = field(default_factory=Use)
    group: cgroups.Group | None = None
    seconds: float = 0.0  # of processor time, at the last look
    looked: float = 0.0
    resident: int = 0  # when its memory was told apart from that of others
    measured: float = 0.0
    begun: float = 0.0
    weighed: float = 0.0  # when its folders were
    full: int = 0  # looks in a row at which it had no descriptor left
    told: bool = False
    known: "list[Member]" = field(default_factory=list)  # at the last look

    def confinement(self) -> dict[str, int | str]:
        """What the new process is to put on itself; makes the control group, where there can be one."""
        self.group = cgroups.make(self.limits)
        return self.limits.packed(str(self.group.folder) if self.group else "")

    def begin(self, pid: int, *, stop: Callable[[str], None], busy: Callable[[], bool]) -> None:
        self.pid, self.stop, self.busy, self.begun = pid, stop, busy, time.monotonic()
        watch.add(self)

    def end(self) -> str:
        """It has ended, not reaped: ends what it has left, and says which limit ended it where only the kernel knows."""
        watch.drop(self)
        why = stopped_for("memory", self.limits) if self.group and self.group.out_of_memory() else ""
        if self.group:
            self.group.remove()
        end_members(self.known)
        if self.limits.user and not any(other.limits.user == self.limits.user for other in watch.wards):
            end_what_is_left_of(self.limits.user)
        return why

    def note_family(self) -> None:
        """Before it is killed: what it has started is found while it lives and starts nothing more."""
        with suppress(OSError):
            os.kill(self.pid, signal.SIGSTOP)
        self.known = list(family(self.pid))

    # Looking: in the watching thread.

    def due(self, now: float) -> bool:
        if self.restless():
            return now - self.looked >= TICK
        return now - self.looked >= (YOUNG_EVERY if now - self.begun < YOUNG else QUIET_EVERY)

    def restless(self) -> bool:
        use, most = self.use, self.limits
        near = most.memory and use.memory > RESTLESS * most.memory
        return bool(near or self.busy() or (most.processes and use.processes > RESTLESS * most.processes) or self.full)

    def look(self, now: float) -> None:
        """Notes what is used; has it stopped when that is too much."""
        members = list(family(self.pid, self.limits.processes))
        if not members:
            return
        self.known = members
        cpu = sum(one.cpu for one in members)
        self.use.cpu = max(0.0, cpu - self.seconds) / (now - self.looked) if self.looked else 0.0
        self.seconds, self.looked = cpu, now
        self.use.processes = sum(one.threads for one in members)
        self.use.descriptors = max(descriptors(one.pid) for one in members)
        self.weigh_memory(members, now)
        if self.limits.disk and now - self.weighed > (
            DISK_EVERY if self.busy() or self.weighed == 0 else 6 * DISK_EVERY
        ):
            self.use.disk, self.weighed = size_of(self.limits.folders), now
        self.judge()

    def weigh_memory(self, members: "list[Member]", now: float) -> None:
        """What is resident is quickly read; how much of it is shared with others only where it matters."""
        resident = sum(one.resident for one in members)
        matters = self.limits.memory and resident > RESTLESS * self.limits.memory
        if matters or abs(resident - self.resident) > CHANGE or now - self.measured > PRECISE_EVERY:
            self.use.memory = sum(proportional(one.pid) or one.resident for one in members)
            self.resident, self.measured = resident, now

    def judge(self) -> None:
        use, most = self.use, self.limits
        self.full = self.full + 1 if most.descriptors and use.descriptors >= most.descriptors else 0
        broken = {
            "memory": most.memory and use.memory > most.memory,
            # at its limit, where the kernel keeps it, none can be added
            "processes": most.processes and use.processes >= most.processes,
            "descriptors": self.full > 1,
            "disk": most.disk and use.disk > most.disk,
        }
        for what, is_so in broken.items():
            if is_so and not self.told:
                self.told = True
                self.stop(stopped_for(what, most))


class Watch:
    """The thread that looks; there is one while there are wards."""

    def __init__(self) -> None:
        self.wards: set[Ward] = set()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.owner = 0

    def add(self, ward: Ward) -> None:
        with self.lock:
            self.wards.add(ward)
            if self.thread is None or not self.thread.is_alive() or self.owner != os.getpid():
                self.owner = os.getpid()
                self.thread = threading.Thread(target=self.run, name="guarding", daemon=True)
                self.thread.start()

    def drop(self, ward: Ward) -> None:
        with self.lock:
            self.wards.discard(ward)

    def run(self) -> None:
        while True:
            time.sleep(TICK)
            with self.lock:
                if not self.wards:
                    self.thread = None
                    return
                wards = list(self.wards)
            now = time.monotonic()
            for ward in wards:
                self.look(ward, now)

    def look(self, ward: Ward, now: float) -> None:
        try:
            if ward.due(now):
                ward.look(now)
        except Exception:
            log.exception("What process %d uses could not be seen", ward.pid)


watch = Watch()


@dataclass(frozen=True, slots=True)
class Member:
    """A process: seconds of processor time with those of children that it has waited for, bytes resident.

    `born` tells it from another one that gets its number later.
    """

    pid: int
    born: int
    cpu: float
    threads: int
    resident: int


def family(pid: int, enough: int = 0) -> Iterator[Member]:
    """A process and what descends from it; once there are `enough` (if not 0) threads the rest is left out."""
    waiting, seen = [pid], 0
    while waiting:
        one = member(waiting.pop())
        if one is None:
            continue
        yield one
        seen += one.threads
        if enough and seen > enough:
            return
        waiting.extend(children(one.pid))


def member(pid: int) -> Member | None:
    """None when it has gone (a zombie has): proc(5), /proc/pid/stat."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - many, often
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return Member(
        pid, int(fields[19]), sum(map(int, fields[11:15])) / CLOCK_TICKS, int(fields[17]), int(fields[21]) * PAGE
    )


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as file:  # noqa: PTH123
                found.extend(map(int, file.read().split()))
    return found


def descriptors(pid: int) -> int:
    """How many it has open; newer kernels say so without listing them."""
    with suppress(OSError):
        return os.stat(f"/proc/{pid}/fd").st_size or len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH116, PTH208
    return 0


def proportional(pid: int) -> int:
    """Bytes that are its own, of those that it shares its share, and what is swapped out; 0 where it cannot be told."""
    with suppress(OSError, ValueError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
        lines = [line.split() for line in file]
        return sum(int(line[1]) * 1024 for line in lines if line[0] in (b"Pss:", b"SwapPss:"))
    return 0


def size_of(folders: Iterable[Path]) -> int:
    """Bytes on the disk of all files in these folders."""
    total = 0
    waiting = [str(folder) for folder in folders]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(OSError):
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def end_members(members: "Iterable[Member]") -> None:
    """Kill what is left of these."""
    for one in members:
        now = member(one.pid)
        if now is not None and now.born == one.born:
            with suppress(OSError):
                os.kill(one.pid, signal.SIGKILL)


def end_what_is_left_of(user: int) -> None:
    """Kill every process of a user that no host holds: of a plugin with a user of its own, all that it has left.

    Its templates stay, and so do its instances of another node on this machine: those descend from a host.
    """
    with suppress(OSError), os.scandir("/proc") as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == user and not is_held(int(entry.name), user):
                    os.kill(int(entry.name), signal.SIGKILL)


def is_held(pid: int, user: int) -> bool:
    """Whether a process of that user descends from a living host: this one, or another that is the same program."""
    while pid > 1 and owner_of(pid) == user:
        pid = parent_of(pid)
    if pid <= 1:  # what has lost its parent is the init's, whatever that is
        return False
    with suppress(OSError):
        same = os.readlink(f"/proc/{pid}/exe") == os.readlink("/proc/self/exe")  # noqa: PTH115
        return pid == os.getpid() or (same and owner_of(pid) == os.geteuid())
    return False


def owner_of(pid: int) -> int:
    return os.stat(f"/proc/{pid}").st_uid  # noqa: PTH116


def parent_of(pid: int) -> int:
    """0 for one that is gone."""
    with suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
        return int(file.read().rpartition(b")")[2].split()[1])
    return 0
