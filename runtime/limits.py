"""What one instance of a plugin may use, what it uses, and the sentence for whoever sees it stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KIB, MIB = 1 << 10, 1 << 20
LEAST_CPU = 0.01  # of a core: less is a heartbeat
NICE = 10  # of plugins whose share of the processor is bounded where no control group can do it
OOM_SCORE = 500  # the kernel, out of memory, takes a plugin before its host
LEAST_SPARE = 1024 * MIB
WAY_OUT = "An operator can raise this limit: manage.py limits."


@dataclass(frozen=True, slots=True)
class Limits:
    """0: as much as there is. Sizes in bytes, `cpu` in cores, `processes` with their threads.

    `user`: the user id it runs as, 0 for the host's own; `why` says so where it should have had another. `folders`: what it
    may write to, counted as `disk`.
    """

    memory: int = 0
    processes: int = 0
    descriptors: int = 0
    cpu: float = 0.0
    disk: int = 0
    user: int = 0
    why: str = ""
    folders: tuple[Path, ...] = ()

    def packed(self, cgroup: str = "") -> dict[str, int | str]:
        """For `confining.confine`. A control group counts memory, processes and processor time better than the rest can."""
        found: dict[str, int | str] = {}
        if cgroup:
            found["cgroup"] = cgroup
        elif self.memory:
            # address space that is asked for, not used: the stacks of threads alone are 8 MiB each. The node watches
            # what is used; this stops what is too quick for it
            found["data"] = self.memory + max(self.memory, LEAST_SPARE)
        if self.cpu and not cgroup:
            found["nice"] = NICE
        if self.descriptors:
            found["descriptors"] = self.descriptors
        if self.disk:
            found["file"] = self.disk
        if self.user:
            found["user"] = self.user
            # of root the kernel counts them, and lets them be
            if self.processes:
                found["processes"] = self.processes
        return found | {"oom": OOM_SCORE}

    def told(self) -> dict[str, Any]:
        """For pages and the API."""
        names = ("memory", "processes", "descriptors", "cpu", "disk", "user", "why")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(slots=True)
class Use:
    """What an instance and all that it has started use: bytes, counts, and `cpu` in cores since the last look."""

    memory: int = 0
    processes: int = 0
    descriptors: int = 0
    cpu: float = 0.0
    disk: int = 0

    def rounded(self) -> "Use":
        """To what a page shows: what hardly changes need not be told to other nodes again."""
        return Use(
            round(self.memory / MIB) * MIB,
            self.processes,
            self.descriptors,
            round(self.cpu, 2) if self.cpu >= LEAST_CPU else 0.0,
            round(self.disk / KIB) * KIB,
        )


def in_words(size: int) -> str:
    """As in 512 MiB, 1.5 GiB."""
    if size % (1024 * MIB) == 0 or size >= 10 * 1024 * MIB:
        return f"{size / (1024 * MIB):.3g} GiB"
    return f"{size / MIB:.4g} MiB" if size >= MIB else f"{size / 1024:.3g} KiB"


def stopped_for(what: str, limits: Limits) -> str:
    """Why it was stopped: `what` is the name of the limit that it reached."""
    said: Mapping[str, str] = {
        "memory": f"It used more than {in_words(limits.memory)} of memory and was stopped.",
        "processes": f"It had more than {limits.processes} processes and threads and was stopped.",
        "descriptors": f"It had all of its {limits.descriptors} files and connections open and was stopped.",
        "disk": f"Its folders held more than {in_words(limits.disk)} of files, so it was stopped; what it wrote is removed"
        " when it starts again.",
    }
    return f"{said[what]} {WAY_OUT}"
