"""How often something was done, how often in vain, and how long it took: for Prometheus, on any thread."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Sums:
    """`buckets` are those of a histogram, not cumulated; the last one is for all that is longer."""

    __slots__ = ("buckets", "failed", "lock", "seconds")

    def __init__(self) -> None:
        self.failed, self.seconds = 0, 0.0
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.lock = threading.Lock()

    def observe(self, seconds: float, *, failed: bool = False) -> None:
        with self.lock:
            self.failed += failed
            self.seconds += seconds
            self.buckets[bisect_left(BOUNDS, seconds)] += 1

    def cumulative(self) -> list[tuple[str, float]]:
        return cumulative(self.buckets)


def cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    """As Prometheus has it: each bucket counts all that is not longer."""
    told, so_far = [], 0
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], buckets, strict=True):
        so_far += count
        told.append((bound, float(so_far)))
    return told


class Timing:
    """One thing that is done, by kind where there are kinds; their number must be bounded."""

    def __init__(self, name: str, what: str) -> None:
        self.name, self.what = name, what
        self.kinds: dict[str, Sums] = {}
        TIMINGS.append(self)

    def observe(self, seconds: float, *, kind: str = "", failed: bool = False) -> None:
        sums = self.kinds.get(kind) or self.kinds.setdefault(kind, Sums())
        sums.observe(seconds, failed=failed)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Counts what is done inside; what raises was in vain."""
        began = time.perf_counter()
        try:
            yield
        except BaseException:
            self.observe(time.perf_counter() - began, failed=True)
            raise
        self.observe(time.perf_counter() - began)


TIMINGS: list[Timing] = []
waits = Timing("plugin_wait", "How long calls waited for a plugin on its way up")
starts = Timing("plugin_start", "How long it took from the start of a process to its first heartbeat")
builds = Timing("plugin_environment", "How long it took to have the environment of a plugin, found or built")
reverse_calls = Timing("plugin_reverse_call", "How long reverse calls took, by their kind")
