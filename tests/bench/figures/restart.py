"""A node with 50 installed plugins starts anew: how long until a call to any of them is answered."""

import random
import time

import httpx

from tests.bench import clones
from tests.bench.frame import PLAIN, Row, Work
from tests.bench.served import Served
from tests.servers import Host

INSTALLED, AT_MOST = 50, 1.0
RESTARTS, PLAIN_RESTARTS = 20, 6
ALL_AT_ONCE = PLAIN | {"PLUGIN_SLEEP_AFTER": "0"}


def measure(work: Work) -> list[Row]:
    """From the moment at which the server is up again; how long it takes until then is told beside it."""
    plain, _ = restarts(work, "restart-plain", PLAIN_RESTARTS, **ALL_AT_ONCE)
    ours, up = restarts(work, "restart", RESTARTS)
    figure = f"restart with {INSTALLED} installed, until a call to any is answered, p95"
    first = Row(figure, f"{plain:.2f} s", f"{ours:.2f} s", f"≤ {AT_MOST:.0f} s", ours <= AT_MOST)
    return [first, Row("the same from the start of the process", "", f"{ours + up:.2f} s")]


def restarts(work: Work, name: str, times: int, **settings: str) -> tuple[float, float]:
    """(the 95th percentile of the seconds until an answer, the median of those until the server is up)."""
    host = Host(work.folder / name, **settings)
    try:
        host.start("run")
        plugins = clones.bring_up(Served(host), INSTALLED)
        taken = [restarted(host, random.choice(plugins)) for _ in range(times)]
    finally:
        host.stop()
    answered, up = sorted(one[1] for one in taken), sorted(one[0] for one in taken)
    return answered[min(len(answered) - 1, int(0.95 * len(answered)))], up[len(up) // 2]


def restarted(host: Host, plugin_id: str) -> tuple[float, float]:
    """Seconds until it is up, and from then until this plugin has answered."""
    host.stop()
    began = time.perf_counter()
    host.start("run")
    up = time.perf_counter()
    call(host, plugin_id)
    return up - began, time.perf_counter() - up


def call(host: Host, plugin_id: str) -> None:
    data = {"provider": "echo", "tool": "echo", "tool_parameters": {"text": "here"}, "credentials": {}}
    headers = {"X-Api-Key": host.key, "X-Plugin-ID": plugin_id}
    path = f"{host.url}/plugin/t-1/dispatch/tool/invoke"
    answer = httpx.post(path, json={"user_id": "u", "data": data}, headers=headers, timeout=120, trust_env=False)
    if '"here"' not in answer.text:
        raise SystemExit(f"{plugin_id} did not answer: {answer.status_code} {answer.text[:300]}")
