"""What the kernel knows of a plugin's process: since when it is there, and how much memory it and its children hold."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """`started` is in seconds of the clock that counts from the machine's start."""

    pid: int
    parent: int
    started: float


def now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def running() -> Iterator[Process]:
    """All processes that we may see; those that end meanwhile are left out."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield Process(int(entry.name), int(fields[1]), int(fields[19]) / TICKS)


def plugin_of(host: int, identifier: str) -> Process | None:
    """The child of the host that works in the plugin's folder."""
    name = identifier.rpartition("/")[2].replace(":", "-")
    for process in running():
        if process.parent == host and folder_of(process.pid).name == name:
            return process
    return None


def folder_of(pid: int) -> Path:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path()


def memory(pid: int) -> int:
    """Bytes of resident memory of a process and all below it."""
    children: dict[int, list[int]] = {}
    for process in running():
        children.setdefault(process.parent, []).append(process.pid)
    waiting, total = [pid], 0
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        total += resident(one)
    return total


def resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
