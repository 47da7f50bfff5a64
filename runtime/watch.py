"""Deadlines and callers that left, watched for all open calls at once.

A timer and a waiting task for each call would cost more than the call: nearly all are over before the first look.
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial

from runtime.door import Visit

LOOK_EVERY = 0.25  # seconds


@dataclass(slots=True, eq=False)
class Watched:
    """An open call. `why` is set when the watch has ended it: "left" or "timeout"."""

    task: "asyncio.Task[None]"
    visit: Visit
    deadline: float
    since: float = field(default_factory=time.time)
    leaving: "asyncio.Task[None] | None" = None
    why: str = ""


class Watch:
    """One per event loop, started with the first call."""

    def __init__(self) -> None:
        self.calls: set[Watched] = set()
        self.task: asyncio.Task[None] | None = None

    def add(self, visit: Visit, deadline: float) -> Watched:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - doors run as tasks
        call = Watched(task, visit, deadline)
        self.calls.add(call)
        if visit.tells:
            visit.when_left = partial(self.end, call, "left")
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.look())
        return call

    def drop(self, call: Watched) -> None:
        self.calls.discard(call)
        call.visit.when_left = None
        if call.leaving is not None:
            call.leaving.cancel()

    async def look(self) -> None:
        while self.calls:
            await asyncio.sleep(LOOK_EVERY)
            now = time.time()
            for call in list(self.calls):
                if now >= call.deadline:
                    self.end(call, "timeout")
                elif not call.visit.tells and call.leaving is None and now - call.since >= LOOK_EVERY:
                    call.leaving = asyncio.create_task(self.wait_until_left(call))

    async def wait_until_left(self, call: Watched) -> None:
        await call.visit.left()
        self.end(call, "left")

    def end(self, call: Watched, why: str) -> None:
        if call in self.calls and not call.why:
            call.why = why
            call.task.cancel()


watches: dict[asyncio.AbstractEventLoop, Watch] = {}


def watch() -> Watch:
    """The watch of the running loop."""
    loop = asyncio.get_running_loop()
    found = watches.get(loop)
    if found is None:
        for closed in [other for other in watches if other.is_closed()]:
            del watches[closed]
        found = watches[loop] = Watch()
    return found
