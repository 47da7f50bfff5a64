"""A plugin on trial: it runs while somebody installs it, and what becomes of it afterwards the rows decide."""

import asyncio
import threading
import time

import pytest

from runtime.cluster import MemoryCluster
from runtime.errors import Interrupted, StartFailed
from runtime.launching import Progress
from tests.programs import until
from tests.runtime.hosted import Hosted


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
        await until(lambda: len(seen) >= 2)
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


async def test_a_failed_trial_says_why_and_does_not_start_a_second_time(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "no such package"
        with pytest.raises(StartFailed, match="no such package"):
            await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        hosted.node.end_trial("echo")
        await hosted.until("echo", "absent")
        assert hosted.prepared == ["echo"]


async def test_a_failed_trial_waits_for_the_word_of_whoever_tried_it(tmp_path):
    async with Hosted(tmp_path) as hosted:
        hosted.trouble = "broken"
        with pytest.raises(StartFailed):
            await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        hosted.node.keepers["echo"].next_try = time.monotonic()
        await asyncio.sleep(1.5)
        assert hosted.prepared == ["echo"]
        hosted.trouble = ""
        await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        assert hosted.node.keepers["echo"].state == "running"


async def test_a_turn_does_not_begin_a_trial_that_is_still_being_claimed(tmp_path, monkeypatch):
    cluster = MemoryCluster()
    hosted = Hosted(tmp_path, cluster)
    hosted.trouble = "broken"
    claim, turn, turned = cluster.claim, hosted.node.turn, threading.Event()

    async def told():
        await turn()
        turned.set()

    def answered_late(plugins, node_id):
        """What the claim of the trial found arrives when two turns have begun after it."""
        found = claim(plugins, node_id)
        if plugins != ["echo"]:
            return found
        monkeypatch.setattr(cluster, "claim", claim)
        for _ in range(2):
            turned.clear()
            hosted.node.nudge()
            assert turned.wait(10)
        return found

    monkeypatch.setattr(hosted.node, "turn", told)
    async with hosted:
        monkeypatch.setattr(cluster, "claim", answered_late)
        with pytest.raises(StartFailed, match="broken"):
            await asyncio.to_thread(hosted.node.bring_up, "echo", lambda _: None)
        hosted.node.end_trial("echo")
        await hosted.until("echo", "absent")
        assert hosted.prepared == ["echo"]


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
        await until(lambda: "echo" in hosted.node.trials)
    async with asyncio.timeout(20):
        with pytest.raises(Interrupted):
            await waiting
