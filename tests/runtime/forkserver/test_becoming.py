"""A plugin that was forked finds what it would find as `python -m main`, and ends as it would."""

import asyncio
import signal

from runtime.environment import build
from runtime.forkserver import origin_of
from runtime.spawning import OWN, Launch, Plain
from tests import sdk
from tests.runtime.forkserver.programs import MIRROR, launch_of, program, ran, rest_of


async def test_nothing_tells_it_from_a_process_of_its_own(forking, tmp_path):
    folder = program(tmp_path / "mirror", MIRROR)
    forked, plain = await asyncio.gather(ran(forking, launch_of(folder)), ran(Plain(), launch_of(folder)))
    assert forked.how.startswith("forked from a process with its SDK 0.10.2")
    assert plain.how == OWN
    assert forked.errors == plain.errors == ""
    mine, theirs = forked.told, plain.told
    # its event loop was opened for another process and is opened anew; nothing else is open
    assert set(mine.pop("descriptors")) == set(theirs.pop("descriptors"))
    assert mine == theirs


ENDINGS = [
    ("raise SystemExit(7)", 7),
    ("import sys; sys.exit('last words')", 1),
    ("def f():\n    raise KeyError('of mine')\nf()", 1),
    ("import atexit; atexit.register(print, 'at exit')\nprint('not flushed', end='')", 0),
    ("import os; os._exit(9)", 9),
    ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)\nimport time; time.sleep(9)", -signal.SIGTERM),
    ("import os; os.abort()", -signal.SIGABRT),
    ("import nothing_of_this_name", 1),
    ("import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()", 0),
]


async def test_it_ends_in_the_same_way(forking, tmp_path):
    for number, (text, status) in enumerate(ENDINGS):
        launch = launch_of(program(tmp_path / str(number), f"import dify_plugin\n{text}\n"))
        forked, plain = await asyncio.gather(ran(forking, launch), ran(Plain(), launch))
        assert forked.how.startswith("forked")
        assert (forked.said, forked.status) == (plain.said, plain.status)
        assert plain.status == status
        # a traceback has the frames of who ran it as well; how it ends is the same
        assert forked.errors.splitlines()[-1:] == plain.errors.splitlines()[-1:]


async def test_limits_are_put_on_before_its_first_line(forking, tmp_path):
    text = "import resource, dify_plugin\nprint(resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)\n"
    launch = launch_of(program(tmp_path / "limited", text), limits={"descriptors": 200})
    done = await ran(forking, launch)
    assert done.how.startswith("forked")
    assert done.said.strip() == "(200, 200)"


async def test_children_do_not_share_their_randomness(forking, tmp_path):
    text = "import random, uuid, secrets, dify_plugin\nprint(random.random(), uuid.uuid4(), secrets.token_hex(8), flush=True)\n"
    launch = launch_of(program(tmp_path / "random", text))
    said = [(await ran(forking, launch)).said.split() for _ in range(3)]
    assert all(len(set(column)) == 3 for column in zip(*said, strict=True))


async def test_threads_processes_and_the_network_work_in_it(forking, tmp_path):
    text = """
import dify_plugin
import concurrent.futures, socket, subprocess, sys, threading, time

def square(number):
    return number * number

def served(listener):
    connection, _ = listener.accept()
    connection.sendall(connection.recv(100).upper())
    connection.close()

if __name__ == "__main__":
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(square, range(10))))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=served, args=(listener,)).start()
    client = socket.create_connection(listener.getsockname())
    client.sendall(b"over the network")
    print(client.recv(100).decode())
    print(subprocess.run([sys.executable, "-c", "print('a child')"], capture_output=True, text=True).stdout.strip())
"""
    folder = program(tmp_path / "busy", text)
    forked = await ran(forking, launch_of(folder))
    assert forked.errors == ""
    assert forked.said.splitlines() == ["285", "OVER THE NETWORK", "a child"]
    assert forked.how.startswith("forked")


async def test_packages_of_its_own_come_from_its_own_environment(forking, tmp_path):
    """Forked from a server of another environment with the same base: each finds its own files."""
    first = await ran(forking, launch_of(program(tmp_path / "first", "import dify_plugin\n")))
    other = program(
        tmp_path / "other", MIRROR + "import humanize\nprint(json.dumps([said()['sdk'], humanize.__file__]))\n"
    )
    (other / "requirements.txt").write_text("dify_plugin==0.10.2\nhumanize==4.13.0\n")
    environment = await asyncio.to_thread(build, other, sdk.options(), progress=lambda _: None, marker=sdk.MARKER)
    launch = launch_of(other)
    launch = Launch(
        [str(environment.python), "-m", "main"],
        other,
        launch.environment,
        origin_of(environment, "main", patches=()),
    )
    child = await forking.spawn(launch)
    done = await asyncio.to_thread(rest_of, child)
    assert first.how.startswith("forked")
    assert done.how.startswith("forked"), done.how
    assert len([one for ones in forking.servers.values() for one in ones]) == 1
    assert all(str(environment.path) in place for place in done.told[0])
    assert str(environment.path) in done.told[1]
