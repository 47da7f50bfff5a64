"""When a running plugin may be put to sleep: nobody calls it, and it does nothing by itself (runtime.md 6)."""

import time
from typing import Protocol

from runtime import idling
from runtime.fleet import Fleet
from runtime.terms import Terms

QUIET = 60.0  # seconds without a call before the first look, and between two looks at one that is at work


class Kept(Protocol):
    """What is looked at here of a keeper."""

    terms: Terms
    fleet: Fleet
    reason: str


class Rest:
    """Times are monotonic seconds."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.awake_since = time.monotonic()
        self.used = 0.0  # when it was last called here, or worked for a call
        self.told = 0.0  # which of these moments has been written down
        self.seen: tuple[float, idling.Sighting] | None = None

    def woken(self) -> None:
        self.awake_since = time.monotonic()
        self.seen = None

    @property
    def sentence(self) -> str:
        return f"Nobody has called it for {self.kept.terms.sleep_after:.0f} s; the next call wakes it."

    def is_due(self) -> bool:
        """Whether it is to be put to sleep now. Where it stays awake although nobody calls, its reason says why."""
        after, now = self.kept.terms.sleep_after, time.monotonic()
        idle = now - max(self.used, self.awake_since)
        if not self.kept.terms.on_demand:
            return False
        quiet = min(QUIET, after / 2)
        if self.kept.terms.forced or idle < quiet:
            self.seen = None
            return idle > after
        if self.seen is None:
            self.seen = now, idling.look(self.kept.fleet.pids)
        if idle <= after or now - self.seen[0] < quiet:
            return False
        return not self.is_at_work(now)

    def is_at_work(self, now: float) -> bool:
        """Compares with the last look. What was at work is looked at again after a while."""
        assert self.seen is not None  # noqa: S101 - by whoever asks
        then, before = self.seen
        after = idling.look(self.kept.fleet.pids)
        work = idling.at_work(before, after, now - then)
        self.seen = (now, after) if work else self.seen
        self.kept.reason = f"It stays awake: {work}." if work else ""
        return bool(work)
