"""Reverse calls in real processes: through the HTTP door, and when a process is killed in the middle of one."""

import contextlib
import threading

import httpx
import pytest

from tests.programs import PROMISED, wait_until
from tests.reverse.beside import in_a_thread
from tests.reverse.dify import KEY, Answer, frame, serving
from tests.reverse.test_dify import chunk

CALLER, BEGGAR = "patchbay/caller", "patchbay/beggar"
ENDLESS = Answer([frame(chunk("x"))], pause=0.02, for_ever=True)
COUNTED = """
from runtime.models import ReverseUse, Refusal
print(*ReverseUse.objects.order_by("kind").values_list("kind", "calls", "errors"))
print(*Refusal.objects.values_list("plugin_id", "call"))
"""
KEPT = """
from runtime.models import StorageUse, StoredValue
print(sum(StorageUse.objects.values_list("size", flat=True)), sum(len(one.value) for one in StoredValue.objects.all()))
"""


@pytest.fixture(scope="module")
def dify():
    with in_a_thread(serving) as stub:
        stub.answers["invoke/llm"] = ENDLESS
        yield stub


@pytest.fixture
def bring(call, package_of):
    """A caller of a host in which plugins of tests/plugins are installed."""

    def up(host, *names):
        caller = call(host)
        for name in names:
            caller.install(caller.upload(package_of(name)))
        return caller

    return up


def told(events):
    """What a tool's one JSON message holds, or its error."""
    (event,) = events
    return event["data"]["message"]["json_object"] if event["code"] == 0 else event["message"]


def shell(host, program):
    return [line for line in host.manage("shell", "--verbosity=0", "-c", program).splitlines() if line]


def test_storage_files_and_refusals_through_the_door_and_counted_at_the_end(start_host, bring):
    host = start_host()
    caller = bring(host, "caller", "beggar")
    assert told(caller.tool(CALLER, "storage", key="k", value="v"))["same"] is True
    assert told(caller.tool(CALLER, "crowd", count=300)) == {"count": 300, "same": True}
    kept = told(caller.tool(CALLER, "upload", content="hello"))
    assert httpx.get(kept["preview_url"], trust_env=False).text == "hello"
    assert "you need to enable storage access" in told(caller.tool(BEGGAR, "storage", key="k"))
    host.stop()
    uses, refusals = shell(host, COUNTED)
    assert uses == f"('storage', {5 + 900}, 0) ('upload_file', 1, 0)", "nothing is lost when the host ends"
    assert refusals == "('patchbay/beggar', 'storage')"


def streaming(caller, dify):
    """Enters a call whose model stream runs at the stub."""
    stack = contextlib.ExitStack()
    events = stack.enter_context(caller.stream(CALLER, "llm", prompt="p"))
    assert next(events)["code"] == 0
    assert dify.open == 1
    return stack, events


def ends(dify):
    wait_until(lambda: dify.open == 0, what="the stream at Dify ends", seconds=PROMISED)


def swallowed(stack):
    """Leaves a call whose answer broke off."""
    with contextlib.suppress(httpx.TransportError):
        stack.close()


@pytest.fixture
def over_dify(dify):
    return {"DIFY_INNER_API_URL": dify.url, "DIFY_INNER_API_KEY": KEY}


def test_one_process_killed_in_mid_call(start_host, bring, dify, over_dify):
    host = start_host(**over_dify)
    caller = bring(host, "caller")
    stack, _ = streaming(caller, dify)
    stack.close()
    ends(dify)  # the caller left
    stack, _ = streaming(caller, dify)
    host.kill()
    ends(dify)
    swallowed(stack)


@pytest.mark.redis
@pytest.mark.postgres
def test_web_or_worker_killed_in_mid_call(split_hosts, bring, dify, over_dify):
    host = split_hosts(**over_dify)
    caller = bring(host, "caller")
    for killed in ("web", "worker"):
        stack, _ = streaming(caller, dify)
        host.kill(killed)
        ends(dify)
        swallowed(stack)
        host.start(killed)
        wait_until(lambda: stores(caller), what="the plugin answers again", seconds=60)
    size, bytes_kept = shell(host, KEPT)[0].split()
    assert size == bytes_kept


def stores(caller):
    with contextlib.suppress(httpx.TransportError, AssertionError):
        return told(caller.tool(CALLER, "storage", key="k", value="v"))["same"]


def test_a_worker_killed_while_values_are_written_leaves_whole_ones(start_host, bring):
    host = start_host()
    caller, over = bring(host, "caller"), threading.Event()

    def write():
        """A crowd takes away what it has written: there has to be one whenever it is looked, however long that takes."""
        while not over.is_set():
            with contextlib.suppress(httpx.TransportError, AssertionError):
                caller.tool(CALLER, "crowd", count=2000)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        wait_until(lambda: int(shell(host, KEPT)[0].split()[0]) > 0, what="values are being written")
    finally:
        over.set()
        host.kill()
        writing.join()
    size, bytes_kept = shell(host, KEPT)[0].split()
    assert size == bytes_kept
