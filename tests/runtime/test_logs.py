"""What a plugin says is kept in memory and on the disk; a disk that is full holds up nobody."""

import asyncio
from pathlib import Path

import pytest

from runtime.logs import KEPT_LINES, PluginLog


async def test_lines_are_in_memory_and_in_the_file(tmp_path: Path) -> None:
    log = PluginLog(tmp_path / "deep" / "p.log")
    log("stderr", "one")
    log("INFO", "two")
    log.close()
    assert [(line.kind, line.text) for line in log.lines] == [("stderr", "one"), ("INFO", "two")]
    assert [line.split(" ", 1)[1] for line in log.path.read_text().splitlines()] == ["stderr one", "INFO two"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
async def test_a_full_disk_costs_the_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "p.log").symlink_to("/dev/full")
    log = PluginLog(tmp_path / "p.log")
    for number in range(KEPT_LINES + 5):
        log("host", "x" * 100 + str(number))  # of which none is left out, however many come in a second
        log.flush()
    log.close()
    assert len(log.lines) == KEPT_LINES
    assert log.lines[-1].text.endswith(str(KEPT_LINES + 4))


async def test_who_follows_hears_what_comes(tmp_path: Path) -> None:
    log = PluginLog(tmp_path / "p.log")
    log("stderr", "before")
    heard: list[str] = []

    async def follow() -> None:
        async for lines in log.follow(0):
            heard.extend(line.text for line in lines)
            if "after" in heard:
                return

    task = asyncio.ensure_future(follow())
    await asyncio.sleep(0)
    log("stderr", "after")
    async with asyncio.timeout(5):
        await task
    assert heard == ["before", "after"]
    log.close()
