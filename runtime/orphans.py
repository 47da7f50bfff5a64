"""Finds and ends what a host that was killed has left behind."""

import os
import signal
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

# every process that a host starts carries this variable, and so do their children
VARIABLE = "PATCHBAY_HOST"
PROC = Path("/proc")
ROUNDS = 10
# seconds given to a process that is just becoming another program: until it has, it shows no environment
BECOMING = 0.01


def sweep(marker: str, *, keep: Collection[int] = ()) -> int:
    """Kill every process of this user (for root: of all) which carries `marker`; returns how many.

    Spared are this one and the pids in `keep`. Linux only: 0 elsewhere. Looks again until nothing new is found, because
    what is being killed may be forking, and what shows no environment may be about to show one.
    """
    if sys.platform != "linux":
        return 0
    ended = {os.getpid(), *keep}
    spared = len(ended)
    for _ in range(ROUNDS):
        seen = {pid: _kill_if_marked(pid, marker) for pid in _own_processes() if pid not in ended}
        found = [pid for pid, killed in seen.items() if killed]
        ended.update(found)
        if not found:
            if None not in seen.values():
                break
            time.sleep(BECOMING)
    return len(ended) - spared


def _own_processes() -> Iterator[int]:
    uid = os.geteuid()
    for entry in os.scandir(PROC):
        try:
            # plugins of a host that is root have users of their own
            if entry.name.isdigit() and (uid == 0 or entry.stat().st_uid == uid):
                yield int(entry.name)
        except FileNotFoundError:
            continue


def _kill_if_marked(pid: int, marker: str) -> bool | None:
    """Whether it was; None where that cannot be said yet."""
    # opened before looking: a pid that is used again in between cannot be hit
    descriptor = _open(pid)
    try:
        marked = _is_marked(pid, marker)
        if not marked:
            return marked
        if descriptor is None:
            os.kill(pid, signal.SIGKILL)
        else:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open(pid: int) -> int | None:
    """A descriptor of the process; None where the kernel has none, or the process is gone."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _is_marked(pid: int, marker: str) -> bool | None:
    try:
        environment = (PROC / str(pid) / "environ").read_bytes()
        if not environment:
            # threads of the kernel and the dead have no program either: reading the link fails
            (PROC / str(pid) / "exe").readlink()
            return None
    except OSError:
        return False
    return f"{VARIABLE}={marker}".encode() in environment.split(b"\0")
