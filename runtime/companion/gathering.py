"""What the sessions of a plugin say in one turn of its loop leaves in one write: the host is woken once, not for each line.

Sessions run one after the other in one thread. Whoever computes for long without waiting would keep back what the others have
said before, so nothing is gathered for a while after that was seen.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

MOST = 1 << 14  # characters that wait
PATIENCE = 0.001  # seconds that a line waits while others are said
LONG = 0.01  # seconds in which nobody says anything: whatever waits then has waited too long
HASTY = 100  # times as long nothing waits after that


class Outbox:
    """Lines on their way out, in the order in which they were said. `soon` calls a function at the end of the turn."""

    def __init__(self, soon: Callable[[Callable[[], None]], None]) -> None:
        self.soon = soon
        self.lines: list[str] = []
        self.size = 0
        self.write: Callable[[str], Any] = len
        self.since = self.last = self.hasty_until = 0.0
        self.asked = False  # whether the end of this turn will be told

    def put(self, write: Callable[[str], Any], text: str) -> None:
        now = monotonic()
        if self.lines:
            self.heard_at(now)
        elif now < self.hasty_until:
            write(text)
            return
        else:
            self.since = self.last = now
        self.write = write
        self.lines.append(text)
        self.size += len(text)
        if now - self.since > PATIENCE or self.size > MOST:
            self.leave()
        elif not self.asked:
            self.asked = True
            self.soon(self.turned)

    def turned(self) -> None:
        self.asked = False
        if self.lines:
            self.heard_at(monotonic())
            self.leave()

    def heard_at(self, now: float) -> None:
        if (silence := now - self.last) > LONG:
            self.hasty_until = now + HASTY * silence
        self.last = now

    def leave(self) -> None:
        """Writes what waits."""
        if self.lines:
            text = "".join(self.lines)
            self.lines.clear()
            self.size = 0
            self.write(text)
