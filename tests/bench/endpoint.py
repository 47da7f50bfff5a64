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
from typing import Any

import uvloop

from marketplace.difypkg import write_package
from tests.api import ROOT, Api
from tests.bench.__main__ import processor_time, request
from tests.bench.load import END_OF_BODY, load
from tests.servers import Host

WORD = b"0123456789abcdef"
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
    doors = {
        "dispatch": request(server.key, "echo", text=WORD.decode()),
        "endpoint": webhook(hook),
        "streamed": webhook(hook, pieces=1),
    }
    print(ROW.format("door", "callers", "calls/s", "p50 ms", "p99 ms", "host µs"))
    for callers in (1, 16, 64):
        costs: dict[str, float] = {}
        for name, raw in doors.items():
            before = processor_time(server.pid)
            result = asyncio.run(load(("127.0.0.1", server.port), raw, WORD, callers=callers, seconds=seconds))
            costs[name] = (processor_time(server.pid) - before) / result.calls * 1e6
            numbers = (result.calls / result.seconds, result.quantile(0.5) * 1000, result.quantile(0.99) * 1000)
            shown = [f"{numbers[0]:.0f}", *(f"{number:.2f}" for number in numbers[1:]), f"{costs[name]:.0f}"]
            print(
                ROW.format(name, str(callers), *shown) + (f"  {result.failures} FAILED" if result.failures else ""),
                flush=True,
            )
        ratios = [f"{name} {costs[name] / costs['dispatch']:.2f}" for name in ("endpoint", "streamed")]
        print(f"{'':10s} host time beside dispatch: {', '.join(ratios)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each case runs")
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
