"""What a plugin's sessions say in one turn leaves in one write, and calls get threads in their order; by real plugins."""

import subprocess
import time
from pathlib import Path

import orjson
import pytest

from runtime import companion
from tests import sdk
from tests.runtime.test_companion import of, started
from tests.sdk import PATCHES, tool

TURNS = """
import sys, json, os
sys.path.append({companion!r})
import dify_plugin, gevent
from companion import gathering, patching
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
now = 0.0
gathering.monotonic = lambda: now
writes, told = [], []
class Kept(StdioResponseWriter):
    def write(self, data):
        writes.append(data)
patching.applied(["writing"])
writer = Kept()

def left():
    "Which lines have left, and in how many writes."
    lines = [json.loads(line) for line in "".join(writes).splitlines() if line]
    told.append([" ".join(line["session_id"] + ":" + line["data"]["type"] for line in lines), len(writes)])
    writes.clear()

def say(session, made=None):
    writer.session_message(session, made or writer.stream_object({{"text": "x"}}))

def end(session):
    writer.session_message(session, writer.stream_end_object())

def compute(seconds):
    global now
    now += seconds

{said}
print(json.dumps(told))
"""


def printed(said: str) -> str:
    text = TURNS.format(companion=str(Path(companion.__file__).parent.parent), said=said)
    done = subprocess.run([str(sdk.python_for("echo")), "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def left(said: str) -> list[object]:
    """Which lines have left, and in how many writes, at each `left()` of what is said by the SDK's writer."""
    found: list[object] = orjson.loads(printed(said))
    return found


def test_what_is_said_in_one_turn_leaves_in_one_write() -> None:
    """Of all sessions, in the order in which it was said: else the host is woken for each line."""
    said = """
say("one"); say("two"); left()
end("one"); say("two"); end("two"); left()
gevent.sleep(0); left()
say("one"); gevent.sleep(0); left()
gevent.sleep(0); left()
"""
    assert left(said) == [
        ["", 0],
        ["", 0],
        ["one:stream two:stream one:end two:stream two:end", 1],
        ["one:stream", 1],
        ["", 0],
    ]


def test_what_the_sdk_itself_writes_comes_after_what_was_said_before() -> None:
    said = """
say("one"); say("two", writer.stream_error_object({"error_type": "E", "message": "m", "args": {}})); left()
end("two"); gevent.sleep(0); left()
"""
    assert left(said) == [["one:stream two:error", 3], ["two:end", 1]]


def test_a_line_waits_for_others_a_millisecond() -> None:
    said = """
say("one"); compute(0.002); left()
say("two"); left()
say("two"); left()
gevent.sleep(0); left()
say("one", writer.stream_object({"text": "x" * 20_000})); left()
"""
    assert left(said) == [["", 0], ["one:stream two:stream", 1], ["", 0], ["two:stream", 1], ["one:stream", 1]]


def test_nothing_waits_after_somebody_computed_for_long() -> None:
    """A session that computes keeps back once what others have said in its turn, not again for a hundred times as long."""
    said = """
def computing():
    compute(0.02); end("two")

for again in range(2):
    gevent.spawn(computing); say("one"); left()
    gevent.sleep(0); left()
compute(1.9); say("one"); left(); compute(0.2)
say("one"); left()
"""
    assert left(said) == [
        ["", 0],
        ["one:stream two:end", 1],
        ["one:stream", 1],
        ["two:end", 1],
        ["one:stream", 1],
        ["", 0],
    ]


def test_what_waits_is_not_said_by_a_child_as_well() -> None:
    said = """
say("one")
if os.fork() == 0:
    gevent.sleep(0)
    os._exit(len(writes))
told.append(os.waitstatus_to_exitcode(os.wait()[1])); left()
"""
    assert left(said) == [1, ["one:stream", 1]]


@pytest.mark.parametrize("leaving", ["sys.exit(0)", "os._exit(0)"])
def test_what_waits_is_said_before_the_plugin_exits(leaving: str) -> None:
    said = f"""
writer = StdioResponseWriter()
say("one"); {leaving}
"""
    assert orjson.loads(printed(said))["session_id"] == "one"


def test_another_thread_of_the_system_waits_for_no_turn() -> None:
    said = """
gevent.get_hub().threadpool.apply(say, ("one",)); left()
"""
    assert left(said) == [["one:stream", 1]]


async def test_a_call_that_computes_keeps_back_no_quick_one() -> None:
    """Both come at once, the quick one first: it is kept back once at most."""
    async with started((sdk.python_for("echo"), sdk.PLUGINS / "echo"), *PATCHES) as raw:
        await raw.until(lambda message: message.get("event") == "heartbeat")
        late = 0
        for _ in range(3):
            quick, busy = tool("echo", text="t"), tool("sleep", seconds=1, busy=True)
            began = time.monotonic()
            raw.write(quick.request_line() + busy.request_line())
            await raw.until(of(quick, "end"))
            late += time.monotonic() - began > 0.9
            await raw.until(of(busy, "end"))
        assert late <= 1


POOL = """
import sys, json, threading
sys.path.append({companion!r})
import dify_plugin, gevent
from companion import patching
told = patching.applied(["pooling"])
from dify_plugin.core.server.io_server import IOServer

class Config:
    MAX_WORKER = 2

class Server(IOServer):
    def _execute_request(self, session_id, data, *rest):
        global most
        running.add(session_id)
        most = max(most, len(running))
        order.append(session_id)
        threads.add(threading.current_thread().ident)
        try:
            data()
        finally:
            running.discard(session_id)

class Writer:
    def session_message(self, session_id, data): ends.append(session_id)
    def stream_end_object(self): return None
    def stream_error_object(self, data): return None
    def done(self): pass

most, running, order, ends, threads = 0, set(), [], [], set()
server = Server(Config(), None, None)

def ask(*names, call=lambda: gevent.sleep(0.01)):
    for name in names:
        server.executer.submit(server._execute_request_in_thread, name, call, None, Writer(), None, None, None, None, None)

def leaves():
    raise SystemExit

def dawdles():
    gevent.Timeout.start_new(0.05)

def killed():  # as it rests
    gevent.get_hub().loop.run_callback(gevent.getcurrent().throw, gevent.GreenletExit)

def until(count):  # so many have ended, and what they have left to the loop is done
    with gevent.Timeout(20):
        while len(ends) < count:
            gevent.sleep(0.01)
    gevent.sleep(0.05)

ask(*"abcdef"); until(6)
ask("leaves", call=leaves); ask("dawdles", call=dawdles); until(7)
ask("x", call=killed); until(8)
ask("y", "z"); until(10)
other = server.executer.submit(max, 3, 4).result(timeout=5)
print(json.dumps([told, most, order, ends, len(threads), other]))
"""


def test_a_pool_takes_as_many_calls_at_a_time_as_the_sdk_says() -> None:
    """The others wait in their order; no call takes its thread along, and a thread that is ended is replaced by another."""
    text = POOL.format(companion=str(Path(companion.__file__).parent.parent))
    done = subprocess.run([str(sdk.python_for("echo")), "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told, most, order, ends, threads, other = orjson.loads(done.stdout)
    assert (told, most, threads, other) == ({"pooling": ""}, 2, 3, 4)
    assert order == [*"abcdef", "leaves", "dawdles", *"xyz"]
    assert ends == [*"abcdef", "dawdles", *"xyz"]
