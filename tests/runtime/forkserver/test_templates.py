"""A plugin held before its loop: instances of it are as good as any, and it is made, refused and dropped for reasons."""

import asyncio
import os
import shutil
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from runtime.backends.local import LocalBackend
from runtime.forkserver import Forking, ForkOptions, TemplateOptions
from runtime.forkserver.server import Control
from runtime.forkserver.templates import Template
from runtime.wire import END
from tests import sdk
from tests.runtime.forkserver.test_life import state

AT_ONCE = TemplateOptions(slow=0.0)


@pytest.fixture
async def forking():
    made = Forking(ForkOptions(templates=AT_ONCE))
    yield made
    await made.close()


async def made(forking: Forking) -> None:
    """Waits until all templates stand, or are refused."""
    await asyncio.sleep(0)
    await asyncio.gather(*forking.templates.making.values())


async def up(forking: Forking, name: str = "echo", **options) -> LocalBackend:
    plugin = sdk.backend(name, spawner=forking, **options)
    await plugin.start()
    return plugin


async def test_instances_of_a_template_come_up_at_once_and_answer(forking):
    first = await up(forking)
    await made(forking)
    assert first.process.how.startswith("forked from a process with its SDK")
    began = time.monotonic()
    others = await asyncio.gather(*(up(forking) for _ in range(4)))
    took = (time.monotonic() - began) / 4
    assert [one.process.how for one in others] == ["forked from its template, which has come up already"] * 4
    for number, plugin in enumerate(others):
        assert "cancel" in plugin.patches
        frames = await sdk.frames_of(plugin, sdk.tool("echo", text=f"instance {number}"))
        assert f"instance {number}".encode() in frames[0][1]
        assert (await sdk.frames_of(plugin, sdk.tool("stream", count=50)))[-1][0] == END
    await asyncio.gather(*(plugin.stop(0) for plugin in (first, *others)))
    assert took < 3, "tens of milliseconds on a quiet machine"


async def test_it_says_what_a_plugin_says_when_it_starts(forking):
    logs = [sdk.Log(), sdk.Log()]
    first = await up(forking, log=logs[0])
    await made(forking)
    second = await up(forking, log=logs[1])
    kept = [[line for line in log if not line[1].startswith("It is ")] for log in logs]
    assert kept[0] == kept[1]
    assert ("INFO", "Installed tool: echo") in kept[1]
    mine, theirs = [await sdk.frames_of(plugin, sdk.tool("whoami")) for plugin in (first, second)]
    told = [orjson.loads(frames[0][1])["message"]["json_object"] for frames in (mine, theirs)]
    assert [one["pid"] == one["pgid"] for one in told] == [True, True]
    same = ("ppid", "cwd", "python", "prefix", "environment", "uid")
    assert [told[0][name] for name in same] == [told[1][name] for name in same]
    await asyncio.gather(first.stop(0), second.stop(0))


async def test_instances_outlive_their_template(forking):
    first = await up(forking)
    await made(forking)
    second = await up(forking)
    (template,) = forking.templates.ready.values()
    os.kill(template.pid, signal.SIGKILL)
    third = await up(forking)
    assert third.process.how.startswith("forked from a process with its SDK")
    for plugin in (first, second, third):
        assert (await sdk.frames_of(plugin, sdk.tool("echo", text="here")))[-1][0] == END
    await asyncio.gather(*(plugin.stop(0) for plugin in (first, second, third)))
    await made(forking)
    assert state(template.pid) == ""


def changed(folder: Path, *lines: str) -> Path:
    """A copy of `echo` whose program begins with these lines."""
    shutil.copytree(sdk.PLUGINS / "echo", folder)
    main = folder / "main.py"
    main.write_text("\n".join(["import dify_plugin", *lines, main.read_text()]))
    return folder


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["import socket", "kept = socket.socket()"], "it has opened a socket"),
        (["kept = open('log', 'w')"], "it has opened "),
        (["import gevent", "gevent.get_hub().threadpool.apply(int)"], "it has 2 threads"),
    ],
)
async def test_what_holds_something_open_is_not_held(forking, tmp_path, lines, why):
    folder = changed(tmp_path / "open", *lines)
    plugin = await up(forking, folder=folder)
    await made(forking)
    assert forking.templates.ready == {}
    ((_, refused),) = forking.templates.refused.values()
    assert refused.startswith(why)
    again = await up(forking, folder=folder)
    assert again.process.how.startswith("forked from a process with its SDK")
    await asyncio.gather(plugin.stop(0), again.stop(0))


