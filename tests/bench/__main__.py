"""Dispatch through the real HTTP door: `python -m tests.bench` (make bench). A measurement, not a test.

Calls per second, latencies, and processor time of host and plugin per call and per chunk. Quote ratios from one run: machines
are shared and noisy.
"""

import argparse
import asyncio
import contextlib
import tempfile
from pathlib import Path

import orjson
import uvloop

from tests.api import Api
from tests.bench.load import load
from tests.servers import Host

CHUNKS = 500


def processor_time(pid: int) -> float:
    """Seconds of processor time of all threads of a process, exact."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def plugin_process(host: int) -> int:
    """The one plugin that the host runs."""
    children = Path(f"/proc/{host}/task/{host}/children").read_text().split()
    named = [int(child) for child in children if b"main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return named[0]


def request(key: str, tool: str, **parameters: object) -> bytes:
    """The bytes of a whole HTTP request that runs a tool of echo."""
    data = {"provider": "echo", "tool": tool, "tool_parameters": parameters, "credentials": {}}
    body = orjson.dumps({"user_id": "u", "data": data})
    head = (
        f"POST /plugin/t-1/dispatch/tool/invoke HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {key}\r\n"
        f"X-Plugin-ID: patchbay/echo\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


CASES: tuple[tuple[str, str, dict[str, object], bytes, int], ...] = (
    ("echo, 16 B", "echo", {"text": "0123456789abcdef"}, b"0123456789abcdef", 1),
    (f"stream, {CHUNKS} chunks of 16 B", "stream", {"count": CHUNKS, "size": 16}, b"499:", CHUNKS),
)
COLUMNS = "{:28s} {:>7s} {:>9s} {:>9s} {:>9s} {:>10s} {:>10s} {:>12s}"


def measure(server: Host, seconds: float) -> None:
    host = server.pid
    plugin = plugin_process(host)
    print(COLUMNS.format("case", "callers", "calls/s", "p50 ms", "p99 ms", "chunks/s", "host µs", "plugin µs"))
    for name, tool, parameters, expected, chunks in CASES:
        raw = request(server.key, tool, **parameters)
        for callers in (1, 16, 64):
            before = processor_time(host), processor_time(plugin)
            result = asyncio.run(load(("127.0.0.1", server.port), raw, expected, callers=callers, seconds=seconds))
            after = processor_time(host), processor_time(plugin)
            units = result.calls * chunks
            host_us, plugin_us = ((b - a) / units * 1e6 for a, b in zip(before, after, strict=True))
            print(
                COLUMNS.format(
                    name,
                    str(callers),
                    f"{result.calls / result.seconds:.0f}",
                    f"{result.quantile(0.5) * 1000:.2f}",
                    f"{result.quantile(0.99) * 1000:.2f}",
                    f"{units / result.seconds:.0f}" if chunks > 1 else "",
                    f"{host_us:.0f}",
                    f"{plugin_us:.0f}",
                )
                + (f"  {result.failures} FAILED" if result.failures else ""),
                flush=True,
            )
    print("host and plugin: processor time per call, and per chunk where there are chunks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each case runs")
    seconds = parser.parse_args().seconds
    uvloop.install()
    with tempfile.TemporaryDirectory() as name:
        server = Host(Path(name))
        try:
            server.start("run")
            Api(server.url, server.key).bring_up("echo", Path(name))
            measure(server, seconds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
