"""Who lives and who ends: fork-servers, their children, the host; nothing is left behind, and nobody waits for ever."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from runtime.errors import StartFailed
from runtime.forkserver import Forking, ForkOptions, pool
from runtime.forkserver import server as serving
from runtime.forkserver.pool import Serving
from runtime.wire import END
from tests import sdk
from tests.places import ROOT
from tests.programs import SOON, wait_until
from tests.runtime.forkserver.programs import launch_of, program, ran


def servers_of(forking: Forking) -> list[Serving]:
    return [one for ones in forking.servers.values() for one in ones]


def state(pid: int) -> str:
    """As in ps: R, S, Z …; empty for none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


async def test_children_outlive_their_fork_server_and_the_next_one_comes_from_another(forking):
    first = sdk.backend("echo", spawner=forking)
    await first.start()
    (one,) = servers_of(forking)
    os.kill(one.server.pid, signal.SIGKILL)
    async with asyncio.timeout(SOON):
        while servers_of(forking):
            await asyncio.sleep(0.01)
    second = sdk.backend("echo", spawner=forking)
    await second.start()
    assert first.forked
    assert second.forked
    for plugin in (first, second):
        frames = await sdk.frames_of(plugin, sdk.tool("echo", text="still here"))
        assert b"still here" in frames[0][1]
        await plugin.stop(0)
        assert state(plugin.pid) == ""
    assert state(one.server.pid) == ""


async def test_one_that_hangs_costs_a_process_of_its_own(forking, monkeypatch, tmp_path):
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    await ran(forking, launch)
    (one,) = servers_of(forking)
    monkeypatch.setattr(serving, "ANSWERS_WITHIN", 0.5)
    os.kill(one.server.pid, signal.SIGSTOP)
    done = await ran(forking, launch)
    assert done.how == "a process of its own: the fork-server has ended"
    async with asyncio.timeout(SOON):
        while state(one.server.pid):
            await asyncio.sleep(0.02)


async def test_a_caller_that_leaves_while_it_is_forked_leaves_nothing(forking, tmp_path):
    launch = launch_of(program(tmp_path / "idle", "import time\nimport dify_plugin\ntime.sleep(60)\n"))
    await asyncio.to_thread((await forking.spawn(launch)).discard)
    before = children()
    for pause in (0, 0, 0.001, 0.003, 0.01):
        spawning = asyncio.ensure_future(forking.spawn(launch))
        await asyncio.sleep(pause)
        spawning.cancel()
        await asyncio.wait([spawning])
        if not spawning.cancelled():  # it was quicker
            await asyncio.to_thread(spawning.result().discard)
    async with asyncio.timeout(30):
        while children() - before:
            await asyncio.sleep(0.02)


