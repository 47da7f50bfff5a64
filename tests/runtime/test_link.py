"""Links between nodes: who may link, what becomes of sessions when a side leaves."""

import asyncio
import contextlib
import os
import socket

import pytest

from runtime import link as linking
from runtime import tracing
from runtime.addresses import Addresses
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.errors import PluginGone, Unavailable
from runtime.link import Links, LinkServer, socket_path
from runtime.session import Session
from runtime.wire import END, ERROR, GONE, STREAM
from tests.programs import SOON, free_port, until
from tests.sdk import frames_of, tool


class Served:
    """A server whose plugins are written in the test; `open` and `closed` name sessions."""

    def __init__(self, tmp_path, behave):
        self.path = str(tmp_path / "n.sock")
        self.behave = behave
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.server = LinkServer(key=b"key", node_id="n", serve=self.serve)
        self.info = NodeInfo("n", socket.gethostname(), self.path)

    async def serve(self, session):
        self.opened.append(session.id)
        try:
            async for frames in self.behave(session):
                yield frames
        finally:
            self.closed.append(session.id)

    async def __aenter__(self):
        await self.server.listen(self.path)
        return self

    async def __aexit__(self, *_):
        await self.server.close()


async def three(session):
    yield [(STREAM, b'{"n":1}'), (STREAM, b'{"n":2}')]
    yield [(STREAM, b'{"n":3}')]
    yield [(END, b"{}")]


async def for_ever(session):
    while True:
        yield [(STREAM, b'{"n":1}')]
        await asyncio.sleep(0.01)


async def waits(session):
    await asyncio.sleep(60)
    yield [(END, b"{}")]


async def refuses(session):
    if session.plugin:
        raise Unavailable("The plugin is asleep.")
    yield [(END, b"{}")]


@pytest.fixture
async def links():
    made = Links(key=b"key", session_limit=1 << 20)
    yield made
    await made.close()


async def test_frames_cross_in_order(tmp_path, links):
    async with Served(tmp_path, three) as served:
        frames = await frames_of(await links.to(served.info), tool("x"))
    assert frames == [(STREAM, b'{"n":1}'), (STREAM, b'{"n":2}'), (STREAM, b'{"n":3}'), (END, b"{}")]


class Kept:
    """An exporter that keeps what it is told."""

    share = 1.0

    def __init__(self):
        self.spans: list[tracing.Span] = []

    def add(self, span):
        self.spans.append(span)


@pytest.fixture
def kept():
    found = Kept()
    tracing.set_exporter(found)
    yield found
    tracing.set_exporter(None)


