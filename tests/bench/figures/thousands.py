"""2,000 installed plugins of which 50 are called: what they take, and what the others cost those 50."""

import asyncio
import contextlib
import time
from pathlib import Path
from statistics import median

import orjson

from tests.bench import clones
from tests.bench.frame import PLAIN, ROUNDS, Row, Work
from tests.bench.load import END_OF_BODY, Asked, Caller, Result
from tests.bench.served import Served, processor_time

INSTALLED, ACTIVE = 2000, 50
WORD = b"0123456789abcdef"
MOST_MEMORY, MOST_SLOWER = 8 << 30, 1.2
SETTLES, IDLE = 10.0, 10.0  # seconds


def measure(work: Work) -> list[Row]:
    alone, many, plain = server(work, "alone"), server(work, "many"), server(work, "many-plain", **PLAIN)
    for one in (many, plain):
        crowd(one)
    runs: dict[str, list[float]] = {"alone": [], "many": []}
    for _ in range(ROUNDS):
        for name, one in {"alone": alone, "many": many}.items():
            runs[name].append(asyncio.run(called(one, work.seconds)).quantile(0.95) * 1000)
    asyncio.run(called(plain, 1.0))
    before, after = (median(runs[name]) for name in ("alone", "many"))
    took, plainly, idle = memory(many), memory(plain), idling(many)
    slower = after / before
    return [
        Row(
            f"{INSTALLED:,} installed, {ACTIVE} active: memory of all",
            f"{plainly / (1 << 30):.2f} GiB",
            f"{took / (1 << 30):.2f} GiB",
            f"≤ {MOST_MEMORY >> 30} GiB",
            took <= MOST_MEMORY,
        ),
        Row(
            f"p95 of the {ACTIVE} beside that of them alone",
            f"alone {before:.1f} ms",
            f"{after:.1f} ms, {slower - 1:+.0%}",
            f"≤ +{MOST_SLOWER - 1:.0%}",
            slower <= MOST_SLOWER,
        ),
        Row(f"a core while nobody calls, {INSTALLED:,} installed", "", f"{idle:.1%}"),
    ]


def server(work: Work, name: str, **settings: str) -> Served:
    found = work.server(f"thousands-{name}", "run", **settings)
    found.active = clones.bring_up(found, ACTIVE)  # type: ignore[attr-defined]
    return found


def crowd(server: Served) -> None:
    database = next(Path(server.host.data_dir).glob("*.sqlite3"))
    clones.plant(database, server.installed["echo"], INSTALLED - ACTIVE)
    answer = server.api.http.post(server.api.path("management/running/policy"), json={"sleep": ""})
    server.api.data(answer)  # tells the node that rows have changed
    time.sleep(SETTLES)


def request(server: Served, plugin_id: str) -> bytes:
    data = {"provider": "echo", "tool": "echo", "tool_parameters": {"text": WORD.decode()}, "credentials": {}}
    body = orjson.dumps({"user_id": "u", "data": data})
    head = (
        f"POST /plugin/{server.api.workspace}/dispatch/tool/invoke HTTP/1.1\r\nHost: localhost\r\n"
        f"X-Api-Key: {server.host.key}\r\nX-Plugin-ID: {plugin_id}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def called(server: Served, seconds: float) -> Result:
    """One caller of each active plugin; the calls that wake them do not count."""
    warmed = await callers(server, 0.0)
    if warmed.failures:
        raise SystemExit(f"{warmed.failures} answers were wrong")
    return await callers(server, seconds)


async def callers(server: Served, seconds: float) -> Result:
    result, loop, until = Result(), asyncio.get_running_loop(), time.perf_counter() + seconds
    protocols, turns = [], []
    for plugin_id in server.active:  # type: ignore[attr-defined]
        _, caller = await loop.create_connection(Caller, *server.address)
        protocols.append(caller)
        turns.append(caller.begin(Asked(request(server, plugin_id), WORD, END_OF_BODY), until=until, result=result))
    async with asyncio.timeout(seconds * 3 + 120):
        await asyncio.gather(*turns)
    for caller in protocols:
        caller.transport.close()
    return result


def memory(server: Served) -> int:
    """Bytes of the server, its plugins and what they are forked from, each page counted once."""
    pids = {*server.hosts, *server.host.plugin_processes(), *children(server.hosts)}
    return sum(map(proportional, pids))


def children(pids: list[int]) -> set[int]:
    found: set[int] = set()
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found |= set(map(int, path.read_text().split()))
    return found | (children(list(found)) if found else set())


def proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def idling(server: Served) -> float:
    """Share of a core that the server takes."""
    before = processor_time(server.hosts)
    time.sleep(IDLE)
    return (processor_time(server.hosts) - before) / IDLE
