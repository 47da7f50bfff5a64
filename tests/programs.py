"""Programs that run beside the tests: started, waited for, and ended with them, whatever ends the tests."""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from runtime.launcher import wrap

POLL = 0.05  # seconds
# For what happens at once on an idle machine: far above that, far below the time-outs that would bring it about as well.
SOON = 15.0  # seconds
PROMISED = (
    1.0  # seconds within which a reverse call ends when nobody waits for it any more: it is not for tests to widen
)
PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def required(name: str, found: str | None) -> str:
    """The path of a program that tests need. Without it they fail in CI and are skipped elsewhere."""
    if found is not None:
        return found
    reason = f"{name} is not on this machine; make test installs it on Debian"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def on_path(name: str) -> str:
    return required(name, shutil.which(name))


def free_port() -> int:
    """A port that is this process's own as long as it lives, whether or not somebody listens on it just now.

    The kernel gives none of this range to connections, and other tests ask here too: whoever has the port over UDP has
    it. What binds to 0, closes and begins to listen seconds later finds now and then that another one was quicker.
    """
    first, last = own_ports()
    for _ in range(1000):
        port = random.SystemRandom().randrange(first, last)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with suppress(OSError), socket.socket() as listener:
            claim.bind(("127.0.0.1", port))
            listener.bind(("127.0.0.1", port))
            claim.detach()
            return port
        claim.close()
    pytest.fail(f"no port between {first} and {last} is free")


def own_ports() -> tuple[int, int]:
    """Below those that connections get, and above those that are known by heart."""
    lowest = int(PORTS.read_text().split()[0]) if PORTS.exists() else 49_152
    return (10_000, lowest) if lowest > 12_000 else (10_000, 60_000)


def wait_until[T](condition: Callable[[], T], *, what: str, seconds: float = 60.0) -> T:
    """The first true answer of `condition`; fails the test when there is none in time."""
    until = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > until:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(POLL)
    return answer


async def until(condition: Callable[[], object], seconds: float = SOON) -> None:
    """The same for what happens on the loop of the test itself."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


class Program:
    """A running program. The kernel kills it when this process ends, be it by SIGKILL."""

    def __init__(self, argv: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.argv, self.log = list(argv), log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                wrap(self.argv),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.process.pid

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until(self, condition: Callable[[], object], *, what: str, seconds: float = 120.0) -> None:
        """Waits for what the running program brings about; its output is shown when it does not."""
        until = time.monotonic() + seconds
        while not condition():
            if not self.runs or time.monotonic() > until:
                ended = "" if self.runs else f" (it ended with status {self.process.returncode})"
                pytest.fail(f"{what}: not within {seconds:g} s{ended}\n{self.output[-5000:]}")
            time.sleep(POLL)

    def kill(self) -> None:
        """As `kill -9` does, of this process alone."""
        self.process.kill()
        self.process.wait()

    def stop(self, grace: float = 20.0) -> int:
        """Ends it by SIGTERM, by SIGKILL after the grace; returns its exit status."""
        if self.runs:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode
