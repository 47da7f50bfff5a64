"""Cells: what is seen from inside, what is left outside, and what happens to who uses too much."""

import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.cells import making
from runtime.cells.making import Limits

OPEN = """
import os
for path in paths:
    try:
        print(path, "read", len(open(path, "rb").read()))
    except OSError as error:
        print(path, type(error).__name__)
"""
CHANGE = """
import os
for path in paths:
    try:
        open(path, "w").write("changed")
        print(path, "written")
    except OSError as error:
        print(path, type(error).__name__)
"""
CALL = """
import socket
for where in places:
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    try:
        with socket.socket(family) as one:
            one.settimeout(20)
            one.connect(where)
        print("reached")
    except OSError as error:
        print(type(error).__name__)
"""


def test_it_sees_what_it_is_shown_and_nothing_of_the_host(bench, say, tmp_path) -> None:
    secret = tmp_path / "db.sqlite3"
    secret.write_text("secret")
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "a").write_text("a")
    (shown / "b").write_text("b")
    bench.set(shown=[*bench.cell.shown, shown], hidden=[shown / "b"])
    paths = [str(secret), str(shown / "a"), str(shown / "b"), "/etc/shadow", "/etc/passwd"]
    told = dict(line.split(" ", 1) for line in say(OPEN, paths=paths).splitlines())
    assert told[str(secret)] == told["/etc/shadow"] == "FileNotFoundError"
    assert (told[str(shown / "a")], told[str(shown / "b")]) == ("read 1", "read 0")
    assert told["/etc/passwd"].startswith("read")  # one of its own
    assert "root:x:0:0::/:/bin/sh\ncell:" in say("print(open('/etc/passwd').read())")


def test_it_writes_where_it_may_and_nowhere_else(bench, say, tmp_path) -> None:
    shown = tmp_path / "shown"
    shown.mkdir(mode=0o777)
    kept = shown / "kept"
    kept.write_text("kept")
    kept.chmod(0o666)
    bench.set(shown=[*bench.cell.shown, shown])
    paths = [str(kept), str(tmp_path / "new"), "/usr/new", "/etc/hosts", "/new", "/proc/sys/kernel/core_pattern"]
    said = say(CHANGE, paths=[*paths, str(bench.work / "mine")])
    assert said.count("written") == 1
    assert (kept.read_text(), (bench.work / "mine").read_text()) == ("kept", "changed")
    assert not (tmp_path / "new").exists()


def test_what_is_written_over_a_layer_stays_in_the_cell(bench, say) -> None:
    """The shared folder of wheels keeps what it has, whatever a build does to it, and the build may do all."""
    before = bench.layered / "archive" / "module.py"
    before.parent.mkdir()
    before.write_text("GOOD = True")
    before.chmod(0o444)
    lines = """
import os, shutil
print(open(path).read())
os.chmod(path, 0o644)
open(path, "w").write("EVIL = True")
open(path + "2", "w").write("EVIL = True")
print(open(path).read())
shutil.rmtree(os.path.dirname(path))
print(os.path.exists(path))
"""
    assert say(lines, path=str(before)).splitlines() == ["GOOD = True", "EVIL = True", "False"]
    assert before.read_text() == "GOOD = True"
    assert stat.S_IMODE(before.stat().st_mode) == 0o444
    assert [path.name for path in before.parent.iterdir()] == ["module.py"]
    # the next program in the same cell goes on where the last one stopped
    assert say("import os; print(os.path.exists(path))", path=str(before)) == "False"


