"""What is written in one turn of the loop leaves together and in order, and much does not wait."""

import asyncio

from runtime.together import MOST, Together


class Recorder:
    """A transport that remembers what it was asked."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 7


async def made() -> tuple[Recorder, Together]:
    recorder = Recorder()
    return recorder, Together(recorder)  # type: ignore[arg-type]


async def test_one_turn_is_one_write() -> None:
    recorder, together = await made()
    for part in (b"one ", b"two ", b"three"):
        together.write(part)
    assert recorder.said == []
    assert together.unsent == 13 + 7
    await asyncio.sleep(0)
    assert recorder.said == [b"one two three"]
    together.write(b"next")
    await asyncio.sleep(0)
    assert recorder.said == [b"one two three", b"next"]


async def test_much_does_not_wait() -> None:
    """So that the transport can say that it has no more room."""
    recorder, together = await made()
    together.write(b"x" * MOST)
    assert recorder.said == []
    together.write(b"y")
    assert recorder.said == [b"x" * MOST + b"y"]
    await asyncio.sleep(0)
    assert len(recorder.said) == 1


async def test_nothing_is_written_to_what_is_closed() -> None:
    recorder, together = await made()
    together.write(b"late")
    recorder.closing = True
    await asyncio.sleep(0)
    assert recorder.said == []
