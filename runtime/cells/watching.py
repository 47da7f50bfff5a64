"""Looks at a cell from outside, now and then: does it use more of the machine than it may?"""

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

PAUSE = 0.25
DISK_SHARE = 20  # measuring the disk may take this part of the time
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1 << 20


class Watch:
    """`folders`: all that the cell can write to on a disk."""

    def __init__(self, first: int, folders: Sequence[Path], limits: dict[str, int]) -> None:
        self.first, self.folders, self.limits = first, folders, limits
        self.again = 0.0

    def complaint(self) -> str:
        """What it uses too much of; "" if nothing."""
        pids = family(self.first)
        used = memory_of(pids)
        if used > self.limits["memory"] and (used := shared_out(pids, used)) > self.limits["memory"]:
            return f"it used {used // MIB} MiB of memory, and {self.limits['memory'] // MIB} MiB are allowed"
        began = time.monotonic()
        if began < self.again:
            return ""
        found = self.disk()
        now = time.monotonic()
        self.again = now + max(1.0, DISK_SHARE * (now - began))
        return found

    def disk(self) -> str:
        used = sum(size_of(folder) for folder in self.folders)
        if used > self.limits["disk"]:
            return f"it wrote {used // MIB} MiB to the disk, and {self.limits['disk'] // MIB} MiB are allowed"
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
    """Bytes that are theirs: without files that are only mapped."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        total += (int(fields[1]) - int(fields[2])) * PAGE
    return total


def shared_out(pids: Sequence[int], otherwise: int) -> int:
    """The same without counting twice what copies of a process still share; it takes longer to find out."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except PermissionError:
            return otherwise
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) << 10
    return total


def size_of(folder: Path) -> int:
    total = 0
    for at, names, files in os.walk(folder):
        for name in (*names, *files):
            try:
                total += os.lstat(os.path.join(at, name)).st_blocks * 512  # noqa: PTH118 - thousands of files
            except OSError:
                continue
    return total


def free_at(folder: Path) -> int:
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize
