"""What every way of running a plugin promises its callers."""

import asyncio
import base64
import os
import signal
import time

import orjson
import pytest

from runtime.wire import END, ERROR, GONE, STREAM
from tests.programs import SOON, until
from tests.sdk import frames_of, tool


def texts(frames):
    return [orjson.loads(payload)["message"]["text"] for kind, payload in frames if kind == STREAM]


async def test_answer_and_end(reach):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("echo", text="größer ✓"))
    assert texts(frames) == ["größer ✓"]
    assert [kind for kind, _ in frames] == [STREAM, END]


async def test_ten_thousand_chunks_in_order(reach):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("stream", count=10_000, size=16))
    numbers = [int(text.split(":", 1)[0]) for text in texts(frames)]
    assert numbers == list(range(10_000))
    assert frames[-1][0] == END


async def test_sessions_do_not_mix(reach):
    """64 streams at once to one plugin: none lost, none mixed, each in order."""

    async def one(number):
        marked = [tool("stream", count=200, size=16), tool("echo", text=f"caller {number}")]
        streamed, echoed = await asyncio.gather(*(frames_of(reached.plugin, session) for session in marked))
        assert [int(text.split(":", 1)[0]) for text in texts(streamed)] == list(range(200))
        assert texts(echoed) == [f"caller {number}"]

    async with reach("echo") as reached:
        await asyncio.gather(*(one(number) for number in range(64)))
        assert reached.process.conversations == {}


async def test_errors_reach_the_caller(reach):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("fail", how="raise_midway"))
    assert texts(frames) == ["first"]
    kind, payload = frames[-1]
    error = orjson.loads(payload)
    assert kind == ERROR
    assert error["error_type"] == "ValueError"
    assert error["message"] == "failed midway as asked"


async def test_a_call_never_outlives_its_plugin(reach):
    async with reach("echo") as reached:
        waiting = [asyncio.create_task(frames_of(reached.plugin, tool("sleep", seconds=60))) for _ in range(5)]
        await asyncio.sleep(0.3)
        killed = time.monotonic()
        os.kill(reached.process.pid, signal.SIGKILL)
        for frames in await asyncio.gather(*waiting):
            assert frames[-1][0] in (GONE, ERROR)
            assert b"SIGKILL" in frames[-1][1]
        assert time.monotonic() - killed < SOON


async def test_a_plugin_that_exits_says_its_last_words(reach):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("fail", how="exit"))
    assert b"status 3" in frames[-1][1]
    assert b"leaving as asked" in frames[-1][1]


@pytest.mark.parametrize("how", ["stdout", "stderr"])
async def test_stray_output_is_logged_and_harms_nobody(reach, how):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("fail", how=how))
        assert texts(frames) == [f"survived {how}"]
        stray = {"stdout": "this is not JSON", "stderr": "a line on stderr"}[how]
        await until(lambda: stray in reached.log.texts(how))  # it comes another way than the answer


async def test_a_line_over_the_limit_ends_its_session_only(reach):
    """The existing daemon kills the process here (runtime.md 1, row 12)."""
    async with reach("echo", line_limit=1 << 20) as reached:
        neighbour = asyncio.create_task(frames_of(reached.plugin, tool("stream", count=50, size=16)))
        frames = await frames_of(reached.plugin, tool("echo", text="x" * (2 << 20)))
        assert b"MessageTooLarge" in frames[-1][1]
        assert (await neighbour)[-1][0] == END
        assert texts(await frames_of(reached.plugin, tool("echo", text="still here"))) == ["still here"]


async def test_a_long_stray_line_is_skipped(reach):
    async with reach("echo", line_limit=1 << 20) as reached:
        frames = await frames_of(reached.plugin, tool("fail", how="big_line"))
        assert texts(frames) == ["survived big_line"]


async def test_a_slow_reader_ends_only_itself(reach):
    async with reach("echo", session_limit=1 << 20) as reached:
        session = tool("stream", count=5000, size=1000)
        slow = reached.plugin.stream(session)
        first = await anext(slow)
        await until(lambda: reached.plugin.conversations[session.id.encode()].inbox.over)
        others = await frames_of(reached.plugin, tool("stream", count=100, size=16))
        assert others[-1][0] == END
        frames = first + [frame async for batch in slow for frame in batch]
        assert frames[-1][0] == GONE
        assert b"TooSlow" in frames[-1][1]


async def test_a_caller_that_leaves_is_forgotten(reach):
    async with reach("echo") as reached:
        task = asyncio.create_task(frames_of(reached.plugin, tool("stream", count=100, size=16, delay_ms=50)))
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(lambda: reached.process.conversations == {})
        assert texts(await frames_of(reached.plugin, tool("echo", text="next"))) == ["next"]


async def test_large_messages_both_ways(reach):
    text = "0123456789" * 500_000
    async with reach("echo") as reached:
        assert texts(await frames_of(reached.plugin, tool("echo", text=text))) == [text]


async def test_blobs_come_in_pieces_that_fit_together(reach):
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("blob", size=100_000))
    messages = [orjson.loads(payload) for kind, payload in frames if kind == STREAM]
    pieces = [message["message"]["blob"] for message in messages if message["type"] == "blob_chunk"]
    assert sum(len(base64.b64decode(piece)) for piece in pieces) == 100_000
    assert messages[-1]["message"]["end"] is True


async def test_a_plugin_sees_nothing_of_the_host(reach, monkeypatch):
    monkeypatch.setenv("HOST_SECRET", "do not tell")
    async with reach("echo") as reached:
        frames = await frames_of(reached.plugin, tool("whoami"))
    assert b"HOST_SECRET" not in frames[0][1]
    assert b"INSTALL_METHOD" in frames[0][1]
