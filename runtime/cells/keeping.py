"""Makes a cell, runs a program in it and stays outside: opens the door, takes notes, watches, ends it.

Run as ``python -I -S keeping.py DESCRIPTION PROGRAM...``. Three processes: this one; one in the cell's namespaces that waits for
the third, which is the cell's first process and becomes the program. When one of them ends, so do those behind it.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))

from runtime.cells import door, kernel, notes, walls, watching
from runtime.cells.making import ENDED

CANNOT = 126
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
NEAR = "localhost,127.0.0.1,::1"
SPACES = os.CLONE_NEWNS | os.CLONE_NEWPID | os.CLONE_NEWNET | os.CLONE_NEWIPC | os.CLONE_NEWUTS | os.CLONE_NEWCGROUP


def main(description: str, argv: list[str]) -> int:
    """Returns the program's status; 128 and more for a signal."""
    said = json.loads(Path(description).read_text())
    record = notes.Notes(Path(said["place"], "record"))
    letters = notes.box(make_place(said))
    users = user_space(said["user"]) if os.geteuid() == 0 and said["layered"] else -1
    mine, theirs = socket.socketpair()
    told, telling = os.pipe()
    between = os.fork()
    if between == 0:
        mine.close()
        os.close(told)
        run_between(said, argv, users=users, theirs=theirs, telling=telling)
    theirs.close()
    os.close(telling)
    first = int(os.read(told, 20) or b"0")
    listening, trouble = received(mine)
    if listening is None:
        record.note("broken", trouble)
    keep(said, record, letters=letters, listening=listening)
    return watch(said, record, between=between, first=first)


def make_place(said: dict[str, Any]) -> Path:
    """Folders for the root and for layers, the cell user's own where that is another one; answers where notes go."""
    place = Path(said["place"])
    (place / "root").mkdir(exist_ok=True)
    for number in range(len(said["layered"])):
        for name in ("below", "above", "work"):
            kept = place / f"layer{number}" / name
            if not kept.exists():
                kept.mkdir(parents=True)
                if os.geteuid() == 0:
                    os.chown(kept, said["user"], said["user"])
    (place / "notes").unlink(missing_ok=True)
    return place / "notes"


def user_space(user: int) -> int:
    """A user namespace in which root's files are `user`'s; its descriptor, -1 if it cannot be had."""
    ready, made = os.pipe()
    over, enough = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.unshare(os.CLONE_NEWUSER)
            os.write(made, b"1")
            os.close(enough)
            os.read(over, 1)
        finally:
            os._exit(0)
    os.close(made)
    try:
        if not os.read(ready, 1):
            return -1
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{pid}/{name}").write_text(f"0 {user} 1")
        return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        for descriptor in (ready, over, enough):
            os.close(descriptor)
        os.waitpid(pid, 0)


def run_between(said: dict[str, Any], argv: list[str], *, users: int, theirs: socket.socket, telling: int) -> None:
    """In the process between: make the namespaces, start the first process in them, end as that one does."""
    status = CANNOT
    try:
        kernel.die_with_parent()
        if os.geteuid() != 0:
            walls.enter_users()
        os.unshare(SPACES)
        first = os.fork()
        if first == 0:
            os.close(telling)
            become_first(said, argv, users=users, theirs=theirs)
        theirs.close()
        os.write(telling, str(first).encode())
        os.close(telling)
        status = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    except OSError as error:
        give_up(theirs, error)
    finally:
        os._exit(status if status >= 0 else 128 - status)


def become_first(said: dict[str, Any], argv: list[str], *, users: int, theirs: socket.socket) -> None:
    """In the cell's first process: build it, hand out the door, become the program."""
    try:
        kernel.die_with_parent()
        here = str(Path.cwd())
        walls.build(said, users=users)
        kernel.bring_up_loopback()
        address = open_door(theirs)
        walls.become(said["user"])
        kernel.die_with_parent()  # a change of user made the kernel forget it
        walls.bound(said["limits"])
        os.chdir(here if Path(here).is_dir() else "/")
        os.closerange(3, 1 << 16)
        os.execvpe(argv[0], argv, world(said, address))  # noqa: S606
    except OSError as error:
        give_up(theirs, error)
    finally:
        os._exit(CANNOT)


def give_up(theirs: socket.socket, error: OSError) -> None:
    with suppress(OSError):
        theirs.send(str(error).encode()[:500])
    sys.stderr.write(f"a cell cannot be made: {error}\n")
    sys.stderr.flush()


def open_door(theirs: socket.socket) -> str:
    """A socket belongs to the network that it was made in, whoever has it: it is made here and kept outside."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        socket.send_fds(theirs, [b"door"], [listening.fileno()])
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def world(said: dict[str, Any], address: str) -> dict[str, str]:
    """The environment as it came and as it was said, but that all proxies are the door."""
    proxies = {name: address for upper in PROXIES for name in (upper, upper.lower())}
    # an index may be on this machine, whose loopback is not the cell's
    near = "" if said["hosts"] else NEAR
    return {**os.environ, **said["environment"], **proxies, "NO_PROXY": near, "no_proxy": near}


def received(mine: socket.socket) -> tuple[socket.socket | None, str]:
    """The door, once it is there; None, and why, if the cell came to nothing before the program had its turn."""
    try:
        text, descriptors, _, _ = socket.recv_fds(mine, 500, 1)
    except OSError as error:
        return None, str(error)
    if descriptors:
        return socket.socket(fileno=descriptors[0]), ""
    return None, text.decode(errors="replace") or "its processes ended"


def keep(said: dict[str, Any], record: notes.Notes, *, letters: socket.socket, listening: socket.socket | None) -> None:
    """Threads that take notes and answer at the door."""
    threading.Thread(target=record.listen, args=(letters,), daemon=True).start()
    if listening is not None:
        through = {name: os.environ.get(name, "") for name in (*PROXIES, "NO_PROXY")}
        hosts = [(str(host), int(port)) for host, port in said["hosts"]]
        threading.Thread(
            target=door.Door(record, hosts=hosts, through=through).keep, args=(listening,), daemon=True
        ).start()


def watch(said: dict[str, Any], record: notes.Notes, *, between: int, first: int) -> int:
    """Wait for the end, or bring it about; answers the status."""
    place = Path(said["place"])
    layers = [place / f"layer{number}" for number in range(len(said["layered"]))]
    watched = watching.Watch(first, [*map(Path, said["written"]), *layers], said["limits"])
    ended = threading.Event()
    status: list[int] = []
    threading.Thread(target=wait, args=(between, status, ended), daemon=True).start()
    while not ended.wait(watching.PAUSE):
        if first and (why := watched.complaint()):
            record.note("limit", why)
            sys.stderr.write(f"{ENDED}{why}\n")
            sys.stderr.flush()
            os.kill(first, signal.SIGKILL)
            ended.wait()
    time.sleep(0.05)  # a last note may still be on its way
    return status[0]


def wait(pid: int, status: list[int], ended: threading.Event) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status.append(code if code >= 0 else 128 - code)
    ended.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
