"""Ids of sessions, and sessions that cross from one process to another."""

import subprocess
import sys
import threading
from uuid import RFC_4122, UUID

from runtime.session import AT_ONCE, Session, new_session_id
from tests.places import ROOT
from tests.sdk import tool


def test_ids_are_random_uuids_and_never_the_same() -> None:
    found: list[str] = []

    def draw() -> None:
        found.extend(new_session_id() for _ in range(4 * AT_ONCE))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(found) == 8 * 4 * AT_ONCE
    one = UUID(found[-1])
    assert (str(one), one.version, one.variant) == (found[-1], 4, RFC_4122)


FORKS = """
import os
from runtime.session import drawn, new_session_id
new_session_id()
assert drawn, "what is drawn ahead is what a fork could repeat"
child = os.fork()
os.write(1, (" ".join(new_session_id() for _ in range(10)) + "\\n").encode())  # in one piece
if child:
    os.waitpid(child, 0)
"""


def test_a_fork_draws_ids_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(set(done.stdout.split())) == 20


def test_a_session_crosses_a_process_border_whole() -> None:
    session = tool("echo", text="hi")
    session.traceparent, session.depth, session.context = "00-a-b-01", 3, {"a": 1}
    assert Session(**session.packed()) == session
