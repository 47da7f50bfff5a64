"""What figures are made of: rows of one table, and the work that measures them on real servers. A measurement, not a test.

A figure is a file in `tests/bench/figures/` with `def measure(work: Work) -> list[Row]`. Each value stands beside a plain one
of the same run, since machines are shared and noisy: quote ratios of one run.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median

from tests.bench.load import END_OF_BODY, Asked, load
from tests.bench.served import Served, processor_time
from tests.servers import Host, database, postgres, redis

ROUNDS = 3
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
        """Of each case the median of all rounds."""
        return middles(self.rounds(cases, callers=callers))

    def rounds(self, cases: dict[str, Case], *, callers: int, count: int = ROUNDS) -> list[dict[str, Cost]]:
        """The cases take turns, so that what else the machine does meets all of them."""
        seconds = self.seconds / count
        return [
            {name: run(case, callers=callers, seconds=seconds) for name, case in cases.items()} for _ in range(count)
        ]


def middles(rounds: list[dict[str, Cost]]) -> dict[str, Cost]:
    return {name: middle([one[name] for one in rounds]) for name in rounds[0]}


def middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


def run(case: Case, *, callers: int, seconds: float) -> Cost:
    server = case.server
    asyncio.run(
        load(server.address, case.asked, callers=1, seconds=0.0)
    )  # it may be asleep, and its process another one
    hosts, plugins = server.hosts, server.plugins
    before = processor_time(hosts), processor_time(plugins)
    result = asyncio.run(load(server.address, case.asked, callers=callers, seconds=seconds))
    after = processor_time(hosts), processor_time(plugins)
    if result.failures:
        raise SystemExit(f"{result.failures} answers were wrong")
    host, plugin = ((b - a) / result.calls * 1e6 for a, b in zip(before, after, strict=True))
    p50, p99 = result.quantile(0.5) * 1000, result.quantile(0.99) * 1000
    return Cost(result.calls / result.seconds, p50, p99, host, plugin)


Measure = Callable[[Work], list[Row]]
