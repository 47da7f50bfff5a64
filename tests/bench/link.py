"""A call over a link beside a local one, for figures; `python -m tests.bench.link`: a soak with callers that leave at random.

The plugin is real for the comparison; for the soak only the link is, as a million calls would measure the plugin.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import asyncio
import os
import random
import resource
import socket
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from runtime.cluster import NodeInfo
from runtime.link import Links, LinkServer
from runtime.session import Session
from runtime.wire import END, STREAM, Frame
from tests import sdk

CALLS, CHUNKS, ROUNDS = 600, 5_000, 5
SOAK, AT_ONCE, LEAVES = 1_000_000, 64, 0.2


async def timed(plugin: Any) -> float:
    began = time.perf_counter()
    await sdk.frames_of(plugin, sdk.tool("echo", text="hi"))
    return time.perf_counter() - began


async def chunks(plugin: Any) -> float:
    """Chunks a second of one stream."""
    began = time.perf_counter()
    frames = await sdk.frames_of(plugin, sdk.tool("stream", count=CHUNKS, size=16))
    assert len(frames) == CHUNKS + 1
    return CHUNKS / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class Way:
    """`p50` in ms; `rate` in chunks a second."""

    p50: float
    rate: float


async def compare(folder: Path) -> dict[str, Way]:
    """Both ways in turns, so that a busy moment costs both the same."""
    process = sdk.backend("echo")
    await process.start()
    server = LinkServer(key=b"key", node_id="n", serve=process.stream)
    await server.listen(str(folder / "n.sock"))
    links = Links(key=b"key", session_limit=64 << 20)
    link = await links.to(NodeInfo("n", socket.gethostname(), str(folder / "n.sock")))
    ways = {"local": process, "link": link}
    calls: dict[str, list[float]] = {name: [] for name in ways}
    streams: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, plugin in ways.items():
            calls[name] += [await timed(plugin) for _ in range(CALLS // ROUNDS)]
            streams[name].append(await chunks(plugin))
    await links.close()
    await server.close()
    await process.stop(0)
    return {name: Way(median(calls[name]) * 1000, median(streams[name])) for name in ways}


async def pieces(session: Session) -> AsyncGenerator[list[Frame]]:
    for _ in range(3):
        yield [(STREAM, b'{"text":"' + session.id.encode() + b'"}')]
        await asyncio.sleep(0)
    yield [(END, b"{}")]


async def soak(folder: Path, count: int) -> None:
    server = LinkServer(key=b"key", node_id="n", serve=pieces)
    await server.listen(str(folder / "s.sock"))
    links = Links(key=b"key", session_limit=64 << 20)
    link = await links.to(NodeInfo("n", socket.gethostname(), str(folder / "s.sock")))
    chance, left, done = random.Random(1), count, 0

    async def caller() -> None:
        nonlocal left, done
        while left > 0:
            left -= 1
            session = sdk.tool("x")
            wanted = 1 if chance.random() < LEAVES else 4
            seen = 0
            async with aclosing(link.stream(session)) as batches:
                async for frames in batches:
                    assert all(session.id.encode() in payload for kind, payload in frames if kind == STREAM)
                    seen += len(frames)
                    if seen >= wanted:
                        break
            done += 1
            if done % (count // 10) == 0:
                print(f"{done:>9,} calls, {resident():6.1f} MiB, {len(link.conversations)} open", flush=True)

    began = time.monotonic()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    await asyncio.sleep(0.5)
    print(
        f"{count:,} calls in {time.monotonic() - began:.0f} s; open sessions: {len(link.conversations)} here,", end=" "
    )
    print(f"{len(asyncio.all_tasks()) - 1} tasks left in all; most memory {peak():.1f} MiB")
    await links.close()
    await server.close()


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await soak(Path(folder), SOAK)


if __name__ == "__main__":
    asyncio.run(main())