async def test_the_way_over_a_link_is_a_span_of_its_own(tmp_path, links, kept):
    told = []

    async def tells(session):
        told.append(session.traceparent)
        yield [(END, b"{}")]

    session = tool("x")
    session.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with Served(tmp_path, tells) as served:
        link = await links.to(served.info)
        await frames_of(link, session)
        [hop] = kept.spans
        assert (hop.name, hop.trace, hop.parent) == ("link", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
        assert (hop.about["patchbay.node"], hop.about["patchbay.session"], hop.wrong) == ("n", session.id, "")
        assert hop.began <= hop.ended
        assert told == [hop.traceparent]
        silent = tool("x")
        silent.traceparent = session.traceparent[:-2] + "00"
        await frames_of(link, silent)
        assert told[1] == silent.traceparent
    assert kept.spans == [hop]
    assert link.hops == {}


async def test_a_way_that_was_not_gone_to_its_end_says_so(tmp_path, links, kept):
    session = tool("x")
    session.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with Served(tmp_path, for_ever) as served:
        stream = (await links.to(served.info)).stream(session)
        await anext(stream)
        await stream.aclose()
    [hop] = kept.spans
    assert hop.wrong == "it was given up, or the link was lost"


async def test_one_connection_a_peer(tmp_path, links):
    async with Served(tmp_path, three) as served:
        found = await asyncio.gather(*(links.to(served.info) for _ in range(10)))
        assert len({id(link) for link in found}) == 1
        assert len(served.server.links) == 1


async def test_a_caller_that_leaves_closes_its_session_there(tmp_path, links):
    async with Served(tmp_path, for_ever) as served:
        stream = (await links.to(served.info)).stream(tool("x"))
        await anext(stream)
        await stream.aclose()
        await until(lambda: served.closed == served.opened)


async def test_a_slow_reader_closes_its_session_there(tmp_path):
    async def much(session):
        while True:
            yield [(STREAM, b'"' + b"x" * 10_000 + b'"')]

    links = Links(key=b"key", session_limit=100_000)
    async with Served(tmp_path, much) as served:
        link, session = await links.to(served.info), tool("x")
        stream = link.stream(session)
        frames = await anext(stream)
        await until(lambda: link.conversations[session.id.encode()].inbox.over)
        frames += [frame async for batch in stream for frame in batch]
        assert frames[-1][0] == GONE
        await until(lambda: served.closed == served.opened)
        await links.close()


async def test_a_link_that_dies_tells_its_sessions_at_once(tmp_path, links):
    async with Served(tmp_path, waits) as served:
        call = asyncio.create_task(frames_of(await links.to(served.info), tool("x")))
        await until(lambda: served.opened)
        await served.server.close()
        async with asyncio.timeout(SOON):
            frames = await call
    assert frames[-1][0] == GONE
    assert b"connection to the plugin's node was lost" in frames[-1][1]


async def test_the_faults_of_a_node_keep_their_name(tmp_path, links):
    async with Served(tmp_path, refuses) as served:
        ((kind, payload),) = await frames_of(await links.to(served.info), tool("x"))
    assert kind == ERROR
    assert b"The plugin is asleep." in payload
    assert b'"link_fault":"Unavailable"' in payload


async def test_a_call_that_fails_in_a_way_nobody_foresaw_ends(tmp_path, links):
    async def breaks(session):
        yield [(STREAM, b'{"n":1}')]
        raise KeyError("what nobody foresaw")

    async with Served(tmp_path, breaks) as served, asyncio.timeout(20):
        frames = await frames_of(await links.to(served.info), tool("x"))
    assert [kind for kind, _ in frames] == [STREAM, ERROR]
    assert b"internal error (KeyError)" in frames[-1][1]


@pytest.mark.parametrize("hello", [b"[]\n", b"{}\n", b'{"node":1,"nonce":[]}\n', b"5\n"])
async def test_something_else_that_listens_there_is_unavailable(tmp_path, links, hello):
    async def greets(reader, writer):
        writer.write(hello)
        await reader.read()
        writer.close()

    path = str(tmp_path / "n.sock")
    async with await asyncio.start_unix_server(greets, path):
        with pytest.raises(Unavailable):
            await links.to(NodeInfo("n", socket.gethostname(), path))


async def test_a_dead_link_is_made_anew(tmp_path, links):
    async with Served(tmp_path, three) as served:
        first = await links.to(served.info)
    await until(lambda: not first.open)
    with pytest.raises(PluginGone):
        await frames_of(first, tool("x"))
    async with Served(tmp_path, three) as served:
        assert (await frames_of(await links.to(served.info), tool("x")))[-1] == (END, b"{}")


async def test_a_wrong_key_is_refused_by_both_sides(tmp_path):
    links = Links(key=b"other", session_limit=1 << 20)
    async with Served(tmp_path, three) as served:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await links.to(served.info)


async def test_a_session_of_a_newer_node_is_served(tmp_path, links, monkeypatch):
    packed = Session.packed
    monkeypatch.setattr(Session, "packed", lambda session: packed(session) | {"of_the_next_version": {"x": 1}})
    async with Served(tmp_path, three) as served:
        link = await links.to(served.info)
        assert len(await frames_of(link, tool("x"))) == 4


async def test_nobody_there(tmp_path, links):
    with pytest.raises(Unavailable, match="set NODE_HOST"):
        await links.to(NodeInfo("n", "elsewhere", str(tmp_path / "none")))


async def test_over_tcp(tmp_path):
    links = Links(key=b"key", session_limit=1 << 20, dial=ways(b"key").dial)
    server = LinkServer(key=b"key", node_id="n", serve=three)
    port = free_port()
    await server.listen(str(tmp_path / "s"), ("127.0.0.1", port))
    link = await links.to(NodeInfo("n", "elsewhere", "/none", (f"127.0.0.1:{port}",)))
    assert len(await frames_of(link, tool("x"))) == 4
    await links.close()
    await server.close()


def ways(key):
    return Addresses(MemoryCluster(), node_id="me", key=key, tls=None)


async def test_only_an_address_that_answers_as_that_node_is_used(tmp_path):
    servers = {name: LinkServer(key=b"key", node_id=name, serve=three) for name in ("n", "other")}
    ports = {name: free_port() for name in servers}
    for name, server in servers.items():
        await server.listen(str(tmp_path / name), ("127.0.0.1", ports[name]))
    addresses = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{ports['other']}", f"127.0.0.1:{ports['n']}")
    mine = ways(b"key")
    links = Links(key=b"key", session_limit=1 << 20, dial=mine.dial)
    link = await links.to(NodeInfo("n", "elsewhere", "/none", addresses))
    assert len(await frames_of(link, tool("x"))) == 4
    assert [mine.seen[address][0] for address in addresses] == [False, False, True]
    with pytest.raises(Unavailable, match="none of its addresses answers"):
        await Links(key=b"no", session_limit=1, dial=ways(b"no").dial).to(NodeInfo("n", "elsewhere", "", addresses))
    await links.close()
    for server in servers.values():
        await server.close()


async def test_a_side_that_falls_silent_is_given_up(tmp_path, links, monkeypatch):
    """As when a cable is cut: no end of the stream, no answer to pings."""
    monkeypatch.setattr(linking, "PING_EVERY", 0.05)
    monkeypatch.setattr(linking, "DEAD_AFTER", 0.3)
    async with Served(tmp_path, waits) as served:
        link = await links.to(served.info)
        link.reader._transport.pause_reading()
        began = asyncio.get_running_loop().time()
        frames = await frames_of(link, tool("x"))
        assert frames[-1][0] == GONE
        assert asyncio.get_running_loop().time() - began < SOON
        await until(lambda: served.closed)


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"not json\n", b'{"proof":"no"}\n', b"x" * 100, b"[]\n", '{"proof":"é"}\n'.encode(), b"x" * (1 << 20)],
)
async def test_garbage_at_the_door(tmp_path, links, garbage, caplog):
    async with Served(tmp_path, three) as served:
        reader, writer = await asyncio.open_unix_connection(served.path)
        await reader.readline()
        writer.write(garbage)
        writer.write_eof()
        with contextlib.suppress(ConnectionResetError):  # it does not read to the end what is too much
            assert await reader.read() == b""
        writer.close()
        assert [one for one in caplog.records if one.exc_info] == [], "a stranger fills no log with tracebacks"
        assert (await frames_of(await links.to(served.info), tool("x")))[-1][0] == END


def test_long_folders_get_a_short_socket(tmp_path):
    assert socket_path(tmp_path, "n").startswith(str(tmp_path))
    assert len(socket_path(tmp_path / ("x" * 90), "n")) < 100


async def test_a_folder_that_somebody_else_made_first_is_refused(tmp_path, monkeypatch):
    """Where anybody may make folders, as in /tmp."""
    folder = tmp_path / "run"
    folder.mkdir()
    server = LinkServer(key=b"key", node_id="n", serve=three)
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    await server.listen(str(folder / "own.sock"))
    tmp_path.chmod(0o1777)
    with pytest.raises(PermissionError, match="belongs to another user"):
        await server.listen(str(folder / "n.sock"))
    await server.close()