def descriptors(pid: int | str) -> set[str]:
    """Number and target of each that is open. What other tests have left may be closed meanwhile, so what is new counts."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(f"{entry.name} {entry.readlink()}")
    return found


def children() -> set[int]:
    """Of any of our threads."""
    files = Path("/proc/self/task").glob("*/children")
    return {int(pid) for file in files for pid in file.read_text().split()}


async def test_neither_descriptors_nor_zombies_are_left(forking, tmp_path):
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    await ran(forking, launch)
    before, open_before = children(), descriptors("self")
    for _ in range(20):
        done = await ran(forking, launch)
        assert (done.status, done.how[:6]) == (0, "forked")
    async with asyncio.timeout(SOON):
        while children() - before or new_descriptors(open_before):
            await asyncio.sleep(0.02)
    (one,) = servers_of(forking)
    assert len(descriptors(one.server.pid)) < 10


def new_descriptors(before: set[str]) -> set[str]:
    """Without that of the folder that is being read."""
    return {one for one in descriptors("self") - before if "/proc/" not in one}


async def test_many_at_once_share_one_fork_server(forking):
    plugins = [sdk.backend("echo", spawner=forking) for _ in range(8)]
    await asyncio.gather(*(plugin.start() for plugin in plugins))
    assert len(servers_of(forking)) == 1
    assert len({plugin.pid for plugin in plugins}) == 8
    assert all(plugin.forked for plugin in plugins)
    await asyncio.gather(*(plugin.stop(0) for plugin in plugins))


async def test_the_loop_goes_on_while_a_fork_server_starts(forking):
    plugin = sdk.backend("echo", spawner=forking)
    starting = asyncio.ensure_future(plugin.start())
    longest, began = 0.0, time.monotonic()
    last = began
    while not starting.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    took = time.monotonic() - began
    await plugin.stop(0)
    assert longest < max(0.5, took / 2), "a busy machine stretches both; importing the SDK in the loop is most of it"


async def test_one_that_is_not_used_is_ended():
    forking = Forking(ForkOptions(idle=1.0))
    plugin = sdk.backend("echo", spawner=forking)
    await plugin.start()
    assert plugin.forked
    pid = forking.used[str(plugin.options.folder)].pid
    async with asyncio.timeout(30):
        while servers_of(forking) or state(pid):
            await asyncio.sleep(0.05)
    assert plugin.alive
    await plugin.stop(0)
    await forking.close()


async def test_the_end_of_the_host_waits_for_one_that_has_just_ended(tmp_path, monkeypatch):
    forking = Forking()
    await ran(forking, launch_of(program(tmp_path / "short", "import dify_plugin\n")))
    (one,) = servers_of(forking)
    server, wait, gone = one.server, one.server.process.wait, threading.Event()

    def waiting() -> int:
        gone.wait(SOON)
        return wait()

    monkeypatch.setattr(server.process, "wait", waiting)
    os.kill(server.pid, signal.SIGKILL)
    async with asyncio.timeout(SOON):
        while servers_of(forking):
            await asyncio.sleep(0)
    closing = asyncio.ensure_future(forking.close())
    await asyncio.wait([closing], timeout=0.1)
    assert not closing.done()
    gone.set()
    await closing
    assert server.last_words.closed


async def test_what_it_has_open_is_closed_though_its_end_is_cancelled(tmp_path):
    forking = Forking()
    await ran(forking, launch_of(program(tmp_path / "short", "import dify_plugin\n")))
    (one,) = servers_of(forking)
    ending = asyncio.ensure_future(one.server.end())
    await asyncio.sleep(0)
    ending.cancel()
    await asyncio.wait([ending])
    assert one.server.last_words.closed
    await forking.close()
    assert state(one.server.pid) == ""


async def test_no_more_than_so_many_at_once():
    forking = Forking(ForkOptions(most=1))
    first, second = sdk.backend("echo", spawner=forking), sdk.backend("echo_old", spawner=forking)
    await first.start()
    await second.start()
    assert first.forked
    assert second.forked
    async with asyncio.timeout(SOON):
        while len(servers_of(forking)) != 1:
            await asyncio.sleep(0.02)
    await asyncio.gather(first.stop(0), second.stop(0))
    await forking.close()


PICKY = """
import sys
if "patchbay_companion.serving" in sys.modules:
    sys.exit("this one does not want to be a copy")
from dify_plugin import DifyPluginEnv, Plugin
Plugin(DifyPluginEnv()).run()
"""


async def test_what_does_not_come_up_as_a_fork_gets_a_process_of_its_own(forking, tmp_path):
    folder = tmp_path / "picky"
    shutil.copytree(sdk.PLUGINS / "echo", folder)
    (folder / "main.py").write_text(PICKY)
    for _ in range(2):
        plugin = sdk.backend("echo", spawner=forking, folder=folder)
        await plugin.start()
        assert not plugin.forked
        assert "it did not come up as a fork" in plugin.process.how
        assert "this one does not want to be a copy" in plugin.process.how
        assert (await sdk.frames_of(plugin, sdk.tool("echo", text="here")))[-1][0] == END
        await plugin.stop(0)


async def test_a_plugin_that_fails_in_both_ways_says_what_it_says_by_itself(forking):
    plugin = sdk.backend("liar", spawner=forking)
    with pytest.raises(StartFailed, match="status 1"):
        await plugin.start()
    assert forking.distrusted == {}, "it is the plugin's own fault"


HOST = """
import asyncio, os, sys
import django; django.setup()
from runtime.forkserver import Forking
from tests import sdk

async def main():
    forking = Forking()
    plugins = [sdk.backend("echo", spawner=forking) for _ in range(3)]
    for plugin in plugins:
        await plugin.start()
        assert plugin.forked
    print(*[one.server.pid for ones in forking.servers.values() for one in ones], *[one.pid for one in plugins], flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_nothing_outlives_the_host():
    variables = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, cwd=ROOT, env=variables) as host:
        assert host.stdout is not None
        pids = [int(pid) for pid in host.stdout.readline().split()]
        assert len(pids) == 4
        os.kill(host.pid, signal.SIGKILL)
    wait_until(lambda: not any(state(pid) not in ("", "Z") for pid in pids), what="all end with the host")


async def test_environments_that_forks_came_from_are_kept(forking, monkeypatch):
    plugin = sdk.backend("echo", spawner=forking)
    await plugin.start()
    facts = sdk.environment_for("echo").path / "environment.json"
    os.utime(facts, (0, 0))
    monkeypatch.setattr(pool, "WANTED_EVERY", 0.0)
    await forking.look()
    assert facts.stat().st_mtime > time.time() - 60
    await plugin.stop(0)
