"""Heads of answers that wait a moment, so that they leave with the first piece of what follows."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

LINGER = 0.005  # seconds at most


class Lingering:
    """One timer for all that wait on a loop: one for each, set and unset, would cost half of what waiting saves."""

    current: ClassVar["Lingering | None"] = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.waiting: list[Callable[[], None]] = []

    @classmethod
    def on(cls, loop: asyncio.AbstractEventLoop) -> "Lingering":
        found = cls.current
        if found is None or found.loop is not loop:
            found = cls.current = cls(loop)
        return found

    def add(self, send: Callable[[], None]) -> None:
        """Calls `send` within LINGER seconds."""
        if not self.waiting:
            self.loop.call_later(LINGER, self.over)
        self.waiting.append(send)

    def over(self) -> None:
        waiting, self.waiting = self.waiting, []
        for send in waiting:
            send()
