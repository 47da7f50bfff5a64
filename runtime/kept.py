"""What is asked for again and again, kept: a look into a dict, where a cached function costs a call to measure its arguments."""

from collections.abc import Callable, Hashable
from typing import Any

SHORT = 256  # bytes or characters
MOST = 4096  # keys


class Kept[K: Hashable, R](dict[K, R]):
    """`kept[key]` is what `find` says of a key. Strangers choose the keys: long ones are not kept, and a full one begins anew."""

    __slots__ = ("find", "size")

    def __init__(self, find: Callable[[K], R], size: Callable[[Any], int] = len) -> None:
        self.find, self.size = find, size

    def __missing__(self, key: K) -> R:
        found = self.find(key)
        if self.size(key) < SHORT:
            if len(self) >= MOST:
                self.clear()
            self[key] = found
        return found


def of_pair(pair: tuple[bytes, bytes] | tuple[str, str]) -> int:
    """The size of a header."""
    return len(pair[0]) + len(pair[1])


def kept[K: (str, bytes), R](find: Callable[[K], R]) -> Callable[[K], R]:
    """A function of one short text that remembers what it said."""
    return Kept(find).__getitem__
