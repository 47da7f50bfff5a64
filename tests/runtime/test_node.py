"""The node converges: what is wished runs, what is not ends, what fails says why and is tried again."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway

from runtime import keeper as keeping
from runtime import reverse
from runtime.cluster import MemoryCluster, NodeInfo, PluginState
from runtime.errors import Interrupted, StartFailed
from runtime.gate import Gate
from runtime.keeper import pause_after
from runtime.launching import Launching, Prepared, Progress
from runtime.node import Node, NodeOptions
from runtime.wire import END
from tests import places, sdk
from tests.programs import SOON


class Hosted:
    """A node with wishes in a set; `names` maps a plugin to the folder that stands for its package."""

    def __init__(self, tmp_path, cluster=None, name="n1", **options):
        self.wishes: set[str] = set()
        self.cluster = cluster or MemoryCluster()
        self.prepared: list[str] = []
        self.trouble = ""
        self.read: Callable[[], Any] = lambda: set(self.wishes)
        self.prepare: Callable[..., Any] = self.real_plugin
        info = NodeInfo(name, "here", "")
        self.node = Node(
            NodeOptions(
                info=info,
                wishes=self.now_wished,
                forget=lambda: None,
                logs=tmp_path / "logs",
                stop_grace=0.2,
                **options,
            ),
            self.cluster,
            self.launching,
        )

    def launching(self, node):
        options = {"answer": reverse.answer, "start_timeout": 60}
        return Launching(self.prepare_now, Gate(2), options, node.nudge)

    def now_wished(self):
        return self.read()

    def prepare_now(self, *given):
        return self.prepare(*given)

    def real_plugin(self, plugin, heard, cancelled):
        self.prepared.append(plugin)
        heard(Progress("install", 50, "half way"))
        if self.trouble:
            raise StartFailed(self.trouble)
        python = sdk.python_for(plugin)
        variables = {"PATH": "/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": sdk.MARKER}
        return Prepared([str(python), "-m", "main"], sdk.PLUGINS / plugin, variables)

    def wish(self, *plugins):
        self.wishes = set(plugins)
        self.cluster.bump()
        self.node.nudge()

    def pid(self, plugin: str) -> int:
        backend = self.node.keepers[plugin].backend
        return backend.pid if backend else 0

    async def until(self, plugin, *states, seconds=60):
        async with asyncio.timeout(seconds):
            while True:
                keeper = self.node.keepers.get(plugin)
                if (keeper.state if keeper else "absent") in states:
                    return keeper
                await asyncio.sleep(0.02)

    async def __aenter__(self):
        self.task = asyncio.create_task(self.node.run())
        await self.node.ready.wait()
        return self

    async def __aexit__(self, *_):
        await self.node.stop()
        await self.task


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_wish_runs_until_it_is_withdrawn(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.wish("echo")
        keeper = await hosted.until("echo", "running")
        pid = keeper.backend.pid
        assert hosted.cluster.holder("echo").id == "n1"
        hosted.wish()
        await hosted.until("echo", "absent")
        assert not alive(pid)
        assert hosted.cluster.holder("echo") is None


async def test_a_killed_plugin_runs_again_within_two_seconds(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.wish("echo")
        keeper = await hosted.until("echo", "running")
        first = keeper.backend.pid
        started = time.monotonic()
        os.kill(first, signal.SIGKILL)
        await hosted.until("echo", "starting")
        noticed = time.monotonic() - started
        await hosted.until("echo", "running")
        took = time.monotonic() - started
        assert keeper.backend.pid != first
        assert keeper.restarts == 1
        assert "SIGKILL" in "".join(line.text for line in keeper.log.lines)
        assert noticed < SOON, "nobody waits for the next pause"
        idle = places.worker() == "main" and os.getloadavg()[0] < (os.cpu_count() or 1) / 2
        assert took < (2 if idle else 60), "two seconds is for an idle machine, on which no other tests run"


async def test_a_failing_start_says_why_and_waits_longer_each_time(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "the wheel of x could not be fetched"
        hosted.wish("echo")
        keeper = await hosted.until("echo", "backoff")
        assert keeper.reason == "the wheel of x could not be fetched"
        async with asyncio.timeout(60):
            while keeper.failures < 3:
                await asyncio.sleep(0.05)
        hosted.trouble = ""
        keeper.retry_now()
        hosted.node.nudge()
        await hosted.until("echo", "running")


def test_pauses_grow_to_a_minute():
    assert [pause_after(n) for n in (1, 2, 3, 4, 9, 15)] == [0.0, 1.0, 2.0, 4.0, 60.0, 60.0]


async def test_it_gives_up_until_somebody_asks(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "GIVE_UP_AFTER", 2)
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "broken"
        hosted.wish("echo")
        keeper = await hosted.until("echo", "failed")
        hosted.trouble = ""
        await keeper.restart()
        await hosted.until("echo", "running")


@pytest.mark.parametrize("state", ["starting", "stopping"])
async def test_a_restart_goes_on_when_whoever_asked_has_left(tmp_path, state):
    """Left half way it was neither stopped nor started, for ever."""
    release = threading.Event()
    async with Hosted(tmp_path) as hosted:

        def prepare(*given):
            release.wait(120)
            return hosted.real_plugin(*given)

        hosted.prepare = prepare
        hosted.wish("echo")
        keeper, pid = await hosted.until("echo", "starting"), 0
        if state == "stopping":
            release.set()
            await hosted.until("echo", "running")
            pid = hosted.pid("echo")
            keeper.fleet.stop = slowly(keeper.fleet.stop)
        asking = asyncio.create_task(keeper.restart())
        await hosted.until("echo", state)
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        release.set()
        await hosted.until("echo", "stopped", "pending", "starting", "running")
        await hosted.until("echo", "running")
        assert not pid or not alive(pid)


def slowly(stop):
    async def stopped(grace):
        await asyncio.sleep(0.1)
        await stop(grace)

    return stopped


async def test_a_trial_runs_and_ends(tmp_path):
    news: list[Progress] = []
    async with Hosted(tmp_path) as hosted:
        await asyncio.to_thread(hosted.node.bring_up, "echo", news.append)
        assert hosted.node.keepers["echo"].state == "running"
        assert [step.step for step in news] == ["install", "start"]
        hosted.node.end_trial("echo")
        await hosted.until("echo", "absent")


async def test_a_trial_that_is_installed_goes_on(tmp_path):
    async with Hosted(tmp_path) as hosted:
        await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        pid = hosted.pid("echo")
        hosted.wishes = {"echo"}
        hosted.node.end_trial("echo")
        await asyncio.sleep(1.5)
        assert hosted.pid("echo") == pid


async def test_a_trial_that_ends_while_rows_are_read_goes_on(tmp_path):
    """The installer commits and leaves between the reading of the rows and the claim."""
    hosted = Hosted(tmp_path)
    seen: list[set[str]] = []

    def stale_once():
        """What was read just before the installer wrote its rows and left; from then on what he wrote."""
        seen.append(set(hosted.wishes))
        if len(seen) == 1:
            hosted.wishes = {"echo"}
            hosted.cluster.bump()
            hosted.node.end_trial("echo")
            time.sleep(0.1)
        return seen[-1]

    async with hosted:
        await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        pid = hosted.pid("echo")
        hosted.read = stale_once
        hosted.cluster.bump()
        hosted.node.nudge()
        async with asyncio.timeout(30):
            while len(seen) < 2:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.5)
        assert seen[:2] == [set(), {"echo"}]
        assert hosted.pid("echo") == pid


async def test_a_trial_right_after_the_end_of_another(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "running")
        hosted.wish()
        await hosted.until("echo", "stopping", "absent")
        await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        assert hosted.node.keepers["echo"].state == "running"
        hosted.node.end_trial("echo")


async def test_a_failed_trial_does_not_start_a_second_time(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "broken"
        with pytest.raises(StartFailed):
            await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        hosted.node.end_trial("echo")
        await hosted.until("echo", "absent")
        assert hosted.prepared == ["echo"]


async def test_a_trial_that_fails_raises_the_reason(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "no such package"
        with pytest.raises(StartFailed, match="no such package"):
            await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        hosted.node.end_trial("echo")
        await hosted.until("echo", "absent")


async def test_a_trial_is_interrupted_by_shutdown(tmp_path):
    release = threading.Event()
    hosted = Hosted(tmp_path)
    hosted.prepare = lambda plugin, heard, cancelled: release.wait(60)
    async with hosted:
        waiting = asyncio.create_task(asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None))
        await hosted.until("echo", "starting")
        release.set()
    with pytest.raises((Interrupted, StartFailed)):
        await waiting


async def test_who_waits_for_another_node_to_bring_it_up_hears_of_the_shutdown(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.cluster.take("echo", "another")  # and says nothing of it
        waiting = asyncio.create_task(asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None))
        async with asyncio.timeout(20):
            while "echo" not in hosted.node.trials:
                await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        with pytest.raises(Interrupted):
            await waiting


async def test_a_node_ends_also_when_nobody_can_be_told(tmp_path, caplog):
    class Away(MemoryCluster):
        def leave(self, node_id):
            raise RedisAway("connection refused")

    async with Hosted(tmp_path, cluster=Away()) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "running")
        pid = hosted.pid("echo")
    assert not alive(pid)
    assert "could not say that it leaves" in caplog.text


async def test_two_nodes_do_not_run_the_same_plugin(tmp_path):
    cluster = MemoryCluster()
    async with Hosted(tmp_path / "a", cluster, "n1") as first, Hosted(tmp_path / "b", cluster, "n2") as second:
        first.wishes = second.wishes = {"echo"}
        first.cluster.bump()
        first.node.nudge()
        second.node.nudge()
        async with asyncio.timeout(60):
            while not any(keeper.state == "running" for h in (first, second) for keeper in h.node.keepers.values()):
                await asyncio.sleep(0.05)
        assert len(first.node.keepers) + len(second.node.keepers) == 1
        holder, other = (first, second) if first.node.keepers else (second, first)
        assert await asyncio.to_thread(other.node.bring_up, "echo", lambda _: None) is None
        await holder.node.stop()
        await other.until("echo", "running")


async def test_calls_may_end_before_a_plugin_is_stopped(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.wish("echo")
        keeper = await hosted.until("echo", "running")
        call = asyncio.create_task(sdk.frames_of(keeper.backend, sdk.tool("sleep", seconds=1.5)))
        await asyncio.sleep(0.3)
        hosted.wish()
        await hosted.until("echo", "stopping")
        assert (await call)[-1][0] == END
        await hosted.until("echo", "absent")


async def test_states_are_told(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.wish("echo")
        await hosted.until("echo", "running")
        async with asyncio.timeout(30):
            while (state := hosted.cluster.states(["echo"]).get("echo")) is None or state.state != "running":
                await asyncio.sleep(0.05)
        assert isinstance(state, PluginState)
        assert state.node == "n1"
        assert state.memory > 10 << 20
