"""The frames of one session that its reader has not taken yet."""

import asyncio

from runtime.wire import GONE, STREAM, Frame, error_payload


class Inbox:
    """Filled by the one reader of a pipe, which must never wait; emptied by the session's own task.

    Bounded in bytes: a reader that is too slow ends its own session and costs the others nothing.
    """

    __slots__ = ("finished", "frames", "limit", "over", "size", "waiter")

    def __init__(self, limit: int) -> None:
        self.frames: list[Frame] = []
        self.size = 0
        self.limit = limit
        self.over = False  # no frame will be added
        self.finished = False  # and it was the other side that ended it
        self.waiter: asyncio.Future[None] | None = None

    def put(self, kind: int, payload: bytes) -> None:
        """Adds a frame; the last one (an end, an error) is always kept, what follows it is dropped."""
        if self.over:
            return
        self.size += len(payload)
        if kind != STREAM:
            self.over, self.finished = True, kind != GONE
        elif self.size > self.limit:
            kind, payload, self.over = GONE, too_slow(self.limit), True
        self.frames.append((kind, payload))
        if self.waiter is not None:
            if not self.waiter.done():
                self.waiter.set_result(None)
            self.waiter = None

    async def take(self) -> list[Frame]:
        """All frames that are here, at least one: those that came together go on together."""
        if not self.frames:
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        frames, self.frames, self.size = self.frames, [], 0
        return frames


def too_slow(limit: int) -> bytes:
    return error_payload(
        "TooSlow",
        f"The reader of this answer fell more than {limit >> 20} MiB behind the plugin, so the call was ended."
        " Read faster, or ask for less at once.",
    )
