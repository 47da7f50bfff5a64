"""The endpoint door beside plain dispatch: a word whole and streamed, and a GET.

Compared is the host's processor time per call, the door's own cost; calls a second hold the plugins' time as well. What the
door costs beside dispatch is what many short turns took together, against what those of dispatch took.
"""

from tests.bench.frame import Case, Cost, Row, Work

WORD = b"0123456789abcdef"
MOST_TIMES, FASTEST_GET = 1.3, 2000


def measure(work: Work) -> list[Row]:
    server = work.one
    cases = {
        "dispatch": Case(server, server.tool("echo", text=WORD.decode()), WORD),
        "whole": Case(server, server.webhook(WORD), WORD),
        "streamed": Case(server, server.webhook(WORD, pieces=1), WORD),
    }
    rows = []
    for callers in (1, 16, 64):
        found = work.turns(cases, callers=callers)
        for name in ("whole", "streamed"):
            times = found[name].host / found["dispatch"].host
            ours = f"{told(found[name])}: {times:.2f} ×"
            aim = f"≤ {MOST_TIMES} × dispatch"
            row = Row(f"endpoint, {name}, {callers} callers", told(found["dispatch"]), ours, aim, times <= MOST_TIMES)
            rows.append(row)
    return [*rows, getting(work)]


def getting(work: Work) -> Row:
    cases = {
        name: Case(server, server.get("/hello"), b"hello", b"}}")
        for name, server in {"plain": work.plain, "ours": work.one}.items()
    }
    found = work.compare(cases, callers=16)
    rate = found["ours"].rate
    aim = f"≥ {FASTEST_GET:,}/s"
    return Row("endpoint GET, 16 callers", told(found["plain"]), told(found["ours"]), aim, rate >= FASTEST_GET)


def told(cost: Cost) -> str:
    return f"{cost.rate:,.0f}/s, p50 {cost.p50:.2f} ms, host {cost.host:.0f} µs"
