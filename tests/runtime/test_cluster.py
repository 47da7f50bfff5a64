"""One contract over both clusters: leases, claims, states."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
import redis

from runtime.cluster import Cluster, MemoryCluster, NodeInfo, PluginState, RedisCluster, connecting, now_state
from runtime.cluster import shared as sharing
from tests.programs import wait_until
from tests.redis_shapes import SHAPES, redis_of

A = NodeInfo("a", "host", "/run/a.sock", ("10.0.0.1:5004",))
B = NodeInfo("b", "host", "/run/b.sock")


@pytest.fixture(scope="module", params=["memory", "redis", *SHAPES])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a Redis of each shape; empty: in memory."""
    if request.param == "memory":
        yield ""
    elif request.param == "redis":
        yield request.getfixturevalue("redis_server")
    else:
        with redis_of(request.param) as url:
            yield url


@pytest.fixture
def cluster(address: str) -> Iterator[Cluster]:
    if not address:
        yield MemoryCluster()
        return
    client = connecting.client(address)
    client.flushdb()
    yield RedisCluster(client, "test")
    client.close()


def test_members(cluster):
    cluster.join(A)
    cluster.join(B)
    assert {node.id for node in cluster.nodes()} == {"a", "b"}
    cluster.leave("a")
    assert cluster.nodes() == [B]


def test_what_only_a_newer_node_knows_is_passed_over(cluster, monkeypatch):
    """While a cluster is upgraded node by node."""
    if isinstance(cluster, MemoryCluster):
        pytest.skip("one process has one version")
    cluster.join(A)
    cluster.tell({"x": PluginState("running")}, "a")
    monkeypatch.setattr(sharing, "asdict", lambda one: asdict(one) | {"of_the_next_version": {"x": 1}})
    cluster.join(B)
    cluster.tell({"y": PluginState("asleep")}, "b")
    assert sorted(cluster.nodes(), key=lambda node: node.id) == [A, B]
    assert {name: state.state for name, state in cluster.states(["x", "y"]).items()} == {"x": "running", "y": "asleep"}


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
    cluster.join(A)
    state = PluginState("running", "", "a", 12.5, 2, 77, 1 << 20)
    cluster.tell({"x": state}, "a")
    assert cluster.states(["x", "y"]) == {"x": state}


def test_the_holder_s_word_counts(cluster):
    for node in (A, B):
        cluster.join(node)
    cluster.claim(["x"], "b")
    cluster.tell({"x": PluginState("stopping", node="a")}, "a")
    cluster.tell({"x": PluginState("running", node="b")}, "b")
    assert cluster.states(["x"])["x"].node == "b"


def test_a_plugin_is_taken_over(cluster):
    for node in (A, B):
        cluster.join(node)
    cluster.claim(["x"], "a")
    cluster.take("x", "b")
    assert cluster.claim(["x"], "a") == set()
    assert cluster.holders() == {"x": "b"}


def test_draining_is_seen_by_all(cluster):
    cluster.join(A)
    cluster.drain("a", on=True)
    assert [node.draining for node in cluster.nodes()] == [True]
    cluster.drain("a", on=False)
    assert [node.draining for node in cluster.nodes()] == [False]


def test_versions_only_grow(cluster):
    before = cluster.version()
    cluster.bump()
    cluster.bump()
    assert cluster.version() == before + 2


@pytest.fixture
def shared(redis_server: str) -> Iterator[RedisCluster]:
    """A cluster in Redis."""
    client = redis.Redis.from_url(redis_server, socket_timeout=5)
    client.flushdb()
    yield RedisCluster(client, "test")
    client.close()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> Callable[[], contextlib.AbstractContextManager[None]]:
    """What is leased meanwhile is over after a second; what was and is leased otherwise stays for longer than any test."""

    @contextlib.contextmanager
    def leases() -> Iterator[None]:
        with monkeypatch.context() as patched:
            for name in ("LEASE", "TOLD_FOR", "VOTE_FOR", "LEADS_FOR"):
                patched.setattr(sharing, name, 1)
            yield

    for name in ("LEASE", "TOLD_FOR", "VOTE_FOR", "LEADS_FOR"):
        monkeypatch.setattr(sharing, name, 600)
    return leases


