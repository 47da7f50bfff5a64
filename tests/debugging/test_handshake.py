"""What connections say before they are believed: refusals in the daemon's words, and nothing that harms others."""

import base64
import json
import random
import socket
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debugging.arrival import Arrival
from debugging.errors import Refused
from debugging.handshake import LONGEST_LINE, MOST_ASSETS, Handshake
from debugging.models import DebugKey
from tests.caller import Caller
from tests.debugging.machine import debug_port, installed, key_of, remote, sockets, wait_for
from tests.programs import wait_until

MANIFEST = {
    "version": "0.0.1",
    "type": "plugin",
    "author": "patchbay",
    "name": "handmade",
    "label": {"en_US": "Handmade"},
    "description": {"en_US": "Made by hand"},
    "icon": "icon.svg",
    "resource": {"memory": 1024, "permission": {}},
    "plugins": {"tools": ["provider/handmade.yaml"]},
    "meta": {
        "version": "0.0.1",
        "arch": ["amd64"],
        "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
    },
    "created_at": "2026-01-01T00:00:00Z",
}
IDENTITY = {
    "author": "patchbay",
    "name": "handmade",
    "label": {"en_US": "Handmade"},
    "description": {"en_US": "x"},
    "icon": "icon.svg",
}
TOOL = {"identity": IDENTITY, "tools": []}
ICON = {"filename": "icon.svg", "data": base64.b64encode(b"<svg/>").decode(), "end": True}


def line(kind, data):
    return json.dumps({"type": kind, "data": data}).encode()


def good_lines(key="k"):
    return [
        line("handshake", {"key": key}),
        line("manifest_declaration", MANIFEST),
        line("tool_declaration", [TOOL]),
        line("asset_chunk", ICON),
        line("end", {}),
    ]


def taken(*lines):
    handshake = Handshake()
    for one in lines:
        handshake.take(one)
    return handshake


def refusal(*lines):
    with pytest.raises(Refused) as caught:
        taken(*lines)
    return caught.value.text


def test_a_whole_handshake_registers():
    registered = taken(*good_lines()).registered
    assert registered is not None
    assert (registered.plugin_id, registered.version, registered.category) == ("patchbay/handmade", "0.0.1", "tool")
    assert list(registered.assets.values()) == [b"<svg/>"]
    assert registered.declaration["icon"] in registered.assets
    assert registered.checksum("w1") != registered.checksum("w2")
    assert registered.unique_identifier("w1") == taken(*good_lines()).registered.unique_identifier("w1")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([b"GET / HTTP/1.1"], "handshake failed, invalid handshake message"),
        ([line("handshake", {})], "handshake failed, invalid key"),
        ([line("manifest_declaration", MANIFEST)], "handshake failed, the key comes first"),
        ([good_lines()[0], good_lines()[0]], "handshake already completed"),
        ([*good_lines()[:2], good_lines()[1]], "declaration already registered"),
        ([*good_lines()[:3], good_lines()[2]], "tools declaration already registered"),
        ([*good_lines()[:2], line("tool_declaration", "x")], "tools register failed, invalid tools declaration"),
        ([*good_lines()[:2], line("end", {})], "no registration transferred, cannot initialize"),
        ([*good_lines()[:3], line("end", {})], "assets remap failed, invalid assets data, cannot remap"),
        ([*good_lines()[:3], line("asset_chunk", {"filename": "a", "data": "?"})], "assets decode failed, error"),
        ([good_lines()[0], line("manifest_declaration", {"name": "x"}), *good_lines()[2:]], "register failed, invalid"),
        ([good_lines()[0], line("surprise", {})], "handshake failed, unknown message 'surprise'"),
    ],
)
def test_what_is_wrong_is_said(lines, text):
    assert refusal(*lines).startswith(text)


def test_assets_have_a_limit():
    handshake = taken(*good_lines()[:3])
    chunk = line("asset_chunk", {"filename": "a", "data": base64.b64encode(bytes(1 << 20)).decode()})
    for _ in range(MOST_ASSETS >> 20):
        handshake.take(chunk)
    with pytest.raises(Refused, match="assets too large, at most 50MB"):
        handshake.take(chunk)


@given(st.data())
def test_no_line_brings_anything_but_a_refusal(data):
    """Any JSON in any place of an otherwise right handshake."""
    lines = good_lines()
    place = data.draw(st.integers(0, len(lines) - 1))
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    value = data.draw(st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=8), v)))
    kind = json.loads(lines[place])["type"]
    lines[place] = json.dumps({"type": kind, "data": value}).encode()
    with suppress(Refused):
        taken(*lines)


