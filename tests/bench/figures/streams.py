"""Chunks that stream through the door: one plugin, 500 chunks of 16 bytes a call."""

from tests.bench.frame import Case, Cost, Row, Work

CHUNKS, LAST = 500, b"499:"
FASTEST = 45_000


def measure(work: Work) -> list[Row]:
    rows = []
    for callers in (1, 16):
        cases = {
            name: Case(server, server.tool("stream", count=CHUNKS, size=16), LAST)
            for name, server in {"plain": work.plain, "ours": work.one, "link": work.split}.items()
        }
        found = work.compare(cases, callers=callers)
        fast = found["ours"].rate * CHUNKS >= FASTEST
        aim, holds = (f"≥ {FASTEST:,} chunks/s", fast) if callers == 16 else ("", None)
        rows.append(Row(f"streams, {callers} callers", told(found["plain"]), told(found["ours"]), aim, holds))
        rows.append(Row(f"streams over a link, {callers} callers", told(found["plain"]), told(found["link"])))
    return rows


def told(cost: Cost) -> str:
    return f"{cost.rate * CHUNKS:,.0f} chunks/s, host {cost.host / CHUNKS:.1f}, plugin {cost.plugin / CHUNKS:.1f} µs"
