"""More than one process of a plugin: who takes a call, when there are more and when fewer, and one that dies alone."""

import asyncio
import os
import signal
from dataclasses import replace

import orjson
import pytest

from runtime import fleet, headroom
from runtime.headroom import Headroom
from runtime.terms import Terms
from runtime.wire import END, GONE, STREAM
from tests.runtime.hosted import alive
from tests.runtime.test_on_demand import Sleepy

SEVERAL = Terms(sleep_after=3600.0, most=3)


async def grown(hosted: Sleepy, plugin: str, count: int) -> None:
    keeper = hosted.node.keepers[plugin]
    async with asyncio.timeout(60):
        while len(keeper.fleet) != count:
            await asyncio.sleep(0.05)


async def busy(hosted: Sleepy, calls: int, seconds: float) -> list[asyncio.Task]:
    hosted.wish("echo")
    await hosted.until("echo", "asleep")
    tasks = [asyncio.create_task(hosted.call("echo", "sleep", seconds=seconds)) for _ in range(calls)]
    await hosted.until("echo", "running")
    return tasks


async def left(tasks: list[asyncio.Task]) -> None:
    """Their callers leave."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_busy_plugin_gets_more_instances_and_the_least_busy_takes_the_call(tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "CALM", 1.5)
    async with Sleepy(tmp_path, terms=SEVERAL, calls_each=2) as hosted:
        tasks = await busy(hosted, 6, seconds=100)
        await grown(hosted, "echo", 3)
        keeper = hosted.node.keepers["echo"]
        first = keeper.backend
        assert keeper.running is not first, "the first has all the calls"
        pids = set()
        for _ in range(4):
            frames = await hosted.call("echo", "whoami")
            pids |= {
                orjson.loads(payload)["message"]["json_object"]["pid"] for kind, payload in frames if kind == STREAM
            }
        assert first.pid not in pids
        told = keeper.observed("n1")
        assert (told.instances, told.pid) == (3, first.pid)
        assert told.memory > 2 * fleet.resident_memory(first.pid), "of all together, give or take what they do just now"
        await left(tasks)
        all_pids = keeper.fleet.pids
        await grown(hosted, "echo", 1)
        assert keeper.state == "running"
    assert not any(map(alive, all_pids))


async def test_one_that_dies_takes_only_its_own_calls_along(tmp_path):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=3600, most=2), calls_each=1) as hosted:
        tasks = await busy(hosted, 2, seconds=100)
        await grown(hosted, "echo", 2)
        keeper = hosted.node.keepers["echo"]
        other = asyncio.create_task(hosted.call("echo", "sleep", seconds=2))
        await asyncio.sleep(0.3)
        os.kill(keeper.backend.pid, signal.SIGKILL)
        assert {frames[-1][0] for frames in await asyncio.gather(*tasks)} == {GONE}
        assert (await other)[-1][0] == END
        async with asyncio.timeout(60):
            while not keeper.restarts:  # until the node has looked
                await asyncio.sleep(0.05)
        assert (keeper.state, keeper.restarts, keeper.failures) == ("running", 1, 0)
        assert "go on without one" in "".join(line.text for line in keeper.log.lines)


async def test_no_more_than_its_terms_allow(tmp_path):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=3600, most=1), calls_each=1) as hosted:
        tasks = await busy(hosted, 4, seconds=3)
        await asyncio.gather(*tasks)
        assert len(hosted.node.keepers["echo"].fleet) == 1


async def test_to_start_in_another_way_ends_no_call(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        (open_call,) = await busy(hosted, 1, seconds=5)
        first = hosted.node.keepers["echo"].backend
        for alone in (True, False):
            hosted.terms["echo"] = replace(SEVERAL, alone=alone)
            hosted.wish("echo")
            fleet = hosted.node.keepers["echo"].fleet
            async with asyncio.timeout(60):
                while [one.options.alone for one in fleet] != [alone]:
                    await asyncio.sleep(0.05)
        assert first not in fleet.members
        assert (await open_call)[-1][0] == END
        assert hosted.node.keepers["echo"].state == "running"


async def test_what_it_lacks_room_for_is_said(tmp_path):
    async with Sleepy(tmp_path, terms=SEVERAL, calls_each=1) as hosted:
        hosted.node.launching.headroom.most = 1
        tasks = await busy(hosted, 4, seconds=100)
        keeper = hosted.node.keepers["echo"]
        async with asyncio.timeout(60):
            while not keeper.reason.startswith("It could do with 3 instances"):  # with 2 until all calls are open
                await asyncio.sleep(0.05)
        assert "PLUGIN_MOST_PROCESSES" in keeper.reason
        assert len(keeper.fleet) == 1
        await left(tasks)


async def test_workspaces_that_share_nothing_have_processes_of_their_own(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.prepare = lambda plugin, *more: hosted.real_plugin(plugin.partition("~")[0], *more)
        hosted.wish("echo", "echo~acme")
        await hosted.until("echo~acme", "asleep")
        pids = set()
        for name in ("echo", "echo~acme", "echo"):
            frames = await hosted.call(name, "whoami")
            pids |= {
                orjson.loads(payload)["message"]["json_object"]["pid"] for kind, payload in frames if kind == STREAM
            }
        assert len(pids) == 2
        hosted.wish("echo")
        await hosted.until("echo~acme", "absent")
        assert hosted.node.keepers["echo"].state == "running"


@pytest.mark.parametrize(("free", "lacks"), [(1 << 30, False), (200 << 20, False), (150 << 20, True)])
def test_memory_that_must_stay_free_stays_free(monkeypatch, free, lacks):
    monkeypatch.setattr(headroom, "available", lambda: free)
    room = Headroom(reserve=128 << 20)
    room.look(3)
    assert bool(room.lack()) is lacks
    room.take(1 << 30)
    assert "PLUGIN_MEMORY_RESERVE" in room.lack()


def test_what_programs_may_still_take_is_read():
    assert (headroom.of_host() or 0) > 1 << 20


async def test_an_instance_that_does_not_start_is_not_tried_at_every_turn(tmp_path):
    """Whatever keeps it from starting: those that run go on."""
    async with Sleepy(tmp_path, terms=SEVERAL) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        assert (await hosted.call("echo"))[-1][0] == END
        keeper, tries = hosted.node.keepers["echo"], 0

        async def fails():
            nonlocal tries
            tries += 1
            raise OSError("too many open files")

        keeper.launch, keeper.fleet.wanted = fails, lambda most: 2
        for _ in range(5):
            keeper.resize()
            await asyncio.gather(keeper.growing)
        assert tries == 1
        assert (await hosted.call("echo"))[-1][0] == END