async def test_a_long_line_costs_no_more_for_coming_in_small_pieces():
    """Of who has shown a key a line may be long; it was joined anew for every piece."""

    class Silent(Arrival):
        async def transmit(self, data):
            """Nobody listens."""

        async def hang_up(self):
            """There is no connection."""

    arrival = Silent("nowhere")
    arrival.key = DebugKey()
    began = time.process_time()
    for _ in range((LONGEST_LINE >> 10) - 1):
        await arrival.greet(b"x" * 1024)
    assert time.process_time() - began < 5
    with pytest.raises(Refused, match="invalid handshake message"):
        await arrival.greet(b"\n")
    with pytest.raises(Refused, match="a line is longer than"):
        await arrival.greet(b"x" * (LONGEST_LINE + 1))


# Over a real connection.


@pytest.fixture
def api(host, request):
    caller = Caller(host.url, host.key, workspace=f"hands-{request.node.name[:40]}")
    yield caller
    caller.http.close()


def said(host, data, seconds=60.0):
    """What the server answers until it closes the connection; fails where it does not."""
    with socket.create_connection(("127.0.0.1", debug_port(host)), timeout=seconds) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
        return answer.decode()


def test_a_wrong_key_is_refused_with_the_daemons_words(host):
    assert said(host, b"\n".join(good_lines("wrong")) + b"\n") == "handshake failed, invalid key\n"


def test_a_key_that_was_revoked_or_replaced_lets_nobody_in(host, api):
    first = key_of(api)
    assert key_of(api) == first  # shown once more
    second = api.data(api.http.post(api.path("debugging/key/rotate")))["key"]
    assert said(host, line("handshake", {"key": first}) + b"\n") == "handshake failed, invalid key\n"
    api.data(api.http.post(api.path("debugging/key/revoke")))
    assert said(host, line("handshake", {"key": second}) + b"\n") == "handshake failed, invalid key\n"


def test_a_line_without_an_end_is_cut_off(host, api):
    """Of a gigabyte the server reads as much as a line may have."""
    head = line("handshake", {"key": key_of(api)}) + b"\n"
    answer = said(host, head + b"x" * (LONGEST_LINE + (8 << 20)))
    assert answer.startswith("handshake failed, a line is longer than")


def test_of_who_has_shown_no_key_little_is_kept(host):
    """Anybody who reaches the port could fill the memory otherwise."""
    assert said(host, b"x" * 8192) == "handshake failed, the key comes first, in a short line\n"


def test_who_says_nothing_is_sent_away(host):
    began = time.monotonic()
    assert said(host, b"").startswith("handshake failed, not completed within 10 s")
    assert time.monotonic() - began < 40


def test_mutated_handshakes_harm_nobody(host, api):
    """A thousand here; `make fuzz-debugging` sends ten thousand."""
    fuzz(host, api, 1000)


def fuzz(host, api, count):
    pid = host.programs["run"].pid
    with remote(host, api, "echo"):
        wait_for(api, "patchbay/echo", "remote")
        before = sockets(pid)
        chance = random.Random(7)
        whole = b"\n".join(good_lines(key_of(api))) + b"\n"
        for number in range(count):
            sent = mutated(whole, chance)
            with socket.create_connection(("127.0.0.1", debug_port(host)), timeout=60) as connection:
                with suppress(ConnectionError):
                    connection.sendall(sent)
                if number % 10 == 0:
                    connection.settimeout(0.05)
                    with suppress(TimeoutError, ConnectionError):
                        connection.recv(4096)
            if number % 100 == 0:
                assert len(api.tool("patchbay/echo", "echo", text="still here")) == 1
        wait_until(lambda: sockets(pid) <= before + 2, what="all connections are gone", seconds=60)
        assert installed(api)["patchbay/echo"] == "remote"


def mutated(data, chance):
    """The handshake with something wrong in it: cut, doubled, flipped, shuffled, or with noise inside."""
    kind = chance.randrange(6)
    place = chance.randrange(len(data))
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 64))) + data[place:]
    if kind == 2:
        flipped = bytearray(data)
        for _ in range(chance.randrange(1, 20)):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        return bytes(flipped)
    if kind == 3:
        lines = data.split(b"\n")
        chance.shuffle(lines)
        return b"\n".join(lines)
    if kind == 4:
        return data[:place] + data
    return data.replace(b"\n", chance.choice([b"", b"\r\n", b"\n\n\n", b"\0\n"]))
