"""How many environments are built at once on a machine, and who is next: tickets in a folder, locked while they count."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runtime.environment import locking
from runtime.environment.options import EnvironmentOptions

QUEUE = ".queue"
TAKING = ".queue.lock"
PAUSE = 0.05


@contextmanager
def turn(options: EnvironmentOptions, *, waiting: Callable[[int], None]) -> Iterator[None]:
    """Hold one of the places; `waiting` is told, as often as it looks, how many are in front, and may raise."""
    folder = options.root / QUEUE
    folder.mkdir(parents=True, exist_ok=True)
    with locking.alone(options.root / TAKING):  # else one that was taken before might be there only after
        ticket = folder / f"{next_number(folder):020}-{uuid.uuid4().hex[:8]}"
        descriptor = locking.try_lock(ticket)
    try:
        while (before := in_front_of(ticket)) >= options.places:
            waiting(before - options.places + 1)
            time.sleep(PAUSE)
        yield
    finally:
        ticket.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def next_number(folder: Path) -> int:
    """By the clock, and behind all that are there, wherever the clock has been set since."""
    numbers = [one.name.partition("-")[0] for one in folder.iterdir()]
    return max([time.time_ns(), *(int(one) + 1 for one in numbers if one.isdigit())])


def in_front_of(ticket: Path) -> int:
    """How many that came before are still there; those of builders that were killed are removed."""
    count = 0
    for other in sorted(ticket.parent.iterdir()):
        if other.name >= ticket.name:
            break
        if is_left(other):
            other.unlink(missing_ok=True)
        else:
            count += 1
    return count


def is_left(ticket: Path) -> bool:
    with suppress(FileNotFoundError):
        descriptor = locking.try_lock(ticket, flags=os.O_RDWR)
        if descriptor is None:
            return False
        os.close(descriptor)
    return True
