"""Control groups, version 2 (cgroups(7)), one for each instance of a plugin: where this process may make them.

It may as root in a container of its own, or where systemd has delegated its service's group (``Delegate=yes``). Then the
processes that are there move down to a leaf, since a group whose controllers are handed on may hold none itself.
"""

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runtime.limits import Limits

NEEDED = ("memory", "pids")
WISHED = ("memory", "pids", "cpu")
PERIOD = 100_000  # microseconds
LEAF = "patchbay-host"
PREFIX = "patchbay-plugin-"


@dataclass(frozen=True, slots=True)
class Group:
    """The control group of one instance."""

    folder: Path

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed something in it for that."""
        counts = dict(line.split() for line in read(self.folder / "memory.events").splitlines())
        return int(counts.get("oom_kill", 0)) > 0

    def remove(self) -> None:
        """Kill all that is in it, then the group; what is still dying is removed when the next one is made."""
        with suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
        with suppress(OSError):
            self.folder.rmdir()


def make(limits: Limits) -> Group | None:
    """A new group with these limits; None where there can be none."""
    found = root()
    if found is None:
        return None
    sweep(found)
    group = Group(found / f"{PREFIX}{uuid.uuid4().hex}")
    try:
        group.folder.mkdir()
        for name, value in settings_of(limits).items():
            (group.folder / name).write_text(value)
    except OSError:
        group.remove()
        return None
    return group


def sweep(found: Path) -> None:
    """Remove groups that are empty; one in which something lives cannot be removed."""
    for left in found.glob(f"{PREFIX}*"):
        with suppress(OSError):
            left.rmdir()


def settings_of(limits: Limits) -> dict[str, str]:
    """Files of the group and what is written to them."""
    found = {"memory.oom.group": "1"}  # all of a plugin or nothing: half of one is no use
    if limits.memory:
        found |= {"memory.max": str(limits.memory), "memory.swap.max": "0"}
    if limits.processes:
        found["pids.max"] = str(limits.processes)
    if limits.cpu:
        found["cpu.max"] = f"{int(limits.cpu * PERIOD)} {PERIOD}"
    return found


@cache
def root() -> Path | None:
    """The group below which this process may make others, made ready for that; None when it may not."""
    return ready(own_group())


def ready(group: Path | None) -> Path | None:
    """Hand the controllers of `group` on to those below it, unless somebody else lives in it."""
    if group is None or not os.access(group / "cgroup.subtree_control", os.W_OK):
        return None
    if not set(NEEDED) <= set(read(group / "cgroup.controllers").split()):
        return None
    try:
        if not set(NEEDED) <= set(read(group / "cgroup.subtree_control").split()):
            move_down(group)
            there = set(read(group / "cgroup.controllers").split())
            wanted = " ".join(f"+{name}" for name in WISHED if name in there)
            (group / "cgroup.subtree_control").write_text(wanted)
    except OSError:
        return None
    return group


def move_down(group: Path) -> None:
    """Move what is in `group` to a leaf of it. PermissionError where there is something that is not ours."""
    members = [int(pid) for pid in read(group / "cgroup.procs").split()]
    if not set(members) <= ours():
        raise PermissionError(f"{group} is shared with others")
    leaf = group / LEAF
    leaf.mkdir(exist_ok=True)
    for pid in members:
        (leaf / "cgroup.procs").write_text(str(pid))


def ours() -> set[int]:
    """This process and those above it: its start script, an init of the container."""
    found, pid = set(), os.getpid()
    while pid > 0:
        found.add(pid)
        fields = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        pid = int(fields[1]) if fields else 0
    return found


def own_group() -> Path | None:
    """The folder of this process's group in the hierarchy of version 2."""
    entries = [line for line in read(Path("/proc/self/cgroup")).splitlines() if line.startswith("0::")]
    mounts = [line.split() for line in read(Path("/proc/self/mountinfo")).splitlines()]
    places = [mount[4] for mount in mounts if "cgroup2" in mount[mount.index("-") :]]
    if not entries or not places:
        return None
    path = Path(places[0], entries[0].removeprefix("0::").lstrip("/"))
    # the node itself may have been moved down by another process of ours, or by an earlier start
    return path.parent if path.name == LEAF else path


@cache
def own_groups() -> list[Path]:
    """That group and those above it, whose limits hold for it as well."""
    group = own_group()
    return [one for one in (group, *group.parents) if (one / "cgroup.controllers").exists()] if group else []


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
