"""What a killed host has left behind is found by its marker, and nothing else is touched."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from runtime import orphans

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def marker() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def start() -> Iterator:
    """Starts a program that carries a marker; whatever is left of it ends with the test."""
    with ExitStack() as stack:

        def begin(marker: str, argv: tuple[str, ...] = ("/bin/sleep", "60")) -> subprocess.Popen[bytes]:
            env = {"PATH": os.environ["PATH"], orphans.VARIABLE: marker}
            process = stack.enter_context(subprocess.Popen(argv, env=env, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            wait_for_program(process.pid, argv[0])
            return process

        yield begin


def wait_for_program(pid: int, name: str) -> None:
    """The environment of a process is its parent's until it has become its program."""
    while name not in Path(f"/proc/{pid}/cmdline").read_text():
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_kills_what_carries_the_marker(start, marker):
    processes = [start(marker), start(marker)]
    assert orphans.sweep(marker) == 2
    assert [process.wait(10) for process in processes] == [-9, -9]


def test_kills_grandchildren_that_left_the_group_and_ignore_signals(start, marker):
    parent = start(marker, (sys.executable, "-c", STUBBORN))
    grandchild = int(parent.stdout.readline())
    assert orphans.sweep(marker) == 2
    assert parent.wait(10) == -9
    deadline = time.monotonic() + 10
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(grandchild)


def test_spares_other_markers_also_longer_ones(start, marker):
    other = start(marker + "2")
    assert orphans.sweep(marker) == 0
    assert other.poll() is None


def test_spares_what_is_to_be_kept(start, marker):
    kept, lost = start(marker), start(marker)
    assert orphans.sweep(marker, keep={kept.pid}) == 1
    assert lost.wait(10) == -9
    assert kept.poll() is None


def test_a_host_that_carries_the_marker_itself_lives(marker):
    program = f"from runtime import orphans; print(orphans.sweep({marker!r}))"
    env = {"PATH": os.environ["PATH"], orphans.VARIABLE: marker}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0\n")


def test_a_process_without_an_environment_is_not_waited_for_long(marker):
    with subprocess.Popen(["/bin/sleep", "60"], env={}) as bare:
        wait_for_program(bare.pid, "/bin/sleep")
        began = time.monotonic()
        assert orphans.sweep(marker) == 0
        assert time.monotonic() - began < 5
        assert is_alive(bare.pid)
        bare.kill()


def test_does_nothing_where_there_is_no_proc(monkeypatch, marker):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert orphans.sweep(marker) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have left processes of other users")
def test_root_finds_plugins_with_users_of_their_own(marker, start):
    command = "import os; os.setuid(58600); os.execv('/bin/sleep', ['/bin/sleep', '60'])"
    process = start(marker, (sys.executable, "-c", command))
    while Path(f"/proc/{process.pid}").stat().st_uid != 58600:
        time.sleep(0.005)
    # its program may be changing at this very moment
    assert orphans.sweep(marker) == 1
    assert process.wait(10) == -9
