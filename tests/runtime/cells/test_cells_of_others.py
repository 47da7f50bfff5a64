"""Cells of a host that is not root: the same walls, made in a user namespace."""

import os
import subprocess
from pathlib import Path

import pytest

from runtime.cells import making
from tests.runtime.cells.conftest import PYTHON

ROOT = Path(__file__).resolve().parents[3]
USER = 59_991
# Who is no root may not even enter the folders here: what it needs is shown to it elsewhere, in mounts of its own.
HOST = """
import os, shutil, subprocess, sys
from pathlib import Path
prefix, source, user, stage = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path("/mnt")
sys.path.append(source)
from runtime.cells import kernel
os.unshare(os.CLONE_NEWNS)
kernel.mount("none", Path("/"), flags=kernel.MS_REC | kernel.MS_PRIVATE)
kernel.mount("none", stage, kind="tmpfs", data="mode=755")
(stage / "python").mkdir()
kernel.bind(Path(prefix), stage / "python", attributes=0)
shutil.copytree(source + "/runtime/cells", stage / "src/runtime/cells", ignore=shutil.ignore_patterns("__pycache__"))
(stage / "src/runtime/__init__.py").touch()
(stage / "own").mkdir()
os.chown(stage / "own", user, user)
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
kernel.be_seen_by_itself()
if subprocess.run(["unshare", "--user", "true"]).returncode != 0:
    sys.exit(77)
libraries = {"LD_LIBRARY_PATH": str(stage / "python/lib")}
program = "import sys; sys.path[:0] = ['/mnt/src']; exec(sys.stdin.read())"
python = str(stage / "python/bin" / os.path.basename(sys.executable))
sys.exit(subprocess.run([python, "-I", "-S", "-c", program], env=libraries, stdin=0).returncode)
"""
OTHER = """
import os, subprocess, sys
from pathlib import Path
from runtime.cells import making
stage = Path("/mnt/own")
for name in ("place", "work", "layered"):
    (stage / name).mkdir()
(stage / "secret").write_text("secret")
(stage / "layered/module.py").write_text("GOOD")
cell = making.Cell(place=stage / "place", shown=[Path("/mnt/python")], written=[stage / "work"], layered=[stage / "layered"])
inside = '''
import os
def tried(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
held = status["CapEff"].strip("\\\\t0") + status["CapBnd"].strip("\\\\t0")
print(os.getuid(), os.getpid(), held, sorted(os.listdir("/mnt/own")))
print(tried(lambda: open("/mnt/own/secret").read()), tried(lambda: open("/new", "w")), end=" ")
print(tried(lambda: open("mine", "w").write("x")))
print(tried(lambda: os.unshare(os.CLONE_NEWUSER)), tried(lambda: open("/mnt/own/layered/module.py", "w").write("EVIL")))
print(open("/mnt/own/layered/module.py").read())
os.mkdir("closed")
open("closed/file", "w").close()
os.chmod("closed", 0)
'''
argv = making.command(cell, [sys.executable, "-I", "-S", "-c", inside])
subprocess.run(argv, cwd=stage / "work", env=dict(os.environ), check=True)
print((stage / "layered/module.py").read_text(), (stage / "work/mine").read_text())
making.clear(stage / "work")
making.clear(stage / "place")
print((stage / "work").exists(), (stage / "place").exists())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="who is not root has all other tests for this")
def test_a_host_that_is_not_root_makes_them_as_well() -> None:
    if reason := making.obstacle():
        pytest.skip(f"this machine cannot confine: {reason}")
    argv = [PYTHON, "-I", "-S", "-c", HOST, str(Path(PYTHON).parents[1]), str(ROOT), str(USER)]
    done = subprocess.run(argv, input=OTHER, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode == 77:
        pytest.skip(f"users of this machine may make no namespaces: {done.stderr}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1000 1  ['layered', 'work']",
        "FileNotFoundError OSError 1",
        "OSError 4",
        "EVIL",
        "GOOD x",
        "False False",
    ]
