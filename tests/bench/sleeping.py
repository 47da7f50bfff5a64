"""`python -m tests.bench.sleeping`: plugins fall asleep and are woken thousands of times. A measurement, not a test.

Memory and descriptors of the server are looked at after a tenth of the rounds and at the end; it ends with 1 if they have grown.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.bench import clones
from tests.bench.figures.restart import call
from tests.bench.served import Served
from tests.servers import Host

PLUGINS, AT_ONCE = 20, 10
GROWS_AT_MOST = 0.05  # of the memory, for what is cached
SLOWEST = 120.0  # seconds until all sleep


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
    began, first = time.monotonic(), (0, 0)
    for number in range(0, rounds, PLUGINS):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda plugin: call(host, plugin), plugins))
        until_asleep(server)
        if number // PLUGINS == max(1, rounds // PLUGINS // 10):
            first = memory(host.pid), descriptors(host.pid)
    last = memory(host.pid), descriptors(host.pid)
    print(
        f"{rounds} rounds in {time.monotonic() - began:.0f} s: memory {first[0] >> 20} → {last[0] >> 20} MiB,"
        f" descriptors {first[1]} → {last[1]}, processes left {len(host.plugin_processes())}"
    )
    return int(last[0] > first[0] * (1 + GROWS_AT_MOST) or last[1] > first[1] + 2)


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


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


if __name__ == "__main__":
    sys.exit(main())
