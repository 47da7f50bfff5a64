"""Starting and stopping, with plugins that behave badly: a start that fails says why, a stop always ends it."""

import asyncio
import errno
import os
import re
import time
from pathlib import Path

import pytest
import uvloop

from runtime.errors import PluginGone, StartFailed
from runtime.wire import END, GONE
from tests import sdk
from tests.programs import SOON


def alive(pid: int) -> bool:
    try:
        return b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:1]
    except (FileNotFoundError, ProcessLookupError):  # gone, or going while it is read
        return False


async def test_a_start_that_fails_tells_the_last_words():
    plugin = sdk.backend("liar")
    with pytest.raises(StartFailed) as failure:
        await plugin.start()
    assert "status 1" in str(failure.value)
    assert "Its last words:" in str(failure.value)
    assert plugin.poll() == 1


async def test_a_plugin_without_a_heartbeat_is_given_up():
    plugin = sdk.backend("mute", start_timeout=2)
    with pytest.raises(StartFailed, match="no sign of life within 2 s"):
        await plugin.start()
    assert not alive(plugin.pid)


async def test_a_program_that_does_not_exist():
    plugin = sdk.backend("echo", argv=["/nowhere/python"])
    with pytest.raises(StartFailed, match="cannot run /nowhere/python: No such file"):
        await plugin.start()


async def test_a_stubborn_plugin_ends_with_its_children():
    plugin = sdk.backend("stubborn")
    await plugin.start()
    frames = await sdk.frames_of(plugin, sdk.tool("child", provider="stubborn"))
    pids = [int(number) for number in re.findall(rb"\d+", frames[0][1])]
    assert plugin.pid in pids
    assert all(alive(pid) for pid in pids)
    began = time.monotonic()
    await plugin.stop(0)
    assert time.monotonic() - began < SOON
    async with asyncio.timeout(SOON):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def test_a_deserter_tells_its_callers():
    plugin = sdk.backend("deserter")
    await plugin.start()
    frames = await sdk.frames_of(plugin, sdk.tool("wait", provider="deserter"))
    assert frames[-1][0] == GONE
    assert b"status 7" in frames[-1][1]
    with pytest.raises(PluginGone):
        await sdk.frames_of(plugin, sdk.tool("echo", provider="deserter"))


async def test_silence_is_the_end(monkeypatch):
    plugin = sdk.backend("echo", silence_timeout=0.5)
    await plugin.start()
    os.kill(plugin.pid, 19)  # SIGSTOP: it lives and says nothing
    await asyncio.sleep(0.8)
    assert plugin.poll() is None
    async with asyncio.timeout(SOON):
        await plugin.gone.wait()
    assert "no sign of life" in plugin.diagnose("")


async def test_stopping_waits_for_open_calls():
    plugin = sdk.backend("echo")
    await plugin.start()
    call = asyncio.create_task(sdk.frames_of(plugin, sdk.tool("sleep", seconds=1)))
    await asyncio.sleep(0.2)
    await plugin.stop(10)
    assert (await call)[-1][0] == END


async def test_stopping_twice_and_after_the_end():
    plugin = sdk.backend("echo")
    await plugin.start()
    await asyncio.gather(plugin.stop(0), plugin.stop(0))
    await plugin.stop(0)
    assert plugin.poll() is not None


async def test_a_start_that_gets_no_descriptor_leaves_none(monkeypatch):
    """The process is there by then, and its three pipes are."""

    def refused(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    plugin = sdk.backend("mute")
    with monkeypatch.context() as patched:
        patched.setattr(os, "pidfd_open", refused)
        with pytest.raises(OSError, match="Too many open files"):
            await plugin.start()
    process = plugin.process
    assert [pipe.closed for pipe in (process.stdin, process.stdout, process.stderr)] == [True] * 3
    assert not alive(process.pid)
    assert plugin.poll() is not None
    await plugin.stop(0)


def test_a_start_that_is_given_up_at_any_moment_leaves_nothing():
    """As a node does that is told to end just then; on the loop that it has."""
    told: list[str] = []

    async def given_up(turns: int) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
        plugin = sdk.backend("mute")
        starting = asyncio.ensure_future(plugin.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        async with asyncio.timeout(30):
            await asyncio.wait([starting])
        assert not hasattr(plugin, "process") or not alive(plugin.pid)

    for turns in range(12):
        asyncio.run(given_up(turns), loop_factory=uvloop.new_event_loop)
    assert told == []
