"""Faults of docs/lifecycle.md that have no place elsewhere: versions that follow rows, and starts that hold up nobody."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from runtime import preparing
from runtime.wire import END
from tests.runtime.hosted import Hosted, alive
from tests.runtime.test_on_demand import Sleepy


async def test_what_no_row_wants_ends_whatever_happened(tmp_path: Path) -> None:
    """A missed event, a turn that failed half way, a version that was left: the next turn sees only rows and processes."""
    async with Hosted(tmp_path) as hosted:
        hosted.prepare = lambda plugin, *more: hosted.real_plugin(plugin.partition(":")[0], *more)
        hosted.wish("echo:1", "echo:2")
        await hosted.until("echo:1", "running")
        await hosted.until("echo:2", "running")
        pid = hosted.pid("echo:1")
        hosted.wishes = {"echo:2"}  # nobody says that it has changed
        hosted.node.version = -1
        hosted.node.nudge()
        await hosted.until("echo:1", "absent")
        assert not alive(pid)
        assert hosted.node.keepers["echo:2"].state == "running"


async def test_an_upgrade_loses_no_call(tmp_path: Path) -> None:
    """The new version runs on trial, the rows change, the old one goes when its calls have ended."""
    async with Sleepy(tmp_path) as hosted:
        hosted.wish("echo#old")
        await hosted.until("echo#old", "asleep")
        version = "echo#old"
        over = False
        answers: list[Any] = []

        async def calling() -> None:
            while not over:
                answers.append((await hosted.call(version, "sleep", seconds=0.2))[-1][0])

        callers = [asyncio.create_task(calling()) for _ in range(3)]
        await hosted.until("echo#old", "running")
        await asyncio.to_thread(hosted.node.bring_up, "echo#new", lambda _: None)
        hosted.wish("echo#new")
        version = "echo#new"
        hosted.node.end_trial("echo#new")
        await hosted.until("echo#old", "absent")
        assert hosted.node.keepers["echo#new"].state == "running"
        over = True
        await asyncio.gather(*callers)
        assert set(answers) == {END}
        assert len(answers) > 6


async def test_a_long_install_holds_up_nobody_who_is_called(tmp_path: Path) -> None:
    """Environments of many plugins are being built for minutes; a plugin that is ready answers meanwhile."""
    release = threading.Event()
    async with Sleepy(tmp_path) as hosted:

        def prepare(plugin: str, *more: Any) -> Any:
            if plugin != "echo":
                release.wait(120)
            return hosted.real_plugin(plugin, *more)

        hosted.prepare = prepare
        hosted.wish("echo", *(f"echo#{number}" for number in range(8)))
        await hosted.until("echo#7", "asleep")
        building = [asyncio.create_task(hosted.call(f"echo#{number}")) for number in range(8)]
        await hosted.until("echo#7", "starting")
        try:
            async with asyncio.timeout(60):
                assert (await hosted.call("echo"))[-1][0] == END
        finally:
            release.set()
            for task in building:
                task.cancel()
            await asyncio.gather(*building, return_exceptions=True)


def test_the_sdk_waits_as_long_as_the_server(settings: Any, tmp_path: Path) -> None:
    settings.PLUGIN_MAX_EXECUTION_TIMEOUT = 1234
    folders = (tmp_path / "plugin", tmp_path / "home", tmp_path / "tmp")
    variables = preparing.plugin_environment(folders, tmp_path / "bin" / "python", "marker")
    assert variables["MAX_INVOCATION_TIMEOUT"] == variables["MAX_REQUEST_TIMEOUT"] == "1234"
