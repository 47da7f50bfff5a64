"""One contract over both clusters: leases, claims, states."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from runtime import cluster as clusters
from runtime.cluster import Cluster, MemoryCluster, NodeInfo, PluginState, RedisCluster

A = NodeInfo("a", "host", "/run/a.sock", "10.0.0.1:5004")
B = NodeInfo("b", "host", "/run/b.sock")


@pytest.fixture(params=["memory", "redis"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    if request.param == "memory":
        yield MemoryCluster()
        return
    client = redis.Redis.from_url(request.getfixturevalue("redis_server"), socket_timeout=5)
    client.flushdb()
    yield RedisCluster(client, "test")
    client.close()


def test_members(cluster):
    cluster.join(A)
    cluster.join(B)
    assert {node.id for node in cluster.nodes()} == {"a", "b"}
    cluster.leave("a")
    assert cluster.nodes() == [B]


def test_a_claim_has_one_holder(cluster):
    cluster.join(A)
    cluster.join(B)
    assert cluster.claim(["x", "y"], "a") == {"x", "y"}
    assert cluster.claim(["x", "z"], "b") == {"z"}
    assert cluster.claim(["x", "y"], "a") == {"x", "y"}
    assert cluster.holder("x") == A
    assert cluster.holder("z") == B
    assert cluster.holder("none") is None


def test_a_released_claim_is_free(cluster):
    cluster.join(A)
    cluster.claim(["x"], "a")
    cluster.release("x", "b")
    assert cluster.claim(["x"], "b") == set()
    cluster.release("x", "a")
    assert cluster.claim(["x"], "b") == {"x"}


def test_claims_under_contention(cluster):
    won: dict[str, Any] = {}

    def claim(node):
        won[node] = cluster.claim([f"p{number}" for number in range(50)], node)

    threads = [threading.Thread(target=claim, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = [plugin for plugins in won.values() for plugin in plugins]
    assert sorted(claimed) == sorted(f"p{number}" for number in range(50))


def test_states(cluster):
    state = PluginState("running", "", "a", 12.5, 2, 77, 1 << 20)
    cluster.tell({"x": state})
    assert cluster.states(["x", "y"]) == {"x": state}


def test_versions_only_grow(cluster):
    before = cluster.version()
    cluster.bump()
    cluster.bump()
    assert cluster.version() == before + 2


def test_a_node_that_died_leaves_nothing(redis_server, monkeypatch):
    monkeypatch.setattr(clusters, "LEASE", 1)
    client = redis.Redis.from_url(redis_server, socket_timeout=5)
    client.flushdb()
    cluster = RedisCluster(client, "test")
    cluster.join(A)
    cluster.claim(["x"], "a")
    done = threading.Event()
    while not done.wait(0.2):
        if cluster.holder("x") is None and cluster.claim(["x"], "b"):
            done.set()
    assert cluster.nodes() == []
    client.close()


def test_tokens_of_a_bucket_come_back_in_time(cluster):
    assert cluster.grant("x", most=10, rate=20, wanted=8) == (8, 0)
    assert cluster.grant("x", most=10, rate=20, wanted=8)[0] in (2, 3)
    granted, after = cluster.grant("x", most=10, rate=20, wanted=8)
    assert granted == 0
    assert 0 < after <= 0.05
    time.sleep(after + 0.06)
    assert cluster.grant("x", most=10, rate=20, wanted=8)[0] in (1, 2, 3)
    assert cluster.grant("y", most=10, rate=20, wanted=80) == (10, 0), "another bucket"
