"""What is written in one turn of the loop leaves together, in order, and nothing of it is lost when the connection closes."""

import asyncio
from typing import Any

from marketplace.writing import MOST, Together


class Recorder:
    """A transport that remembers what it was asked."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def close(self) -> None:
        self.said.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.said


async def made() -> tuple[Recorder, Together]:
    recorder = Recorder()
    return recorder, Together(recorder, asyncio.get_running_loop())  # type: ignore[arg-type]


async def test_one_turn_is_one_write() -> None:
    recorder, together = await made()
    for part in (b"head ", b"body ", b"end"):
        together.write(part)
    assert recorder.said == []
    await asyncio.sleep(0)
    assert recorder.said == [b"head body end"]
    together.write(b"next")
    await asyncio.sleep(0)
    assert recorder.said == [b"head body end", b"next"]


async def test_much_does_not_wait() -> None:
    """So that the transport can say that it has no more room."""
    recorder, together = await made()
    together.write(b"x" * MOST)
    assert recorder.said == []
    together.write(b"y")
    assert recorder.said == [b"x" * MOST + b"y"]
    await asyncio.sleep(0)
    assert len(recorder.said) == 1


async def test_what_was_written_goes_before_the_end() -> None:
    recorder, together = await made()
    together.write(b"last")
    assert not together.is_closing()
    together.close()
    assert recorder.said == [b"last", "closed"]
    assert together.is_closing()
    await asyncio.sleep(0)
    assert recorder.said == [b"last", "closed"]
