"""How plugins come up: plainly, forked, from a template; what each needs of memory; all official ones, where there are any."""

import asyncio
import time
from statistics import median, quantiles

from runtime.backends.local import LocalBackend
from runtime.forkserver import Forking, ForkOptions, TemplateOptions
from runtime.spawning import Plain, Spawner
from tests import places, sdk
from tests.bench.boots import MIB, SETTLED, chosen_of, measured, private, ratio, sums, together
from tests.bench.frame import Row, Work

STARTS = 20
WAKE_AT_MOST, PRIVATE_AT_MOST, TIMES = 50, 15, 10
UP, MEDIAN, P90, TOGETHER = 257, 0.1, 0.8, 6000


def measure(work: Work) -> list[Row]:
    rows = asyncio.run(small())
    return [*rows, *official(work)] if work.official else rows


async def small() -> list[Row]:
    """One small plugin, started again and again; then as many of it as that at once."""
    forking, templates = Forking(ForkOptions(templates=TemplateOptions(most=0))), Forking(at_once())
    plain = await starts(Plain())
    forked = await starts(forking)
    wakes = await starts(templates)
    rows = [
        Row("start of a small plugin, forked", told(plain), told(forked)),
        Row("wake from a template, p95", told(plain), told(wakes), f"≤ {WAKE_AT_MOST} ms", p95(wakes) <= WAKE_AT_MOST),
        await memory(forking),
    ]
    await forking.close()
    await templates.close()
    return rows


def at_once() -> ForkOptions:
    return ForkOptions(templates=TemplateOptions(slow=0.0))


async def starts(spawner: Spawner) -> list[float]:
    """Milliseconds to the heartbeat. The first start, and the template that follows from it, are not counted."""
    await (await started(spawner)).stop(0)
    if isinstance(spawner, Forking):
        await asyncio.gather(*spawner.templates.making.values())
    found = []
    for _ in range(STARTS):
        began = time.perf_counter()
        backend = await started(spawner)
        found.append((time.perf_counter() - began) * 1000)
        await backend.stop(0)
    return found


async def started(spawner: Spawner) -> LocalBackend:
    backend = sdk.backend("echo", spawner=spawner)
    await backend.start()
    return backend


async def memory(forking: Forking) -> Row:
    one = await started(Plain())
    many = [await started(forking) for _ in range(STARTS)]
    await asyncio.sleep(SETTLED)
    plain, ours = private(one.pid) / MIB, median(private(backend.pid) for backend in many) / MIB
    await asyncio.gather(*(backend.stop(0) for backend in (one, *many)))
    aim = f"≤ {PRIVATE_AT_MOST} MiB"
    return Row(
        "private memory of an idle small plugin", f"{plain:.1f} MiB", f"{ours:.1f} MiB", aim, ours <= PRIVATE_AT_MOST
    )


def official(work: Work) -> list[Row]:
    assert work.official is not None
    data = places.BUILD / "boots"
    data.mkdir(parents=True, exist_ok=True)
    found = asyncio.run(measured(chosen_of(work.official, 0), data))
    plain, ours = sums([one.plain for one in found]), sums([one.forked for one in found])
    worse = sum(bool(one.forked.failure) and not one.plain.failure for one in found)
    times = ratio(found)
    all_at_once = asyncio.run(together(chosen_of(work.official, 0), data))
    return [
        Row(
            f"official plugins that boot, of {len(found)}",
            str(plain.up),
            f"{ours.up}, {sum(one.forked.forked for one in found)} of them forked, {worse} worse than plain",
            f"≥ {UP}, none worse",
            ours.up >= UP and not worse,
        ),
        Row(
            "start to heartbeat, median and p90 of all",
            f"{plain.median:.3f}, {plain.p90:.2f} s",
            f"{ours.median:.3f}, {ours.p90:.2f} s; median of ratios {times:.1f} ×",
            f"≤ {MEDIAN}, ≤ {P90} s, ≥ {TIMES} ×",
            ours.median <= MEDIAN and ours.p90 <= P90 and times >= TIMES,
        ),
        Row(
            "private memory of all, running",
            f"{plain.together:,.0f} MiB, one after the other",
            str(all_at_once),
            f"≤ {TOGETHER:,} MB",
            (all_at_once.private + all_at_once.servers) * MIB <= TOGETHER * 1_000_000,
        ),
    ]


def told(times: list[float]) -> str:
    return f"median {median(times):.0f}, p95 {p95(times):.0f} ms"


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]
