"""Puts limits on the process that calls it, as a dict that may have come as JSON says; standard library only.

For the moment between a fork and a plugin's first line: `launcher` before it becomes the plugin, a forked child before it
runs `main`. It is applied to oneself and handed down to everything that is started afterwards. A plugin's start waits for
this, so it imports only what costs nothing.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Mapping

PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 2, 4, 38

# what is said in the dict → what the kernel is asked to count
COUNTED = {
    "data": resource.RLIMIT_DATA,  # bytes
    "file": resource.RLIMIT_FSIZE,  # bytes of one file
    "descriptors": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,  # with the threads, of the user: only for a user of its own
}


class CannotConfine(Exception):
    """A limit could not be put on; the message says which, and the plugin must not run."""


def confine(limits: Mapping[str, int | str]) -> None:
    """Apply `limits`: any of cgroup (a folder), oom (0 to 1000), nice, the names in COUNTED, user and group (ids).

    Whatever is not named stays as it is; there are no core dumps in any case. The signal at the parent's death, which the
    kernel forgets with a change of user, is as it was before.
    """
    join(str(limits.get("cgroup", "")))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, which in COUNTED.items():
        if name in limits:
            bound(which, int(limits[name]))
    if limits.get("oom"):
        prefer_for_killing(int(limits["oom"]))
    if limits.get("nice"):
        os.nice(int(limits["nice"]))
    if "user" in limits:
        become(int(limits["user"]), int(limits.get("group", limits["user"])))


def join(cgroup: str) -> None:
    """Move to a control group (cgroups(7), version 2): its limits hold for all that this process will start."""
    if not cgroup:
        return
    try:
        with open(os.path.join(cgroup, "cgroup.procs"), "w") as file:  # noqa: PTH118, PTH123 - pathlib is slow to import
            file.write(str(os.getpid()))
    except OSError as error:
        raise CannotConfine(f"cannot enter the control group {cgroup}: {error.strerror}") from None


def bound(which: int, most: int) -> None:
    """Never more than there was: only root could, and no limit of a plugin is above that of its host."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))


def prefer_for_killing(score: int) -> None:
    """When the machine is out of memory, the kernel takes this process before its host."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
            file.write(str(score))
    except OSError:
        return  # no such thing here: then all are alike


def become(user: int, group: int) -> None:
    """Be another user for good: no way back, no other groups, nothing gained from set-user-id programs."""
    before = parent_death_signal()
    try:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    except OSError as error:
        raise CannotConfine(f"cannot become user {user}: {error.strerror}") from None
    if sys.platform == "linux":
        ctl = ctypes.CDLL(None).prctl
        ctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        ctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # else what it may know of itself in /proc belongs to root
        ctl(PR_SET_PDEATHSIG, before, 0, 0, 0)


def parent_death_signal() -> int:
    """The signal that the kernel is to send when the parent ends; 0 for none."""
    number = ctypes.c_int(0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0)
    return number.value
