"""The processes of one plugin on one node: which takes the next call, and how many there should be."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from runtime.backends.local import LocalBackend

CALLS_EACH = 16  # calls that are open in an instance before another one helps it (runtime.md 6: echo's knee)
CALM = 30.0  # seconds with little to do before one instance goes
PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Fleet:
    """Instances of one plugin. Which one takes a call is known without waiting: all counts are this process's own."""

    def __init__(self, calls_each: int = CALLS_EACH) -> None:
        self.members: list[LocalBackend] = []
        self.calls_each = calls_each
        self.leaving: set[asyncio.Task[None]] = set()
        self.busy_since = self.calm_since = 0.0

    def __iter__(self) -> Iterator[LocalBackend]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def free(self) -> LocalBackend | None:
        """The one that has the least to do, of those that live."""
        members = self.members
        if len(members) == 1:
            return members[0] if members[0].alive else None
        return min((one for one in members if one.alive), key=lambda one: len(one.conversations), default=None)

    @property
    def ongoing(self) -> int:
        return sum(len(one.conversations) for one in self.members)

    @property
    def pids(self) -> list[int]:
        return [one.pid for one in self.members]

    def memory(self) -> int:
        """Bytes of resident memory of all together."""
        return sum(map(resident_memory, self.pids))

    def use(self) -> dict[str, float]:
        """What each instance is held to, as the one that uses most of it does."""
        used = [asdict(one.ward.use.rounded()) for one in self.members]
        return {name: max(one[name] for one in used) for name in used[0]} if used else {}

    def bury(self) -> list[LocalBackend]:
        """Those that have ended; they are members no more."""
        ended = [one for one in self.members if one.poll() is not None]
        if ended:
            self.members = [one for one in self.members if one not in ended]
        return ended

    def wanted(self, most: int) -> int:
        """How many there should be, for what is open just now: more at the second look in a row, fewer after a calm while."""
        count, most, now = len(self.members), max(most, 1), time.monotonic()
        full = -(-self.ongoing // self.calls_each)
        if full > count:
            self.calm_since = 0.0
            crowded_before, self.busy_since = self.busy_since > 0, self.busy_since or now
            return min(full, most) if crowded_before else min(count, most)
        self.busy_since = 0.0
        if count > most:
            return count - 1
        if count == 1 or full == count:
            self.calm_since = 0.0
            return count
        self.calm_since = self.calm_since or now
        return count - 1 if now - self.calm_since > CALM else count

    def started_otherwise(self, alone: bool) -> LocalBackend | None:
        """One that came to be in another way than is wished now."""
        return next((one for one in self.members if one.options.alone != alone), None)

    def dismiss(self, grace: float, one: LocalBackend | None = None) -> None:
        """Lets this one go, or the one with the least to do: it takes no call any more, and those that are open may end."""
        one = one or min(self.members, key=lambda member: len(member.conversations))
        self.members = [member for member in self.members if member is not one]
        self.calm_since = 0.0
        task = asyncio.get_running_loop().create_task(one.stop(grace))
        self.leaving.add(task)
        task.add_done_callback(self.leaving.discard)

    async def stop(self, grace: float) -> None:
        """Stops all, those that are leaving as well."""
        members, self.members = self.members, []
        await asyncio.gather(*(one.stop(grace) for one in members), *self.leaving)


def resident_memory(pid: int) -> int:
    """Bytes of resident memory of a process; 0 where it cannot be read."""
    with suppress(OSError, ValueError, IndexError):
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE
    return 0