def test_a_node_that_died_leaves_nothing(shared, brief):
    with brief():
        shared.join(A)
        shared.claim(["x"], "a")
        shared.tell({"x": now_state("running", node="a")}, "a")
        shared.vote("a", {"10.0.0.2:5004": True})
    wait_until(lambda: shared.holder("x") is None and shared.claim(["x"], "b") == {"x"}, what="it is free")
    wait_until(lambda: (shared.nodes(), shared.states(["x"]), shared.votes()) == ([], {}, {}), what="nothing is left")


def test_a_node_that_leaves_takes_all_with_it(shared):
    for node in (A, B):
        shared.join(node)
    shared.claim(["x"], "a")
    shared.tell({"x": now_state("running", node="a")}, "a")
    shared.vote("a", {"1.2.3.4:1": True})
    shared.vote("b", {"1.2.3.4:1": False})
    shared.leave("a")
    assert (shared.nodes(), shared.holders(), shared.states(["x"])) == ([B], {}, {})
    assert shared.votes() == {"1.2.3.4:1": {"b": False}}


def test_one_leads_until_it_stops_renewing(shared, brief):
    first = shared.lead("a")
    assert first > 0
    assert shared.lead("b") == 0
    assert shared.leader() == "a"
    with brief():
        assert shared.lead("a") == first
    second = wait_until(lambda: shared.lead("b"), what="the other one leads")
    assert second == first + 1
    assert shared.lead("a") == 0


def test_a_master_that_slept_changes_nothing(shared, brief):
    """The fence: its term is over, whatever it still believes."""
    with brief():
        shared.join(A)
        term = shared.lead("a")
        shared.claim(["x"], "gone")
    wait_until(lambda: shared.lead("b"), what="the other one leads")
    before = shared.redis.hgetall(shared.key("claims"))
    assert shared.sweep("a", term) is None
    assert shared.redis.hgetall(shared.key("claims")) == before


def test_the_master_clears_what_was_left(shared, brief):
    with brief():
        shared.join(A)
        shared.claim(["x"], "a")
    wait_until(lambda: not shared.nodes() and not shared.holders(), what="the leases are over")
    shared.join(B)
    shared.claim(["y"], "b")
    term = shared.lead("b")
    swept = shared.sweep("b", term)
    assert (swept.nodes, swept.plugins) == (("a",), ("x",))
    assert shared.redis.hkeys(shared.key("claims")) == [b"y"]
    assert shared.redis.hkeys(shared.key("nodes")) == [b"b"]


def test_all_keys_have_the_prefix_and_one_shard(shared):
    """So that Redis Cluster takes scripts of several keys."""
    shared.join(A)
    shared.claim(["x"], "a")
    shared.lead("a")
    shared.vote("a", {"1.2.3.4:1": True})
    keys = [key.decode() for key in shared.redis.keys("*")]
    assert keys
    assert [key for key in keys if not key.startswith("test:{cluster}:")] == []


def test_tokens_of_a_bucket_come_back_in_time(cluster):
    began = time.monotonic()

    def since() -> float:
        """How many have come back meanwhile."""
        return (time.monotonic() - began) * 2

    assert cluster.grant("x", most=10, rate=2, wanted=8) == (8, 0)
    assert 2 <= cluster.grant("x", most=10, rate=2, wanted=8)[0] <= 2 + since()
    while True:
        granted, after = cluster.grant("x", most=10, rate=2, wanted=8)
        assert granted <= since()
        if not granted:  # it comes sooner than the next token
            break
    assert 0 < after <= 0.5
    time.sleep(after + 0.01)
    later = cluster.grant("x", most=10, rate=2, wanted=8)[0]
    assert 1 <= later <= 1 + since()
    assert cluster.grant("y", most=10, rate=2, wanted=80) == (10, 0), "another bucket"
