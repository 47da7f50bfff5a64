"""Thousands of installed plugins cost a node little: what it asks of Redis, what it tells, what it keeps open."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from runtime.cluster import NodeInfo, RedisCluster
from runtime.gate import Gate
from runtime.launching import Launching
from runtime.node import Node, NodeOptions
from runtime.terms import Terms

MANY = 2000


@pytest.fixture
def shared(redis_server: str) -> Iterator[RedisCluster]:
    client = redis.Redis.from_url(redis_server, socket_timeout=5)
    client.flushdb()
    yield RedisCluster(client, "thousands")
    client.close()


def node_with(cluster: Any, count: int, folder: Path) -> Node:
    wishes = {f"acme/plugin-{number:04}:1.0.0@{number:064x}": Terms(sleep_after=300) for number in range(count)}
    info = NodeInfo("n1", "h", "")
    options = NodeOptions(info, wishes=lambda: wishes, forget=lambda: None, logs=folder / "logs")
    made = Node(options, cluster, lambda node: Launching(never, Gate(2), {}, node.nudge))
    made.loop = asyncio.get_running_loop()
    made.launching = made.make_launching(made)
    return made


def never(*_: Any) -> Any:
    raise AssertionError("nobody has called")


async def turns(node: Node, count: int) -> float:
    """Seconds of processor time of one turn."""
    began = time.process_time()
    for _ in range(count):
        await node.turn()
    return (time.process_time() - began) / count


async def asked(cluster: Any, node: Node) -> int:
    """Requests to Redis of one quiet turn."""
    node.looked = time.monotonic()
    before = scripts(cluster)
    await node.turn()
    return scripts(cluster) - before


def scripts(cluster: Any) -> int:
    told = cluster.redis.info("commandstats")
    return int(sum(told.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "get", "smembers")))


async def test_a_turn_with_two_thousand_asleep_is_cheap(shared: RedisCluster, tmp_path: Path) -> None:
    node = node_with(shared, MANY, tmp_path)
    await node.turn()
    assert {keeper.state for keeper in node.keepers.values()} == {"asleep"}
    assert not (tmp_path / "logs").exists(), "none of them has opened its log"
    assert await asked(shared, node) <= 4
    assert await turns(node, 20) < 0.05, "it takes a tenth of that on an idle machine"
    assert len(shared.states(node.wished)) == MANY
    name = next(iter(node.wished))
    assert shared.states([name])[name].state == "asleep"


async def test_what_redis_has_forgotten_is_told_again(shared: RedisCluster, tmp_path: Path) -> None:
    node = node_with(shared, 20, tmp_path)
    await node.turn()
    shared.redis.flushdb()
    node.looked = 0.0
    await node.turn()
    assert len(shared.states(node.wished)) == 20
    assert set(shared.holders()) == node.wished


async def test_leases_are_renewed_although_nothing_changes(shared: RedisCluster, tmp_path: Path) -> None:
    node = node_with(shared, 3, tmp_path)
    running = asyncio.create_task(node.run())
    await node.ready.wait()
    for _ in range(6):
        await asyncio.sleep(2.2)
        assert set(shared.holders()) == node.wished
    await node.stop()
    with suppress(asyncio.CancelledError):
        await running
