"""Small calls while others send or fetch 5 MB, or do not read what they asked for: alone, and beside those.

The small calls are of another plugin, since a plugin that is busy with 5 MB is busy for its own callers too.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from tests.bench.frame import Case, Row, Work
from tests.bench.load import Asked, Result, load
from tests.bench.served import Served
from tests.bench.soak import private

WORD = b"0123456789abcdef"
LARGE, AT_ONCE, SILENT = 5_000_000, 2, 8
BUFFER = 64  # MiB that one session may keep for its reader: SESSION_BUFFER_SIZE
MOST_TIMES = 3.0  # the two processors are shared with those who send


def measure(work: Work) -> list[Row]:
    rows = []
    for name, server in (("", work.one), (" over a link", work.split)):
        small = Case(server, server.webhook(WORD), WORD).asked
        large = Asked(server.tool("echo", text="x" * LARGE), b"x" * 100)
        rows.append(asyncio.run(beside_large(name, server, small, large=large, seconds=work.seconds)))
        rows.append(asyncio.run(beside_silent(name, server, small, seconds=work.seconds)))
    return rows


async def beside_large(name: str, server: Served, small: Asked, *, large: Asked, seconds: float) -> Row:
    alone = await load(server.address, small, callers=4, seconds=seconds)
    beside, heavy = await asyncio.gather(
        load(server.address, small, callers=4, seconds=seconds),
        load(server.address, large, callers=AT_ONCE, seconds=seconds),
    )
    ours = f"{told(beside)}; {heavy.calls / heavy.seconds:.0f} × 5 MB/s, {heavy.failures + beside.failures} wrong"
    good = not heavy.failures and not beside.failures
    return Row(f"small calls beside {AT_ONCE} callers of 5 MB{name}", told(alone), ours, "none is lost", good)


async def beside_silent(name: str, server: Served, small: Asked, *, seconds: float) -> Row:
    """Each asks for 20 MB and reads nothing; once the plugin has said all that fits, the others are measured."""
    alone = await load(server.address, small, callers=4, seconds=seconds)
    before = private(server.hosts)
    async with silent(server):
        await asyncio.sleep(8)
        beside = await load(server.address, small, callers=4, seconds=seconds)
        grown = private(server.hosts) - before
    times = beside.quantile(0.5) / alone.quantile(0.5)
    good = times <= MOST_TIMES and grown <= SILENT * BUFFER and not beside.failures
    ours = f"{told(beside)}; host {grown:+.0f} MiB"
    aim = f"p50 ≤ {MOST_TIMES:g} × alone, host ≤ {SILENT * BUFFER} MiB more"
    return Row(f"small calls beside {SILENT} callers who read nothing{name}", told(alone), ours, aim, good)


@contextlib.asynccontextmanager
async def silent(server: Served) -> AsyncGenerator[None]:
    """Callers who ask for much and read nothing."""
    request = server.tool("stream", count=20_000, size=1024)
    writers = []
    for _ in range(SILENT):
        reader, writer = await asyncio.open_connection(*server.address, limit=1024)
        writer.write(request)
        writers.append((reader, writer))
    try:
        yield
    finally:
        for _, writer in writers:
            writer.transport.abort()


def told(result: Result) -> str:
    p50, p99 = result.quantile(0.5) * 1000, result.quantile(0.99) * 1000
    return f"{result.calls / result.seconds:,.0f}/s, p50 {p50:.1f}, p99 {p99:.1f} ms"
