"""Looks at a cell from outside, now and then: does it use more of the machine than it may?"""

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

PAUSE = 0.25
DISK_SHARE = 20  # measuring the disk may take this part of the time
MIB = 1 << 20
LEAST_MEMORY = 128 * MIB  # what is held in files of memory belongs to no process, but it is missing
OWN_MEMORY, SHARED_OUT = ("RssAnon:", "RssShmem:"), ("Pss_Anon:", "Pss_Shmem:")


class Watch:
    """`folders`: all that the cell can write to on a disk."""

    def __init__(self, first: int, folders: Sequence[Path], limits: dict[str, int]) -> None:
        self.first, self.folders, self.limits = first, folders, limits
        self.again = 0.0

    def complaint(self) -> str:
        """What it uses too much of; "" if nothing."""
        if found := self.memory():
            return found
        began = time.monotonic()
        if began < self.again:
            return ""
        found = self.disk()
        now = time.monotonic()
        self.again = now + max(1.0, DISK_SHARE * (now - began))
        return found

    def memory(self) -> str:
        pids = family(self.first)
        used = memory_of(pids)
        if used > self.limits["memory"] and (used := shared_out(pids, used)) > self.limits["memory"]:
            return f"it used {used // MIB} MiB of memory, and {self.limits['memory'] // MIB} MiB are allowed"
        left = available()
        return "" if left >= LEAST_MEMORY else f"only {left // MIB} MiB of memory are left on the machine"

    def disk(self) -> str:
        sizes = [size_of(folder) for folder in self.folders]
        used, count = sum(size for size, _ in sizes), sum(count for _, count in sizes)
        if used > self.limits["disk"]:
            return f"it wrote {used // MIB} MiB to the disk, and {self.limits['disk'] // MIB} MiB are allowed"
        if count > self.limits["entries"]:
            return f"it made {count} files, and {self.limits['entries']} are allowed"
        free = min((free_at(folder) for folder in self.folders), default=self.limits["free"])
        return "" if free >= self.limits["free"] else f"only {free // MIB} MiB are left on the disk"


def family(first: int) -> list[int]:
    """A process and all that descends from it."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := parent_of(entry)):
            children[parent].append(int(entry.name))
    found = [first]
    for pid in found:
        found.extend(children[pid])
    return found


def parent_of(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def memory_of(pids: Sequence[int]) -> int:
    """Bytes that are theirs: without files that are only mapped, with what copies of a process share counted for each."""
    return sum(named(f"/proc/{pid}/status", OWN_MEMORY) for pid in pids)


def shared_out(pids: Sequence[int], otherwise: int) -> int:
    """The same without counting twice what they share; it takes longer to find out, and not everybody may."""
    try:
        return sum(named(f"/proc/{pid}/smaps_rollup", SHARED_OUT) for pid in pids)
    except PermissionError:
        return otherwise


def named(file: str, names: tuple[str, ...]) -> int:
    """The sum of lines like ``RssAnon: 12 kB``, in bytes; 0 if the process is gone."""
    try:
        lines = Path(file).read_text().splitlines()
    except PermissionError:
        raise
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(names)) << 10


def available() -> int:
    return named("/proc/meminfo", ("MemAvailable:",)) or LEAST_MEMORY


def size_of(folder: Path) -> tuple[int, int]:
    """Bytes on the disk, and how many files and folders."""
    total = count = 0
    for at, names, files in os.walk(folder):
        count += len(names) + len(files)
        for name in (*names, *files):
            try:
                total += os.lstat(os.path.join(at, name)).st_blocks * 512  # noqa: PTH118 - thousands of files
            except OSError:
                continue
    return total, count


def free_at(folder: Path) -> int:
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize
