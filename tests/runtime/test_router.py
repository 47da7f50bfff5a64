"""The way to a plugin on another node, and that it never goes in circles."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from runtime.cluster import NodeInfo, RedisCluster
from runtime.link import Links, LinkServer, Streams, by_unix
from runtime.router import Router
from runtime.session import Session
from runtime.wire import END, ERROR, STREAM, Frame
from tests import sdk

pytestmark = [pytest.mark.redis]
PLUGIN = "patchbay/echo:0.0.1@" + "0" * 64
FAR = "10.0.0.3:5004"


@pytest.fixture
def cluster(redis_server: str) -> Iterator[RedisCluster]:
    client = redis.Redis.from_url(redis_server, socket_timeout=5)
    client.flushdb()
    yield RedisCluster(client, "routes")
    client.close()


class Place:
    """A node that runs nothing and passes on what it is asked; `reaches` are those to whom it finds a way."""

    def __init__(self, name: str, folder: Path, cluster: RedisCluster) -> None:
        self.info = NodeInfo(name, socket.gethostname(), str(folder / f"{name}.sock"), (FAR,) if name == "c" else ())
        here: Any = SimpleNamespace(id=name, keepers={}, guests={}, held=set(), trials={}, nudge=lambda: None)
        self.reaches: set[str] = set()
        self.asked = 0
        self.links = Links(key=b"k", session_limit=1 << 20, dial=self.dial)
        self.router = Router(here, cluster, self.links)
        self.server = LinkServer(key=b"k", node_id=name, serve=self.serve)

    async def dial(self, node: NodeInfo) -> Streams:
        if node.id not in self.reaches:
            raise OSError("no way")
        return await by_unix(node)

    async def serve(self, session: Session) -> AsyncGenerator[list[Frame]]:
        self.asked += 1
        if self.info.id == "c":
            yield [(STREAM, b'"here"'), (END, b"{}")]
            return
        async with contextlib.aclosing(self.router.stream(session)) as batches:
            async for frames in batches:
                yield frames

    async def call(self) -> list[Frame]:
        session = replace(sdk.tool("echo", text="hi"), plugin=PLUGIN)
        async with asyncio.timeout(30), contextlib.aclosing(self.router.stream(session)) as batches:
            return [frame async for frames in batches for frame in frames]


@pytest.fixture
async def places(tmp_path: Path, cluster: RedisCluster) -> AsyncIterator[dict[str, Place]]:
    """Three nodes; c holds the plugin, and both others have voted that they reach it."""
    made = {name: Place(name, tmp_path, cluster) for name in "abc"}
    for name, place in made.items():
        await place.server.listen(place.info.unix)
        cluster.join(place.info)
        cluster.vote(name, {FAR: True})
    cluster.claim([PLUGIN], "c")
    yield made
    for place in made.values():
        await place.links.close()
        await place.server.close()


async def test_a_node_that_cannot_be_reached_is_reached_by_another(places: dict[str, Place]) -> None:
    places["a"].reaches, places["b"].reaches = {"b"}, {"a", "c"}
    for _ in range(3):
        assert [kind for kind, _ in await places["a"].call()] == [STREAM, END]
    assert places["b"].asked == places["c"].asked == 3


async def test_two_nodes_do_not_send_a_call_to_and_fro_when_a_third_is_gone(places: dict[str, Place]) -> None:
    places["a"].reaches, places["b"].reaches = {"b"}, {"a"}
    for name in "abab":  # each believes for a while that the other is the way
        [(kind, payload)] = await places[name].call()
        assert kind == ERROR
        assert b"cannot be reached" in payload
    assert places["a"].asked == places["b"].asked == 2