def test_it_is_nobody_and_sees_no_other_process(bench, say) -> None:
    lines = """
import os
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
held = status["CapEff"].strip("\\t0") + status["CapBnd"].strip("\\t0")
print(os.getuid(), os.geteuid(), os.getpid(), held, status["NoNewPrivs"].strip())
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
try:
    os.unshare(os.CLONE_NEWUSER)
    print("a namespace of its own")
except OSError:
    print("no namespace")
try:
    os.setuid(0)
    print("root")
except OSError:
    print("not root")
print(sorted(os.listdir("/proc/self/fd"))[:3], os.path.exists("/sys"))
"""
    assert say(lines).splitlines() == [
        "1000 1000 1  1",
        "[1]",
        "no namespace",
        "not root",
        "['0', '1', '2'] False",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_what_it_writes_is_not_roots(bench, say) -> None:
    say("open('mine', 'w').write('x')")
    assert (bench.work / "mine").stat().st_uid == bench.cell.user


def test_of_the_environment_there_is_what_was_given(bench, say, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("DATABASE_URL", "canary")
    bench.extra = {"GIVEN": "1", "HTTPS_PROXY": "http://user:canary@proxy.invalid:3128"}
    bench.set(environment={"SAID": "2"})
    lines = "import os; print(sorted(os.environ)); print(open('/proc/self/environ').read() + str(os.environ))"
    said = say(lines)
    assert "canary" not in said
    assert "['ALL_PROXY', 'GIVEN', 'HTTPS_PROXY', 'HTTP_PROXY'," in said
    assert "'SAID'" in said


def test_it_reaches_nobody_neither_by_address_nor_by_file(bench, say, tmp_path) -> None:
    """A server of this machine that listens on its loopback, one that has a name in the file system, one with none there."""
    with socket.create_server(("127.0.0.1", 0)) as near, socket.socket(socket.AF_UNIX) as named:
        folder = os.open(tmp_path, os.O_RDONLY)
        named.bind(f"/proc/self/fd/{folder}/s")
        named.listen()
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0patchbay-{os.getpid()}")
        abstract.listen()
        with abstract:
            places = [near.getsockname(), str(tmp_path / "s")[-90:], f"\0patchbay-{os.getpid()}", ("192.0.2.1", 443)]
            said = say(CALL, places=places)
        os.close(folder)
    assert len(said.splitlines()) == 4
    assert "reached" not in said


def test_notes_come_out_and_cannot_be_taken_back(bench, say) -> None:
    lines = """
import json, os, socket
letters = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
letters.connect("/run/notes")
letters.send(json.dumps({"kind": "host", "what": "a.example"}).encode())
letters.send(json.dumps({"kind": "host", "what": "a.example"}).encode())
letters.send(b"{")
letters.send(json.dumps({"kind": "other", "what": "x"}).encode())
letters.send(json.dumps([1]).encode())
for what in (lambda: os.unlink("/run/notes"), lambda: os.rename("/run/notes", "/run/x"), lambda: open(record, "w")):
    try:
        what()
        print("done")
    except OSError:
        pass
letters.send(json.dumps({"kind": "file", "what": "/x"}).encode())
"""
    assert say(lines, record=str(bench.cell.record)) == ""
    assert bench.notes.splitlines() == ['{"kind": "host", "what": "a.example"}', '{"kind": "file", "what": "/x"}']


def test_processes_are_counted_and_all_end_with_the_first(bench, say) -> None:
    bench.set(limits=Limits(processes=20))
    lines = """
import os, signal, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(60)
        count += 1
except OSError as error:
    print(type(error).__name__, count < 30)
"""
    assert say(lines) == "BlockingIOError True"
    until(lambda: os.geteuid() != 0 or not any(bench.cell.user in users_of(pid) for pid in processes()))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def users_of(pid: int) -> list[int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return []
    return [int(one) for line in lines if line.startswith("Uid:") for one in line.split()[1:]]


def test_memory_of_all_together_is_limited(bench) -> None:
    bench.set(limits=Limits(memory=150 << 20))
    lines = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = bytearray(os.urandom(1 << 20)) * 60
        time.sleep(600)
time.sleep(600)
"""
    said, status = bench.run(lines)
    assert said.startswith("error: ended in its cell: it used ")
    assert "MiB of memory, and 150 MiB are allowed" in said
    assert status == 128 + 9
    assert '"limit"' in bench.notes


def test_memory_that_is_shared_counts_as_well(bench) -> None:
    bench.set(limits=Limits(memory=100 << 20))
    lines = """
import mmap, time
held = mmap.mmap(-1, 200 << 20)
for _ in range(180):
    held.write(b"x" * (1 << 20))
time.sleep(600)
"""
    said, _ = bench.run(lines)
    assert "MiB of memory, and 100 MiB are allowed" in said


def test_many_small_files_are_too_many(bench) -> None:
    bench.set(limits=Limits(entries=500))
    said, _ = bench.run("import time\nfor number in range(600): open(str(number), 'w').close()\ntime.sleep(600)")
    assert "files, and 500 are allowed" in said


def test_one_process_alone_gets_no_more_memory(bench, say) -> None:
    bench.set(limits=Limits(memory=100 << 20))
    lines = """
try:
    held = bytearray(200 << 20)
except MemoryError:
    print("no")
"""
    assert say(lines) == "no"


@pytest.mark.parametrize("where", ["work", "layered"])
def test_what_it_writes_is_limited(bench, where) -> None:
    bench.set(limits=Limits(disk=8 << 20, file=4 << 20))
    lines = """
import os, time
for number in range(8):
    with open(os.path.join(folder, str(number)), "wb") as file:
        file.write(b"x" * (3 << 20))
time.sleep(600)
"""
    said, _ = bench.run(lines, folder=str(getattr(bench, where)))
    assert "MiB to the disk, and 8 MiB are allowed" in said


def test_one_file_is_limited(bench, say) -> None:
    bench.set(limits=Limits(file=1 << 20))
    lines = """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open("x", "wb") as file:
        file.write(b"x" * (2 << 20))
except OSError as error:
    print(error.strerror)
"""
    assert say(lines) == "File too large"


def test_its_status_is_the_programs(bench) -> None:
    assert bench.run("raise SystemExit(7)") == ("", 7)
    assert (
        bench.run("import os, signal; os.kill(os.getpid(), signal.SIGKILL); import time; time.sleep(0.1); os._exit(3)")[
            1
        ]
        == 3
    )
    said, status = bench.run("import os; os.execv('/nowhere', ['x'])")
    assert (status, "FileNotFoundError" in said) == (1, True)


def test_it_ends_with_who_keeps_it(bench) -> None:
    import subprocess

    from tests.runtime.cells.conftest import PYTHON

    argv = making.command(bench.cell, [PYTHON, "-c", "import time; print('up', flush=True); time.sleep(600)"])
    kept = subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=bench.work, env={})
    with kept:
        assert kept.stdout is not None
        assert kept.stdout.readline() == b"up\n"
        kept.kill()
        # its end of the pipe closes when the program is gone
        assert kept.stdout.read() == b""


def test_what_is_left_can_be_removed_also_where_it_was_closed(bench, say, tmp_path) -> None:
    say("import os; os.makedirs('a/b'); open('a/b/c', 'w').close(); os.symlink('/etc', 'a/link'); os.chmod('a', 0)")
    making.clear(bench.work)
    assert not bench.work.exists()


def test_one_that_cannot_be_made_says_why_where_no_program_could_have_said_it(bench) -> None:
    """A folder to write in cannot be shown where there is a file already."""
    (bench.work / "file").touch()
    bench.set(shown=[*bench.cell.shown, bench.work / "file"], written=[bench.work, Path("/etc/passwd/below")])
    said, status = bench.run("print('here')")
    assert (status, "here" in said) == (0, True)  # what is not there is not shown
    bench.set(layered=[Path("/etc/passwd/below")])
    said, status = bench.run("print('here')")
    assert (status, "here" in said) == (126, False)
    assert '{"kind": "broken", "what": "[Errno ' in bench.notes


def test_what_a_cell_is_made_of_cannot_be_hidden(bench, say) -> None:
    """The home of whom the host runs as may be a folder of the system."""
    bench.set(hidden=[Path("/"), Path("/usr"), Path("/usr/sbin"), Path("/dev"), Path("/bin")])
    assert say("print('here')") == "here"


def test_an_obstacle_is_a_sentence(monkeypatch) -> None:
    assert making.obstacle() == ""
    monkeypatch.setattr(making, "command", lambda cell, argv: ["/bin/sh", "-c", "echo nothing of it >&2; exit 1"])
    assert making.obstacle() == "nothing of it"
    monkeypatch.setattr(making, "command", lambda cell, argv: ["/nowhere/at/all"])
    assert "No such file" in making.obstacle()
