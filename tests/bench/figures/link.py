"""What a link adds to a call of a plugin, without HTTP."""

import asyncio

from tests.bench.frame import Row, Work
from tests.bench.link import Way, compare


def measure(work: Work) -> list[Row]:
    ways = asyncio.run(compare(work.folder))
    return [Row("a call without HTTP, over a link", told(ways["local"]), told(ways["link"]))]


def told(way: Way) -> str:
    return f"p50 {way.p50:.2f} ms, {way.rate:,.0f} chunks/s"
