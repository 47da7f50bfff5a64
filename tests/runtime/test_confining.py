"""Limits that a process puts on itself before it becomes a plugin: they hold, they are handed down, they cannot be undone."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime import launcher
from runtime.confining import CannotConfine, confine

SYSTEM_PYTHON = "/usr/bin/python3"  # that others may run as well: a Python below /root is root's alone
ROOT = os.geteuid() == 0 and Path(SYSTEM_PYTHON).exists()
NOBODY = 64123
SELF = """
import ctypes, json, os, resource
number = ctypes.c_int(0)
ctypes.CDLL(None).prctl(2, ctypes.byref(number), 0, 0, 0)
names = {"data": "DATA", "file": "FSIZE", "descriptors": "NOFILE", "processes": "NPROC", "core": "CORE"}
print(json.dumps({
    "limits": {name: resource.getrlimit(getattr(resource, f"RLIMIT_{what}")) for name, what in names.items()},
    "nice": os.nice(0), "oom": int(open("/proc/self/oom_score_adj").read()), "ids": os.getresuid() + os.getresgid(),
    "groups": os.getgroups(), "death": number.value, "state": open("/proc/self/status").read(),
}))
"""
BOMB = """
import os, signal, time
children = []
try:
    while len(children) < 500:
        if (pid := os.fork()) == 0:
            time.sleep(9)
            os._exit(0)
        children.append(pid)
except OSError as error:
    os.write(1, b"%d %d" % (len(children), error.errno))
for pid in children:
    os.kill(pid, signal.SIGKILL)
"""


def run(script: str, **limits: int | str) -> subprocess.CompletedProcess[str]:
    python = SYSTEM_PYTHON if "user" in limits else sys.executable
    argv = launcher.wrap([python, "-I", "-S", "-c", script], limits)
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20, cwd="/")


def seen(**limits: int | str) -> Any:
    done = run(SELF, **limits)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_limit_is_put_on_and_cannot_be_raised_again():
    found = seen(data=700 << 20, file=5 << 20, descriptors=99, nice=3, oom=500)
    assert found["limits"]["data"] == [700 << 20, 700 << 20]
    assert found["limits"]["file"] == [5 << 20, 5 << 20]
    assert found["limits"]["descriptors"] == [99, 99]
    assert found["limits"]["core"] == [0, 0]
    assert found["nice"] == os.nice(0) + 3
    assert found["oom"] == max(500, int(Path("/proc/self/oom_score_adj").read_text()))


def test_the_death_of_the_host_is_still_heard_of():
    assert seen(nice=0)["death"] == signal.SIGKILL


def test_a_limit_is_never_above_that_of_the_host():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert seen(descriptors=most + 1000)["limits"]["descriptors"] == [most, most]


def test_what_it_has_no_memory_for_is_an_error_in_it():
    done = run("bytearray(300 << 20)", data=200 << 20)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_what_it_has_no_descriptors_for_is_an_error_in_it():
    done = run("import os\nwhile True: os.dup(0)", descriptors=30)
    assert "Too many open files" in done.stderr


def test_a_file_cannot_grow_beyond_its_limit(tmp_path):
    done = run(f"open({str(tmp_path / 'big')!r}, 'wb').write(bytes(3 << 20))", file=1 << 20)
    assert "File too large" in done.stderr
    assert (tmp_path / "big").stat().st_size == 1 << 20


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_another_user_for_good():
    found = seen(user=NOBODY)
    assert found["ids"] == [NOBODY] * 6
    assert found["groups"] == []
    assert "NoNewPrivs:\t1" in found["state"]
    assert found["death"] == signal.SIGKILL  # the kernel forgets it with the change of user
    assert run("import os; os.setuid(0)", user=NOBODY).returncode == 1


@pytest.mark.skipif(not ROOT, reason="the kernel counts processes of root, but holds it to nothing")
def test_a_user_of_its_own_can_start_only_so_many():
    done = run(BOMB, user=NOBODY + 1, processes=12)
    assert (done.returncode, done.stdout) == (0, f"11 {errno.EAGAIN}")


def test_what_cannot_be_put_on_is_said_and_nothing_runs():
    done = run("print('ran')", cgroup="/nowhere/at/all")
    assert done.returncode == launcher.CANNOT_RUN
    assert done.stdout == ""
    assert "cannot enter the control group /nowhere/at/all: No such file or directory" in done.stderr


def test_values_may_have_come_as_json():
    with pytest.raises(CannotConfine, match="control group"):
        confine(json.loads('{"cgroup": "/nowhere"}'))
