"""Locks that the kernel releases when their holder ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.1


def try_lock(path: Path, *, flags: int = os.O_RDWR | os.O_CREAT) -> int | None:
    """Lock a file (made when missing) or, with O_RDONLY, a directory. Returns a descriptor to close; None if it is taken."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if _is_still(path, descriptor):
        return descriptor
    # it was removed between opening and locking: that lock would keep nobody out
    os.close(descriptor)
    return None


@contextmanager
def held(path: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a file; `waiting` is called about ten times a second while another has it, and may raise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while (descriptor := try_lock(path)) is None:
        waiting()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold a lock together with others that do so; waits only for who holds it alone."""
    with _waited_for(path, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock that others share; for a moment only, since nobody is asked while they wait."""
    with _waited_for(path, fcntl.LOCK_EX):
        yield


@contextmanager
def _waited_for(path: Path, how: int) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
