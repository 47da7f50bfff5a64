"""The bridge by itself: it ends with its program, whatever that has left behind, and reads whatever it says."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from debugging.bridge import Bridge
from tests.programs import SOON

LEAVES_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen(["/bin/sleep", "120"])
print("long", "x" * 300_000)
print("child", child.pid, flush=True)
if "ends" in open("how").read():
    sys.exit(4)
time.sleep(60)
"""


def bridge(folder: Path, said: list[str], how: str) -> Bridge:
    (folder / "main.py").write_text(LEAVES_A_CHILD)
    (folder / "how").write_text(how)
    return Bridge(folder, "http://127.0.0.1:9", "key", sys.executable, lambda _, line: said.append(line), watches=False)


async def child_of(said: list[str]) -> int:
    async with asyncio.timeout(60):
        while not (found := [line for line in said if line.startswith("child ")]):
            await asyncio.sleep(0.02)
    return int(found[0].split()[1])


async def test_what_a_program_has_started_and_left_is_not_waited_for(tmp_path: Path) -> None:
    """It has the program's output open for as long as it lives."""
    said: list[str] = []
    async with bridge(tmp_path, said, "stays").program(9) as process:
        child = await child_of(said)
        began = asyncio.get_running_loop().time()
    try:
        assert asyncio.get_running_loop().time() - began < SOON
        assert process.returncode == -signal.SIGTERM
        assert any(len(line) > 300_000 for line in said), "a long line is no end of reading"
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


async def test_a_program_that_ends_is_noticed_although_its_child_lives(tmp_path: Path) -> None:
    said: list[str] = []
    made = bridge(tmp_path, said, "ends")
    async with made.program(9) as process:
        child = await child_of(said)
        try:
            async with asyncio.timeout(SOON):
                assert (await made.until_over(process, 0)).startswith("ended with status 4")
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
