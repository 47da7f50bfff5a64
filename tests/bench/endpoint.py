"""The endpoint door beside plain dispatch: `python -m tests.bench.endpoint`. A measurement, not a test.

Each door asks the smallest thing of a plugin: a tool that echoes a word, an endpoint that answers with one, whole or
streamed. What is compared is the host's processor time per call, the door's own cost; calls per second hold the plugins'
time as well. Quote ratios from one run: machines are shared and noisy.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from marketplace.difypkg import write_package
from tests.api import ROOT, Api
from tests.bench.__main__ import processor_time, request
from tests.bench.load import END_OF_BODY, load
from tests.servers import Host

WORD = b"0123456789abcdef"
ROUNDS = 5
ROW = "{:10s} {:>8s} {:>9s} {:>9s} {:>9s} {:>9s}"


def bring_up(server: Host, folder: Path) -> str:
    """The hook of an endpoint of `hooks_old`, on the SDK of `echo`."""
    api = Api(server.url, server.key)
    api.bring_up("echo", folder)
    package, source = folder / "hooks.difypkg", folder / "hooks"
    shutil.copytree(ROOT / "tests" / "plugins" / "hooks_old", source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "requirements.txt").write_text((ROOT / "tests" / "plugins" / "echo" / "requirements.txt").read_text())
    with write_package(source, package):
        identifier = api.upload(package)
    api.install(identifier)
    fields: dict[str, Any] = {
        "plugin_unique_identifier": identifier,
        "user_id": "u",
        "name": "bench",
        "settings": {"token": "s" * 20},
    }
    api.data(api.http.post(api.path("endpoint/setup"), json=fields))
    [endpoint] = api.data(api.http.get(api.path("endpoint/list"), params={"page": 1, "page_size": 1}))
    api.data(
        api.http.post(api.path("endpoint/rules"), json={"endpoint_id": endpoint["id"], "rules": {"inspect": False}})
    )
    return str(endpoint["hook_id"])


def webhook(hook: str, **told: Any) -> bytes:
    body = json.dumps({"body": (WORD + END_OF_BODY).hex(), **told}).encode()
    head = (
        f"POST /e/{hook}/answer HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure(server: Host, hook: str, seconds: float) -> None:
    """The doors take turns, so that what else the machine does meets all of them; shown is each one's median."""
    doors = {
        "dispatch": request(server.key, "echo", text=WORD.decode()),
        "endpoint": webhook(hook),
        "streamed": webhook(hook, pieces=1),
    }
    print(ROW.format("door", "callers", "calls/s", "p50 ms", "p99 ms", "host µs"))
    for callers in (1, 16, 64):
        runs: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in doors}
        for _ in range(ROUNDS):
            for name, raw in doors.items():
                runs[name].append(run(server, raw, callers=callers, seconds=seconds / ROUNDS))
        shown = {name: [median(column) for column in zip(*rows, strict=True)] for name, rows in runs.items()}
        for name, (rate, p50, p99, cost) in shown.items():
            print(ROW.format(name, str(callers), f"{rate:.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{cost:.0f}"))
        ratios = [f"{name} {shown[name][3] / shown['dispatch'][3]:.2f}" for name in ("endpoint", "streamed")]
        print(f"{'':10s} host time beside dispatch: {', '.join(ratios)}", flush=True)


def run(server: Host, raw: bytes, *, callers: int, seconds: float) -> tuple[float, float, float, float]:
    """Calls a second, two latencies in ms, and the host's processor time per call in µs."""
    before = processor_time(server.pid)
    result = asyncio.run(load(("127.0.0.1", server.port), raw, WORD, callers=callers, seconds=seconds))
    cost = (processor_time(server.pid) - before) / result.calls * 1e6
    if result.failures:
        raise SystemExit(f"{result.failures} answers were wrong")
    return result.calls / result.seconds, result.quantile(0.5) * 1000, result.quantile(0.99) * 1000, cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each case runs, in five rounds")
    seconds = parser.parse_args().seconds
    uvloop.install()
    with tempfile.TemporaryDirectory() as name:
        server = Host(Path(name))
        try:
            server.start("run")
            measure(server, bring_up(server, Path(name)), seconds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
