"""A fork-server that is begun with the host: taken where it fits, and nothing is left of it where it does not."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import identity
from runtime.forkserver import Forking, ForkOptions, early
from runtime.orphans import sweep
from tests import sdk
from tests.runtime.forkserver.programs import launch_of, program, ran
from tests.runtime.forkserver.test_life import servers_of, state


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "0.fork-server.json"
    assert early.begun == []


async def first_life(memory: Path, name: str = "echo") -> None:
    """A host runs a plugin and ends."""
    forking = Forking(ForkOptions(memory=memory))
    plugin = sdk.backend(name, spawner=forking)
    await plugin.start()
    await plugin.stop(0)
    await forking.close()


async def test_the_first_plugin_of_the_next_life_comes_from_it(memory):
    await first_life(memory)
    early.begin(memory)
    (pid,) = early.pids()
    forking = Forking(ForkOptions(memory=memory))
    plugins = [sdk.backend("echo", spawner=forking) for _ in range(3)]
    await asyncio.gather(*(plugin.start() for plugin in plugins))
    assert all(plugin.forked for plugin in plugins)
    assert [one.server.pid for one in servers_of(forking)] == [pid]
    assert forking.started == 1
    frames = await sdk.frames_of(plugins[0], sdk.tool("echo", text="in the next life"))
    assert b"in the next life" in frames[0][1]
    await asyncio.gather(*(plugin.stop(0) for plugin in plugins))
    await forking.close()
    assert state(pid) == ""


async def test_what_needs_another_one_gets_it(memory):
    await first_life(memory, "echo_old")
    early.begin(memory)
    (pid,) = early.pids()
    forking = Forking(ForkOptions(memory=memory, idle=3.0))
    plugin = sdk.backend("echo", spawner=forking)
    await plugin.start()
    assert plugin.forked
    assert pid not in [one.server.pid for one in servers_of(forking)]
    async with asyncio.timeout(20):
        while state(pid):
            await asyncio.sleep(0.05)
    assert forking.early == []
    await plugin.stop(0)
    await forking.close()


async def test_nobody_asks_for_it(memory):
    await first_life(memory)
    early.begin(memory)
    (pid,) = early.pids()
    forking = Forking()
    await forking.close()
    assert state(pid) == ""


async def test_one_that_does_not_come_up_is_followed_by_another(memory, tmp_path):
    await first_life(memory)
    last = early.recalled(memory)
    assert last is not None
    launch, origin = last
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    early.remember(memory, launch, replace(origin, python=broken))
    early.begin(memory)
    forking = Forking()
    done = await ran(forking, launch_of(program(tmp_path / "short", "import dify_plugin\n")))
    assert (done.how[:6], done.status) == ("forked", 0)
    await forking.close()


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"python": "/nowhere/python"}'])
def test_a_memory_that_says_nothing_begins_nothing(memory, text):
    if text is not None:
        memory.write_text(text)
    early.begin(memory)
    assert early.pids() == []


async def test_it_is_no_orphan_of_the_life_before(tmp_path):
    own = identity.reserve(tmp_path)
    assert identity.reserve(tmp_path) is own
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    marked = replace(launch, environment=launch.environment | {"PATCHBAY_HOST": own.id})
    assert launch.origin is not None
    early.remember(own.memory, marked, launch.origin)
    early.begin_for(tmp_path)
    (pid,) = early.pids()
    assert identity.take(tmp_path) is own
    await asyncio.to_thread(sweep, own.id, keep=early.pids())
    assert state(pid) not in ("", "Z")
    forking = Forking()
    assert (await ran(forking, marked)).how.startswith("forked")
    assert [one.server.pid for one in servers_of(forking)] == [pid]
    await forking.close()
    own.release()


def test_a_folder_that_cannot_be_used_is_told_by_the_node(tmp_path):
    (tmp_path / "file").write_text("")
    early.begin_for(tmp_path / "file")
    assert early.pids() == []
