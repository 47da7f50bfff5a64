"""Plugins that are there at once and start when they are called; who waits for them, and what they are told."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime import warming
from runtime.cluster import MemoryCluster
from runtime.errors import Busy, StartFailed, Unavailable
from runtime.gate import Gate
from runtime.launching import Launching, Prepared
from runtime.link import Links
from runtime.router import Router
from runtime.terms import Line, Terms
from runtime.wire import END
from tests import sdk
from tests.runtime.hosted import Hosted, alive

SLEEPY = Terms(sleep_after=3600.0)


class Sleepy(Hosted):
    """A node whose plugins wait for calls; a plugin may be named `folder#any`, so that there are many."""

    def __init__(self, tmp_path: Any, *, places: int = 2, **more: Any) -> None:
        self.places = places  # starts at once
        self.terms: dict[str, Terms] = {}
        self.asked: list[str] = []  # what has been prepared, by its whole name
        self.more: dict[str, Any] = {"terms": SLEEPY, "line": Line(seconds=60), **more}
        super().__init__(tmp_path)
        self.read = lambda: {name: self.terms.get(name, self.more["terms"]) for name in self.wishes}
        self.router = Router(self.node, self.cluster, Links(key=b"k", session_limit=1 << 20))

    def launching(self, node):
        options = {"answer": lambda *_: None, "start_timeout": 60}
        return Launching(self.prepare_now, Gate(self.places), options, node.nudge, **self.more)

    def real_plugin(self, plugin, heard, cancelled) -> Prepared:
        self.asked.append(plugin)
        made: Prepared = super().real_plugin(plugin.partition("#")[0], heard, cancelled)
        return made

    async def call(self, plugin: str, tool: str = "echo", **parameters: Any) -> Any:
        session = sdk.tool(tool, **({"text": "hi"} | parameters))
        session.plugin = plugin
        return [frame async for batch in self.router.stream(session) for frame in batch]


async def test_after_a_restart_all_sleep_and_the_first_call_is_served_first(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.wish(*(f"echo#{number}" for number in range(50)))
        await hosted.until("echo#49", "asleep")
        assert {keeper.state for keeper in hosted.node.keepers.values()} == {"asleep"}
        assert hosted.node.keepers["echo#7"].reason == warming.UNTOUCHED
        assert (await hosted.call("echo#49"))[-1][0] == END
        assert hosted.asked == ["echo#49"], "nothing else has been started"


async def test_background_starts_stand_back_for_who_is_called(tmp_path):
    async with Sleepy(tmp_path, terms=Terms()) as hosted:
        hosted.wish(*(f"echo#{number}" for number in range(8)))
        await hosted.until("echo#7", "pending", "starting", "running")
        last = max(hosted.node.keepers.values(), key=lambda one: (one.state == "pending", one.plugin)).plugin
        assert (await hosted.call(last))[-1][0] == END
        states = [keeper.state for keeper in hosted.node.keepers.values()]
        assert states.count("running") < 8, "it was not the last to come up"


async def test_what_was_called_lately_is_warmed_in_order_of_use(tmp_path):
    async with Sleepy(tmp_path, places=1, warm=2) as hosted:
        now = time.time()
        for number in range(4):
            hosted.terms[f"echo#{number}"] = Terms(sleep_after=3600, used=now - 600 + number)
        hosted.terms["echo#old"] = Terms(sleep_after=3600, used=now - 7200)
        hosted.wish(*hosted.terms)
        await hosted.until("echo#3", "running")
        await hosted.until("echo#2", "running")
        assert hosted.asked == ["echo#3", "echo#2"]
        assert {hosted.node.keepers[name].state for name in ("echo#0", "echo#1", "echo#old")} == {"asleep"}


async def test_one_is_warmed_however_long_ago_it_was_called(tmp_path):
    async with Sleepy(tmp_path, warm=2) as hosted:
        for number in range(3):
            hosted.terms[f"echo#{number}"] = Terms(sleep_after=3600, used=float(number))
        hosted.wish(*hosted.terms)
        await hosted.until("echo#2", "running")
        assert hosted.asked == ["echo#2"]


async def test_what_is_always_on_starts_by_itself_and_says_why(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.terms["echo"] = Terms(sleep_after=3600, always=True)
        hosted.wish("echo")
        keeper = await hosted.until("echo", "running")
        assert keeper.reason == "It is to be always on."


async def test_terms_that_change_wake_it(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        hosted.terms["echo"] = Terms(sleep_after=3600, always=True)
        hosted.wish("echo")
        await hosted.until("echo", "running")


async def test_many_callers_wake_it_once(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        answers = await asyncio.gather(*(hosted.call("echo") for _ in range(20)))
        assert {frames[-1][0] for frames in answers} == {END}
        assert hosted.asked == ["echo"]


async def test_a_failed_wake_tells_all_who_wait_why(tmp_path):
    async with Sleepy(tmp_path) as hosted:
        hosted.prepare = failing_slowly
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        began = time.monotonic()
        told = await asyncio.gather(*(hosted.call("echo") for _ in range(10)), return_exceptions=True)
        assert time.monotonic() - began < 20, "nobody waits for the next try until the line is over"
        assert {type(one) for one in told} == {Unavailable}
        assert all("its wheel is missing" in str(one) for one in told)


def slowly(hosted: Sleepy) -> Callable[..., Prepared]:
    def prepare(*given: Any) -> Prepared:
        time.sleep(2)
        return hosted.real_plugin(*given)

    return prepare


def failing_slowly(*_: Any) -> Prepared:
    time.sleep(0.3)
    raise StartFailed("its wheel is missing")


async def test_a_full_queue_is_told_to_come_back(tmp_path):
    async with Sleepy(tmp_path, line=Line(most=3, seconds=60)) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        told = await asyncio.gather(*(hosted.call("echo") for _ in range(8)), return_exceptions=True)
        refused = [one for one in told if isinstance(one, Busy)]
        assert len(refused) == 5
        assert (refused[0].status, refused[0].retry_after) == (429, 5)
        assert sum(isinstance(one, list) and one[-1][0] == END for one in told) == 3
        assert hosted.node.keepers["echo"].calls.waiting == 0


async def test_who_waits_too_long_is_told_how_far_it_is(tmp_path):
    async with Sleepy(tmp_path, line=Line(most=3, seconds=0.5)) as hosted:
        hosted.prepare = slowly(hosted)
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        with pytest.raises(Unavailable, match=r"not running \(starting\)"):
            await hosted.call("echo")


async def test_it_falls_asleep_when_nobody_calls(tmp_path):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=1.0)) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        await hosted.call("echo")
        pid = hosted.pid("echo")
        keeper = await hosted.until("echo", "asleep")
        assert not alive(pid)
        assert keeper.reason == "Nobody has called it for 1 s; the next call wakes it."
        assert keeper.observed("n1").pid == 0
        assert (await hosted.call("echo"))[-1][0] == END


async def test_a_call_in_flight_keeps_it_awake(tmp_path):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=0.4)) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "asleep")
        call = asyncio.create_task(hosted.call("echo", "sleep", seconds=3))
        await hosted.until("echo", "running")
        pid = hosted.pid("echo")
        assert (await call)[-1][0] == END
        assert pid == hosted.pid("echo") or hosted.node.keepers["echo"].state in ("stopping", "asleep")


@pytest.mark.parametrize("work", ["child", "listen", "connect", "thread", "busy"])
async def test_a_plugin_that_works_by_itself_stays_awake_and_says_why(tmp_path, work):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=2.0)) as hosted:
        hosted.wish("restless")
        await hosted.until("restless", "asleep")
        await hosted.call("restless", "work", how=work, provider="restless")
        expected = {"child": "1 process", "listen": "listens on 127.0.0.1", "connect": "connected to 127.0.0.1"}
        expected |= {"thread": "1 thread", "busy": "% of a core"}
        keeper = hosted.node.keepers["restless"]
        async with asyncio.timeout(40):
            while expected[work] not in keeper.reason:
                assert keeper.state == "running", keeper.reason
                await asyncio.sleep(0.1)
        assert keeper.observed("n1").reason.startswith("It stays awake: ")


async def test_who_said_when_it_sleeps_is_obeyed(tmp_path):
    async with Sleepy(tmp_path, terms=Terms(sleep_after=1.0, forced=True)) as hosted:
        hosted.wish("restless")
        await hosted.until("restless", "asleep")
        await hosted.call("restless", "work", how="listen", provider="restless")
        await hosted.until("restless", "asleep")


async def test_the_idlest_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(warming, "SETTLED", 0.3)
    async with Sleepy(tmp_path) as hosted:
        hosted.node.launching.headroom.most = 2
        hosted.wish("echo#1", "echo#2", "echo#3")
        await hosted.until("echo#3", "asleep")
        for name in ("echo#1", "echo#2"):
            await hosted.call(name)
        await asyncio.sleep(0.5)
        assert (await hosted.call("echo#3"))[-1][0] == END
        assert hosted.node.keepers["echo#1"].state == "asleep"
        assert "make room" in hosted.node.keepers["echo#1"].reason
        assert hosted.node.keepers["echo#2"].state == "running"


async def test_where_nobody_makes_room_the_caller_hears_it(tmp_path):
    async with Sleepy(tmp_path, line=Line(most=9, seconds=3.0)) as hosted:
        hosted.node.launching.headroom.most = 1
        hosted.terms["echo#1"] = Terms(always=True)
        hosted.wish("echo#1", "echo#2")
        await hosted.until("echo#1", "running")
        with pytest.raises(Unavailable, match="waits for room: this node runs 1 processes"):
            await hosted.call("echo#2")


async def test_another_node_takes_over_what_sleeps_without_starting_it(tmp_path):
    cluster = MemoryCluster()
    first = Sleepy(tmp_path / "a")
    second = Sleepy(tmp_path / "b")
    for hosted, name in ((first, "n1"), (second, "n2")):
        hosted.cluster = hosted.node.cluster = cluster
        object.__setattr__(hosted.node.options.info, "id", name)
    async with first:
        first.wishes = second.wishes = {"echo#1", "echo#2"}
        cluster.bump()
        first.node.nudge()
        await first.until("echo#2", "asleep")
        async with second:
            cluster.drain("n1", on=True)
            async with asyncio.timeout(60):
                while set(cluster.holders().values()) != {"n2"}:
                    await asyncio.sleep(0.1)
        assert first.asked + second.asked == []


async def test_a_start_that_hangs_gives_its_place_back():
    gate = Gate(1, place_for=1.0)
    order: list[str] = []
    over = asyncio.Event()

    async def hang() -> None:
        async with gate.place(lambda: False):
            await over.wait()
            order.append("hung")

    async def short(name: str, *, urgent: bool) -> None:
        async with gate.place(lambda: urgent):
            order.append(name)

    hanging = asyncio.create_task(hang())
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(short("warm", urgent=False)), asyncio.create_task(short("called", urgent=True))]
    given_up = asyncio.create_task(short("gone", urgent=True))
    await asyncio.sleep(0.05)
    given_up.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
    over.set()
    await hanging
    assert order == ["called", "warm", "hung"]
    assert gate.free == 1


async def test_descriptors_and_memory_stay_flat_while_it_sleeps_and_wakes(tmp_path):
    """A short version of `make soak`."""
    async with Sleepy(tmp_path, terms=SLEEPY) as hosted:
        hosted.wish("echo")
        keeper = await hosted.until("echo", "asleep")
        counts = []
        for _ in range(5):
            assert (await hosted.call("echo"))[-1][0] == END
            await keeper.sleep("once more")
            counts.append(descriptors())
        async with asyncio.timeout(30):  # threads may be reading something just now
            while descriptors() > counts[1]:
                await asyncio.sleep(0.05)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
