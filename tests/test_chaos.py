"""Plugins, fork-servers, templates, worker and web killed at random under load; CHAOS_SECONDS says for how long.

`make chaos` does it for two minutes. CHAOS_SEED repeats a run as far as chance allows it.
"""

import os
import random
import time

import pytest

from tests.chaos import Chaos, pipes_and_sockets, settled, under_load
from tests.programs import wait_until

ECHO = "patchbay/echo"
SECONDS = float(os.environ.get("CHAOS_SECONDS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", str(time.time_ns() % 100_000)))
pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.timeout(SECONDS + 400)]
SPARE = 12  # descriptors that the worker may have more than when it was fresh: connections that are kept


def test_every_call_ends_and_nothing_is_left(split_hosts, call, echo_package) -> None:
    host = split_hosts()
    caller = call(host)
    caller.install(caller.upload(echo_package))
    wait_until(lambda: caller.answers(ECHO), what="the plugin answers", seconds=60)
    before = pipes_and_sockets(host.programs["worker"].pid)
    chaos = Chaos(host, random.Random(SEED))
    told = under_load(chaos, ECHO, SECONDS)
    print(f"seed {SEED}: killed {dict(chaos.killed)}; calls {dict(told.ends)}, the slowest {told.slowest:.1f} s")
    assert told.faults == []
    assert told.ends["answered"] > 0
    wait_until(lambda: caller.answers(ECHO), what="the plugin answers again", seconds=60)
    settled(host)
    worker = host.programs["worker"].pid
    wait_until(lambda: pipes_and_sockets(worker) <= before + SPARE, what="what led to others is closed", seconds=60)
    assert set(chaos.killed) >= {"plugin", "fork-server", "worker", "web"}
    assert not list(host.data_dir.glob("environments/.building-*"))
    assert {path.parent for path in host.data_dir.glob("environments/[!.]*/environment.json")} == set(
        host.data_dir.glob("environments/[!.]*")
    )
    host.programs["worker"].stop()
    wait_until(lambda: not host.plugin_processes(), what="nothing is left running")
    host.start("worker")
