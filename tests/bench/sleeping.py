"""`python -m tests.bench.sleeping`: plugins fall asleep and are woken thousands of times. A measurement, not a test.

Memory and descriptors of the server are looked at after each round: what is usual in the last tenth must be what was usual when
half of them were over. By then all is warm of which there is a bounded number: templates, connections of threads to the
database, and the last 2,000 lines of each plugin's log, of which each sleep and wake writes nine (so that takes 4,500 rounds of
20 plugins). It ends with 1 if they have grown, and says which descriptors those are.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.bench import clones
from tests.bench.figures.restart import call
from tests.bench.served import Served
from tests.servers import Host

PLUGINS, AT_ONCE = 20, 10
GROWS_AT_MOST = 0.02  # of the memory
MORE_DESCRIPTORS = 2
SAYS_EVERY = 500  # rounds
SLOWEST = 120.0  # seconds until all sleep
Look = tuple[float, Counter[str]]  # bytes of memory, descriptors by kind


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        host = Host(Path(folder))
        try:
            host.start("run")
            return soak(host, Served(host), rounds)
        finally:
            host.stop()


def soak(host: Host, server: Served, rounds: int) -> int:
    plugins = clones.bring_up(server, PLUGINS)
    server.api.data(
        server.api.http.post(server.api.path("management/running/policy"), json={"sleep": "after", "sleep_after": 1})
    )
    began, looks = time.monotonic(), []
    for number in range(PLUGINS, rounds + 1, PLUGINS):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda plugin: call(host, plugin), plugins))
        until_asleep(server)
        looks.append(look(host.pid))
        if number % SAYS_EVERY == 0 or number == rounds:
            held, kinds = looks[-1]
            print(f"{number:>7,} rounds, {time.monotonic() - began:5.0f} s   {held / (1 << 20):6.1f} MiB ", end="  ")
            print(f"{kinds.total()} descriptors, {len(host.plugin_processes())} processes beside it", flush=True)
    tenth = max(len(looks) // 10, 1)
    return judged(usual(looks[len(looks) // 2 :][:tenth]), usual(looks[-tenth:]))


def usual(looks: list[Look]) -> Look:
    """Each by itself: calls, pages and plugins that are just going come and go."""
    return median(held for held, _ in looks), sorted((kinds for _, kinds in looks), key=Counter.total)[len(looks) // 2]


def judged(first: Look, last: Look) -> int:
    """The exit status: 1 where memory or descriptors have grown since all was warm."""
    (before, few), (after, many) = first, last
    print(f"memory {before / (1 << 20):.1f} → {after / (1 << 20):.1f} MiB, descriptors {few.total()} → {many.total()}")
    grown = after > before * (1 + GROWS_AT_MOST), many.total() > few.total() + MORE_DESCRIPTORS
    for what, times in sorted((many - few).items()) if grown[1] else ():
        print(f"  {times} more: {what}")
    return int(any(grown))


def until_asleep(server: Served) -> None:
    until = time.monotonic() + SLOWEST
    while time.monotonic() < until:
        told = server.api.data(server.api.http.get(server.api.path("management/running")))
        if all(one["state"] == "asleep" for one in told):
            return
        time.sleep(0.2)
    raise SystemExit(f"not all sleep: {[one for one in told if one['state'] != 'asleep'][:3]}")


def memory(pid: int) -> int:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid: int) -> Counter[str]:
    """How many of each kind: a file by its name, others by what they are."""
    found: Counter[str] = Counter()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found[str(link.readlink()).partition(":[")[0]] += 1
    return found


def look(pid: int) -> Look:
    return memory(pid), descriptors(pid)


if __name__ == "__main__":
    sys.exit(main())