async def test_instances_do_not_share_their_randomness(forking, tmp_path):
    folder = changed(tmp_path / "dice", "import random", "dice = random.Random()")
    (folder / "tools" / "echo.py").write_text(
        "import random, sys\nfrom dify_plugin import Tool\n\n\nclass Echo(Tool):\n    def _invoke(self, tool_parameters):\n"
        "        dice = sys.modules['__main__'].dice\n"
        "        yield self.create_text_message(f'{dice.random()} {random.random()}')\n"
    )
    first = await up(forking, folder=folder)
    await made(forking)
    others = [await up(forking, folder=folder) for _ in range(3)]
    assert all("template" in one.process.how for one in others)
    said = [(await sdk.frames_of(one, sdk.tool("echo", text="t")))[0][1] for one in others]
    texts = [orjson.loads(payload)["message"]["text"].split() for payload in said]
    assert all(len(set(column)) == 3 for column in zip(*texts, strict=True))
    await asyncio.gather(*(plugin.stop(0) for plugin in (first, *others)))


async def test_another_environment_is_another_template(forking):
    first = await up(forking)
    await made(forking)
    variables = first.options.environment | {"MAX_WORKER": "10"}
    other = await up(forking, environment=variables)
    assert other.process.how.startswith("forked from a process with its SDK")
    await asyncio.gather(first.stop(0), other.stop(0))


async def test_only_what_is_slow_or_often_started_is_worth_one():
    forking = Forking(ForkOptions(templates=TemplateOptions(slow=60.0, often=3)))
    plugins = [await up(forking), await up(forking)]
    await made(forking)
    assert forking.templates.ready == {}
    plugins.append(await up(forking))
    await made(forking)
    assert len(forking.templates.ready) == 1
    await asyncio.gather(*(plugin.stop(0) for plugin in plugins))
    await forking.close()


@pytest.mark.parametrize("changes", [{"idle": 0.0}, {"reserve": 1 << 60}])
async def test_it_goes_when_nobody_asks_for_it_or_memory_is_short(forking, changes):
    plugin = await up(forking)
    await made(forking)
    (template,) = forking.templates.ready.values()
    forking.templates.options = replace(AT_ONCE, **changes)
    await forking.templates.look()
    async with asyncio.timeout(20):
        while forking.templates.ready or state(template.pid):
            await asyncio.sleep(0.02)
    assert plugin.alive
    await plugin.stop(0)


async def test_more_plugins_than_places_do_not_drive_each_other_out(tmp_path):
    forking = Forking(ForkOptions(templates=replace(AT_ONCE, most=1)))
    folders = [changed(tmp_path / name) for name in ("first", "second")]
    plugins = [await up(forking, folder=folders[0])]
    await made(forking)
    (template,) = forking.templates.ready.values()
    plugins.append(await up(forking, folder=folders[1]))
    await made(forking)
    assert list(forking.templates.ready.values()) == [template]
    forking.templates.options = replace(AT_ONCE, most=1, settled=0.0)
    plugins.append(await up(forking, folder=folders[1]))
    await made(forking)
    ((key, other),) = forking.templates.ready.items()
    assert (key[0], other is template) == (str(folders[1]), False)
    async with asyncio.timeout(20):
        while state(template.pid):
            await asyncio.sleep(0.02)
    await asyncio.gather(*(plugin.stop(0) for plugin in plugins))
    await forking.close()


async def test_none_where_none_are_wanted():
    forking = Forking(ForkOptions(templates=TemplateOptions(most=0, slow=0.0)))
    plugin = await up(forking)
    await made(forking)
    assert forking.templates.ready == {}
    await plugin.stop(0)
    await forking.close()


async def test_ended_twice_it_is_killed_once(monkeypatch):
    """Its number may be somebody else's by then."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.posix_spawn("/bin/sleep", ["sleep", "600"], os.environ)  # noqa: ASYNC221 - nobody waits for it here
    killed, kill = [], os.kill

    def counted(*given):
        killed.append(given)
        kill(*given)

    monkeypatch.setattr(os, "kill", counted)
    with theirs:
        template = Template(pid, Control(ours))
        await asyncio.gather(template.end(), template.end())
        await template.end()
    assert killed == [(pid, signal.SIGKILL)]
