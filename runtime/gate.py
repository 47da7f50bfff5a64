"""So many starts at once and no more; who is called goes before who only is to be warm."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

PLACE_FOR = 5.0  # seconds that a start keeps its place: one that hangs must not hold up the others


class Gate:
    """`places` starts at once. Lives on the node's event loop."""

    def __init__(self, places: int, place_for: float = PLACE_FOR) -> None:
        self.places = self.free = places
        self.place_for = place_for
        self.waiting: list[tuple[asyncio.Future[None], Callable[[], bool]]] = []

    @contextlib.asynccontextmanager
    async def place(self, urgent: Callable[[], bool]) -> AsyncIterator[None]:
        """Waits for a place; `urgent` is asked whenever one becomes free, since it may change while one waits."""
        await self.enter(urgent)
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self.leave()

        timer = asyncio.get_running_loop().call_later(self.place_for, give_back)
        try:
            yield
        finally:
            timer.cancel()
            give_back()

    async def enter(self, urgent: Callable[[], bool]) -> None:
        if self.free > 0:
            self.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (turn, urgent)
        self.waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            else:
                self.waiting.remove(entry)
            raise

    def leave(self) -> None:
        """The place goes to the first who is urgent, else to the first of all."""
        entry = next((one for one in self.waiting if one[1]()), self.waiting[0] if self.waiting else None)
        if entry is None:
            self.free += 1
            return
        self.waiting.remove(entry)
        entry[0].set_result(None)
