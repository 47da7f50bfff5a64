"""A small call through the door: one plugin, 1, 16 and 64 callers; in one process, and through web and worker over a link."""

from tests.bench.frame import Case, Cost, Row, Work
from tests.bench.served import Served

WORD = "0123456789abcdef"
FASTEST, HOST_AT_MOST, P50_AT_MOST, LINKED = 5000, 130, 0.7, 3500


def measure(work: Work) -> list[Row]:
    return [*together(work), *apart(work)]


def together(work: Work) -> list[Row]:
    rows = []
    for callers in (1, 16, 64):
        plain, ours = both(work, work.plain, work.one, callers=callers)
        aim, holds = "", None
        if callers == 16:
            aim, holds = f"≥ {FASTEST:,}/s, host ≤ {HOST_AT_MOST} µs", ours.rate >= FASTEST
            holds = holds and ours.host <= HOST_AT_MOST
        elif callers == 1:
            aim, holds = f"p50 ≤ {P50_AT_MOST} ms", ours.p50 <= P50_AT_MOST
        rows.append(Row(f"dispatch, {callers} callers", told(plain), told(ours), aim, holds))
    return rows


def apart(work: Work) -> list[Row]:
    rows = []
    for callers in (1, 16):
        plain, ours = both(work, work.split_plain, work.split, callers=callers)
        aim, holds = (f"≥ {LINKED:,}/s", ours.rate >= LINKED) if callers == 16 else ("", None)
        rows.append(Row(f"dispatch over a link, {callers} callers", told(plain), told(ours), aim, holds))
    return rows


def both(work: Work, plain: Served, ours: Served, *, callers: int) -> tuple[Cost, Cost]:
    cases = {
        name: Case(server, server.tool("echo", text=WORD), WORD.encode())
        for name, server in {"plain": plain, "ours": ours}.items()
    }
    found = work.compare(cases, callers=callers)
    return found["plain"], found["ours"]


def told(cost: Cost) -> str:
    return f"{cost.rate:,.0f}/s, p50 {cost.p50:.2f}, p99 {cost.p99:.2f} ms, host {cost.host:.0f}, plugin {cost.plugin:.0f} µs"
