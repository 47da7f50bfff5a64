"""A launched program keeps its command, is rid of inherited signals, and never outlives its host."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime import launcher

ROOT = Path(__file__).parents[2]
HOST = """
import subprocess, sys, time
from runtime import launcher
child = subprocess.Popen(launcher.wrap(["/bin/sleep", "60"]), start_new_session=True)
while b"sleep" not in open(f"/proc/{child.pid}/cmdline", "rb").read():
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(60)
"""


def run(argv: list[str], **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(launcher.wrap(argv), capture_output=True, text=True, check=False, timeout=20, **options)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone, or going while it is read
        return False


def wait_until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_arguments_folder_environment_and_exit_status_pass(tmp_path):
    script = 'printf "%s|" "$@"; pwd; echo "$ONLY"; exit 7'
    done = run(["/bin/sh", "-c", script, "sh", "a b", "--", "é"], cwd=tmp_path, env={"ONLY": "this"})
    assert done.stdout == f"a b|--|é|{tmp_path}\nthis\n"
    assert done.returncode == 7


def test_the_program_takes_the_place_of_the_launcher():
    child = subprocess.Popen(launcher.wrap(["/bin/sh", "-c", "echo $$"]), stdout=subprocess.PIPE)
    assert int(child.communicate(timeout=20)[0]) == child.pid


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_signal_stays_ignored_or_blocked():
    def ignore_and_block() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGUSR1])

    done = run(["/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"], preexec_fn=ignore_and_block)
    # 32 and 33 belong to the C library: no program can change them
    changeable = sum(1 << (number - 1) for number in signal.valid_signals())
    assert [int(line.split()[1], 16) & changeable for line in done.stdout.splitlines()] == [0, 0]


def test_a_program_that_is_not_there_is_named():
    done = run(["/nowhere/program"])
    assert done.returncode == launcher.CANNOT_RUN
    assert done.stderr == "cannot run /nowhere/program: No such file or directory\n"


def test_nothing_is_started_for_a_host_that_is_gone():
    command = launcher.wrap(["/bin/echo", "started"])
    command[4] = "1"
    done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    assert done.returncode == launcher.HOST_IS_GONE
    assert done.stdout == b""


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such call elsewhere")
def test_a_killed_host_leaves_no_program():
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, cwd=ROOT)
    with host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        assert runs(pid)
        os.kill(host.pid, signal.SIGKILL)
    assert wait_until(lambda: not runs(pid))


def test_it_costs_little_beside_the_start_of_a_python():
    def took(argv: list[str]) -> float:
        started = time.perf_counter()
        subprocess.run(argv, check=True, timeout=20)
        return time.perf_counter() - started

    # the best of several; the bound finds an import that does not belong, not a busy machine
    bare = min(took([sys.executable, "-I", "-S", "-c", "pass"]) for _ in range(10))
    assert min(took(launcher.wrap(["/bin/true"])) for _ in range(15)) < max(0.1, 5 * bare)
