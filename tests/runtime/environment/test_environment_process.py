"""A program may be slow or quiet, but not both; and it never outlives its run."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from runtime.environment import process
from runtime.environment.sockets import received
from tests.programs import SOON

QUIET_BUT_WRITING = """
import time
with open("file", "wb", buffering=0) as file:
    for _ in range(30):
        file.write(b"x" * 10000); time.sleep(0.1)
"""
QUIET_BUT_BUSY = "import time\nend = time.monotonic() + 3\nwhile time.monotonic() < end: pass"
PARENT_OF_QUIET = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {QUIET_BUT_BUSY!r}])"
TALKING = "import time\nfor _ in range(30): print('.', flush=True); time.sleep(0.1)"


@pytest.fixture
def run(tmp_path):
    def begin(*argv: str, idle: float = 20, total: float = 30, cancelled=lambda: False) -> tuple[int, list[str]]:
        lines: list[str] = []
        watch = process.Watch(idle=idle, deadline=time.monotonic() + total, total=total, cancelled=cancelled)
        status = process.run(argv, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, watch=watch, hear=lines.append)
        return status, lines

    return begin


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_lines_of_both_streams_and_the_status(run):
    status, lines = run("/bin/sh", "-c", "echo one; echo two >&2; printf 'thr\\303\\251\\r\\n\\377'; exit 3")
    assert status == 3
    assert lines == ["one", "two", "thré", "\ufffd"]


def test_nothing_is_awaited_from_the_keyboard(run):
    assert run("/bin/cat") == (0, [])


def test_long_lines(run):
    status, lines = run(sys.executable, "-c", "print('x' * 3_000_000)")
    assert (status, len(lines[0])) == (0, 3_000_000)


def test_quiet_and_idle_is_too_much(run):
    started = time.monotonic()
    with pytest.raises(process.Halted, match=r"^no activity for 0\.6 seconds$"):
        run("/bin/sleep", "30", idle=0.6)
    assert time.monotonic() - started < SOON


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("program", [QUIET_BUT_WRITING, QUIET_BUT_BUSY, PARENT_OF_QUIET, TALKING])
def test_activity_of_any_kind_is_enough(run, program):
    status, _lines = run(sys.executable, "-c", program, idle=1.5)
    assert status == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel")
def test_bytes_received_are_counted():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as one:
        other, _address = server.accept()
        before = received(Path("/proc/self"))
        with other:
            other.sendall(b"x" * 70000)
            assert one.recv(1)
            assert received(Path("/proc/self")) - before == 70000


def test_nothing_is_received_by_a_process_that_is_not():
    assert received(Path("/proc/0")) == 0


def test_the_whole_has_a_limit(run):
    with pytest.raises(process.Halted, match=r"^not finished after 0\.7 seconds$"):
        run(sys.executable, "-c", TALKING, total=0.7)


def test_it_can_be_cancelled(run):
    begun = time.monotonic()
    with pytest.raises(process.Cancelled):
        run("/bin/sleep", "30", cancelled=lambda: time.monotonic() - begun > 0.5)
    assert time.monotonic() - begun < SOON


def test_children_are_killed_with_it(run, tmp_path):
    with pytest.raises(process.Halted):
        run("/bin/sh", "-c", "sleep 60 & echo $! > pid; wait", total=3)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + SOON
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid)


def test_a_listener_that_fails_ends_it(tmp_path):
    def fail(_line: str) -> None:
        raise ValueError("enough")

    watch = process.Watch(idle=20, deadline=time.monotonic() + 20, total=20, cancelled=lambda: False)
    with pytest.raises(ValueError, match="enough"):
        process.run(["/bin/sh", "-c", "echo x; sleep 60"], cwd=tmp_path, env={}, watch=watch, hear=fail)


def test_what_a_program_leaves_behind_is_not_waited_for(run):
    started = time.monotonic()
    assert run("/bin/sh", "-c", "(setsid sleep 40 &) ; echo done") == (0, ["done"])
    assert time.monotonic() - started < 20
