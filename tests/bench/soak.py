"""A million calls through the whole door of one process, and its memory meanwhile: `python -m tests.bench.soak` (make soak).

Calls are whole and streamed ones of a tool, webhooks, and callers that leave in the middle. Memory is what the host's processes
hold by themselves (private pages), plugins apart.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import uvloop

from tests.bench.frame import Case, Work
from tests.bench.load import load
from tests.bench.served import Served

CALLERS, LEAVERS = 32, 4
WORD = b"0123456789abcdef"
WARM = 0.1  # of the calls, after which memory is looked at for the first time
FLAT = 0.05  # by which it may grow afterwards,
ANYWAY = 8.0  # or by so many MiB: what a busy process holds is never quite the same


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many calls: MiB of our processes, and of the plugins."""

    calls: int
    host: float
    plugins: float


def private(pids: Iterable[int]) -> float:
    """MiB that these processes share with nobody."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total / 1024


def mixed(server: Served) -> list[Case]:
    return [
        Case(server, server.tool("echo", text=WORD.decode()), WORD),
        Case(server, server.tool("stream", count=20, size=16), b"19:"),
        Case(server, server.webhook(WORD), WORD),
    ]


async def leave(server: Served, until: asyncio.Event) -> int:
    """Begins streams and goes away in the middle of them; returns how often."""
    request, left = server.tool("stream", count=100, size=16, delay_ms=2), 0
    while not until.is_set():
        reader, writer = await asyncio.open_connection(*server.address)
        writer.write(request)
        with contextlib.suppress(ConnectionError):
            await reader.read(random.randint(1, 2000))
        writer.transport.abort()
        left += 1
        await asyncio.sleep(0.05)
    return left


async def some(server: Served, cases: list[Case], seconds: float) -> int:
    """All kinds of calls at once for a while; how many were answered. SystemExit where one was answered wrongly."""
    over = asyncio.Event()
    leavers = [asyncio.create_task(leave(server, over)) for _ in range(LEAVERS)]
    each = CALLERS // len(cases)
    results = await asyncio.gather(*(load(server.address, one.asked, callers=each, seconds=seconds) for one in cases))
    over.set()
    left = sum(await asyncio.gather(*leavers))
    if failures := sum(result.failures for result in results):
        raise SystemExit(f"{failures} answers were wrong")
    return left + sum(result.calls for result in results)


def soak(server: Served, calls: int, *, seconds: float) -> Iterator[Sample]:
    """Samples until so many calls have been made, one each `seconds`."""
    cases, done = mixed(server), 0
    while done < calls:
        done += asyncio.run(some(server, cases, seconds))
        yield Sample(done, private(server.hosts), private(server.plugins))


def growth(samples: list[Sample], calls: int) -> tuple[float, float]:
    """MiB of our processes when all was warm, and by how much the mean of the last ones is above that."""
    warm = [one.host for one in samples if one.calls >= calls * WARM]
    last = warm[-max(len(warm) // 4, 1) :]
    first = warm[: max(len(warm) // 4, 1)]
    base = sum(first) / len(first)
    return base, sum(last) / len(last) - base


def is_flat(base: float, grown: float) -> bool:
    return grown <= max(FLAT * base, ANYWAY)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="between two looks at the memory")
    options = parser.parse_args()
    uvloop.install()
    samples = []
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder))
        try:
            for one in soak(work.one, options.calls, seconds=options.seconds):
                samples.append(one)
                print(f"{one.calls:>10,} calls   host {one.host:7.1f} MiB   plugins {one.plugins:7.1f} MiB", flush=True)
        finally:
            work.close()
    base, grown = growth(samples, options.calls)
    print(f"grown by {grown:+.1f} MiB above {base:.1f}: {'flat' if is_flat(base, grown) else 'NOT FLAT'}")
    return int(not is_flat(base, grown))


if __name__ == "__main__":
    sys.exit(main())
