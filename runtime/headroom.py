"""How many more plugin processes this host takes: by number, and by the memory that must stay free."""

from contextlib import suppress
from pathlib import Path

from runtime import cgroups

SMALLEST = 48 << 20  # bytes that a process is taken to need before it has been measured
MEMINFO = Path("/proc/meminfo")
RECLAIMABLE = (
    "active_file",
    "inactive_file",
    "slab_reclaimable",
)  # in memory.stat: what the kernel gives up when it must


class Headroom:
    """`most` processes (0: as many as the memory takes); `reserve` bytes of memory stay available."""

    def __init__(self, most: int = 0, reserve: int = 0) -> None:
        self.most = most
        self.reserve = reserve
        self.processes = 0
        self.memory: int | None = None

    def look(self, processes: int) -> None:
        """Once a turn: how it is now. What is taken until the next turn is counted on top."""
        self.processes = processes
        self.memory = available() if self.reserve else None

    def lack(self, size: int = SMALLEST) -> str:
        """Why there is no room for one more process, in words; "" where there is."""
        if self.most and self.processes >= self.most:
            return f"this node runs {self.processes} processes, and PLUGIN_MOST_PROCESSES allows no more"
        if self.memory is not None and self.memory - max(size, SMALLEST) < self.reserve:
            return f"only {self.memory >> 20} MiB of memory are free here, and PLUGIN_MEMORY_RESERVE keeps {self.reserve >> 20}"
        return ""

    def is_short(self) -> bool:
        """Whether less memory is free than must stay free, also without one more process."""
        return self.memory is not None and self.memory < self.reserve

    def take(self, size: int = SMALLEST) -> None:
        self.processes += 1
        if self.memory is not None:
            self.memory -= max(size, SMALLEST)


def available() -> int | None:
    """Bytes that programs may still take, on this host and in this control group; None where nobody says."""
    found = [one for one in (of_host(), of_group()) if one is not None]
    return min(found, default=None)


def of_host() -> int | None:
    with suppress(OSError, ValueError):
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def of_group() -> int | None:
    """Of the control groups of this container or service, version 2; None where none has a limit."""
    found = [left_in(group) for group in cgroups.own_groups()]
    return min((one for one in found if one is not None), default=None)


def left_in(group: Path) -> int | None:
    with suppress(OSError, ValueError):
        most = (group / "memory.max").read_text().strip()
        if most != "max":
            used = int((group / "memory.current").read_text())
            stat = dict(line.split() for line in cgroups.read(group / "memory.stat").splitlines())
            return int(most) - used + sum(int(stat.get(name, 0)) for name in RECLAIMABLE)
    return None
