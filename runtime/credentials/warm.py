"""Opened credentials, kept in this process for seconds: a model that is called often is not looked up each time.

A change made by this process holds at once, one made by another process within `KEEP` seconds.
"""

import time
from collections.abc import Hashable

from runtime.credentials.places import Credentials

KEEP = 5.0  # seconds
LARGEST = 512  # credentials

kept: dict[Hashable, tuple[float, Credentials]] = {}


def get(key: Hashable) -> Credentials | None:
    found = kept.get(key)
    return found[1] if found is not None and found[0] > time.monotonic() else None


def put(key: Hashable, found: Credentials) -> Credentials:
    while len(kept) >= LARGEST:
        kept.pop(next(iter(kept)), None)
    kept[key] = (time.monotonic() + KEEP, found)
    return found


def forget() -> None:
    kept.clear()
