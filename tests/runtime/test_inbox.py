"""The queue of one session."""

import asyncio

from runtime.backends.inbox import Inbox
from runtime.wire import END, ERROR, GONE, STREAM


async def test_frames_that_came_together_leave_together():
    inbox = Inbox(100)
    inbox.put(STREAM, b"1")
    inbox.put(STREAM, b"2")
    assert await inbox.take() == [(STREAM, b"1"), (STREAM, b"2")]


async def test_a_waiting_reader_is_woken():
    inbox = Inbox(100)
    waiting = asyncio.create_task(inbox.take())
    await asyncio.sleep(0)
    inbox.put(STREAM, b"1")
    assert await waiting == [(STREAM, b"1")]


async def test_nothing_follows_the_end():
    inbox = Inbox(100)
    inbox.put(ERROR, b"{}")
    inbox.put(END, b"{}")
    assert await inbox.take() == [(ERROR, b"{}")]
    assert inbox.over and inbox.finished


async def test_too_much_ends_it_from_our_side():
    inbox = Inbox(10)
    inbox.put(STREAM, b"123456")
    inbox.put(STREAM, b"123456")
    inbox.put(STREAM, b"lost")
    frames = await inbox.take()
    assert [kind for kind, _ in frames] == [STREAM, GONE]
    assert b"TooSlow" in frames[-1][1]
    assert inbox.over and not inbox.finished


async def test_what_was_taken_makes_room():
    inbox = Inbox(10)
    for _ in range(5):
        inbox.put(STREAM, b"12345678")
        await inbox.take()
    assert not inbox.over


async def test_a_reader_that_left_harms_nobody():
    inbox = Inbox(100)
    waiting = asyncio.create_task(inbox.take())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    inbox.put(END, b"{}")
    assert await inbox.take() == [(END, b"{}")]
