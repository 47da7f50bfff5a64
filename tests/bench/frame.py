"""What figures are made of: rows of one table, and the work that measures them on real servers. A measurement, not a test.

A figure is a file in `tests/bench/figures/` with `def measure(work: Work) -> list[Row]`. Each value stands beside a plain one
of the same run, since machines are shared and noisy: quote ratios of one run.
"""

import asyncio
import math
import os
import random
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.load import END_OF_BODY, Asked, Callers, Result, load
from tests.bench.served import Served, processor_time
from tests.servers import Host, database, postgres, redis

ROUNDS = 3
TURN = 0.06  # seconds
PLAIN = {"PLUGIN_FORK_SERVER": "false", "PLUGIN_SDK_PATCHES": "none"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `plain` and `ours` are as they are shown, `aim` in words; `holds` is None where none is set."""

    figure: str
    plain: str
    ours: str
    aim: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the rounds: calls a second, milliseconds, and processor time per call in microseconds."""

    rate: float
    p50: float
    p99: float
    host: float
    plugin: float


@dataclass(frozen=True, slots=True)
class Case:
    """One request that is sent again and again; the answer holds `expected`."""

    server: Served
    request: bytes
    expected: bytes
    ending: bytes = END_OF_BODY

    @property
    def asked(self) -> Asked:
        return Asked(self.request, self.expected, self.ending)


@dataclass
class Work:
    """`seconds`: how long a case runs; `official`: a folder of packaged plugins to try, if there is one."""

    folder: Path
    seconds: float = 4.0
    official: Path | None = None
    servers: dict[str, Served] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    # Servers, started when they are first asked for and kept until the end of the run.

    @property
    def one(self) -> Served:
        """Everything in one process, as `manage.py run` has it."""
        return self.server("one", "run")

    @property
    def plain(self) -> Served:
        """The same, whose plugins are plain processes of the SDK as it is."""
        return self.server("plain", "run", **PLAIN)

    @property
    def split(self) -> Served:
        """Web and worker over a link, on PostgreSQL and Redis."""
        return self.server("split", "worker", "web", **self.services)

    @property
    def split_plain(self) -> Served:
        return self.server("split-plain", "worker", "web", **self.services, **PLAIN)

    @property
    def services(self) -> dict[str, str]:
        """Settings for PostgreSQL and Redis; each call gives a database of its own."""
        url = self.stack.enter_context(database(self.postgres))
        return {"DATABASE_URL": url, "REDIS_URL": self.redis, "REDIS_KEY_PREFIX": f"bench-{os.urandom(4).hex()}"}

    @cached_property
    def postgres(self) -> str:
        return self.stack.enter_context(postgres())

    @cached_property
    def redis(self) -> str:
        return self.stack.enter_context(redis())

    def server(self, name: str, *commands: str, **settings: str) -> Served:
        """A server by that name with these settings, and `echo` on it."""
        if name not in self.servers:
            host = Host(self.folder / name, **settings)
            self.stack.callback(host.stop)
            if len(commands) > 1:
                host.manage("prepare")
            host.start(*commands)
            self.servers[name] = Served(host)
            self.servers[name].bring_up("echo")
        return self.servers[name]

    def close(self) -> None:
        self.stack.close()

    # Measuring.

    def compare(self, cases: dict[str, Case], *, callers: int) -> dict[str, Cost]:
        """Of each case the median of all rounds. The cases take turns, so that what else the machine does meets all of them."""
        seconds = self.seconds / ROUNDS
        rounds = [
            {name: run(case, callers=callers, seconds=seconds) for name, case in cases.items()} for _ in range(ROUNDS)
        ]
        return {name: middle([one[name] for one in rounds]) for name in cases}

    def turns(self, cases: dict[str, Case], *, callers: int) -> dict[str, Cost]:
        """Of each case what all of its turns took together. For cases of one server whose ratio is asked for.

        Turns are shorter than the times for which a shared machine is slower than it was, in no order that could fit those,
        and on the same connections, since to make them costs the server as much as some calls.
        """
        [server] = {case.server for case in cases.values()}
        for case in cases.values():
            warm(case)
        spent = {name: Spent() for name in cases}
        count = math.ceil(self.seconds / TURN)
        asyncio.run(take_turns(server, cases, spent, callers=callers, count=count))
        return {name: one.cost() for name, one in spent.items()}


@dataclass
class Spent:
    """What the turns of a case have taken. Processor time in seconds."""

    result: Result = field(default_factory=Result)
    host: float = 0.0
    plugin: float = 0.0

    def add(self, result: Result, host: float, plugin: float) -> None:
        self.result.latencies += result.latencies
        self.result.failures += result.failures
        self.result.seconds += result.seconds
        self.host += host
        self.plugin += plugin

    def cost(self) -> Cost:
        result = self.result
        if result.failures:
            raise SystemExit(f"{result.failures} answers were wrong")
        p50, p99 = result.quantile(0.5) * 1000, result.quantile(0.99) * 1000
        each = 1e6 / result.calls
        return Cost(result.calls / result.seconds, p50, p99, self.host * each, self.plugin * each)


async def take_turns(
    server: Served, cases: dict[str, Case], spent: dict[str, Spent], *, callers: int, count: int
) -> None:
    names = list(cases)
    async with Callers(server.address, callers) as several:
        for _ in range(count):
            random.shuffle(names)
            for name in names:
                spent[name].add(*await measured(server, several.turn(cases[name].asked, seconds=TURN)))


async def measured(server: Served, work: Coroutine[Any, Any, Result]) -> tuple[Result, float, float]:
    """What it found, and the processor time of hosts and plugins meanwhile."""
    hosts, plugins = server.hosts, server.plugins
    before = processor_time(hosts), processor_time(plugins)
    result = await work
    return result, processor_time(hosts) - before[0], processor_time(plugins) - before[1]


def middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


def run(case: Case, *, callers: int, seconds: float) -> Cost:
    warm(case)
    calls = load(case.server.address, case.asked, callers=callers, seconds=seconds)
    return Spent(*asyncio.run(measured(case.server, calls))).cost()


def warm(case: Case) -> None:
    """It may be asleep, and its process another one than before."""
    asyncio.run(load(case.server.address, case.asked, callers=1, seconds=0.0))


Measure = Callable[[Work], list[Row]]
