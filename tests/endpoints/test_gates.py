"""The rate of an endpoint over several web processes: never more than it says, and seldom a question to Redis."""

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from endpoints.errors import Turned
from endpoints.gates import Gate
from endpoints.rules import Rules
from runtime import node
from runtime.cluster import RedisCluster

RULES = Rules(rate=60_000, burst=200)  # 1,000 a second
PROCESSES, SECONDS = 4, 1.5


class Counting:
    """A cluster that counts the questions, and can be away."""

    def __init__(self, real: RedisCluster) -> None:
        self.real, self.asked, self.away = real, 0, False

    def grant(self, bucket: str, **wanted: Any) -> tuple[int, float]:
        self.asked += 1
        if self.away:
            raise redis.ConnectionError("away")
        return self.real.grant(bucket, **wanted)


@pytest.fixture
def cluster(redis_server: str, settings: Any) -> Iterator[Counting]:
    client = redis.Redis.from_url(redis_server, socket_timeout=5)
    client.flushdb()
    settings.REDIS_URL = redis_server
    counting = Counting(RedisCluster(client, "gates"))
    before = node.current
    node.set_here(SimpleNamespace(cluster=counting))  # type: ignore[arg-type]
    yield counting
    node.set_here(before)
    client.close()


async def passed(gate: Gate, rules: Rules, seconds: float, *, pause: float = 0.0005) -> tuple[int, int]:
    """How many requests of a caller that does not stop are let in, and how many there were."""
    count, asked, until = 0, 0, time.monotonic() + seconds
    while time.monotonic() < until:
        asked += 1
        try:
            await gate.spend(rules)
            count += 1
        except Turned as refusal:
            assert refusal.status == 429
            assert refusal.retry_after >= 1
        await asyncio.sleep(pause)
    return count, asked


async def test_all_processes_share_one_rate(cluster: Counting) -> None:
    gates = [Gate("e") for _ in range(PROCESSES)]
    began = time.monotonic()
    told = await asyncio.gather(*(passed(gate, RULES, SECONDS) for gate in gates))
    allowed = RULES.burst + RULES.rate / 60 * (time.monotonic() - began)
    let_in, asked = (sum(each) for each in zip(*told, strict=True))
    assert let_in <= allowed + 1
    assert let_in > min(allowed, asked) / 3, "most of it is given"
    assert cluster.asked < max(let_in, 800) / 4


async def test_a_warm_request_asks_nobody(cluster: Counting) -> None:
    gate = Gate("one")
    await passed(gate, RULES, 0.3)
    while gate.tokens < 2:
        await gate.spend(RULES)
    before = cluster.asked
    await gate.spend(RULES)
    assert cluster.asked == before


async def test_who_is_refused_does_not_ask_again(cluster: Counting) -> None:
    gate, slow = Gate("slow"), Rules(rate=6, burst=1)
    await gate.spend(slow)
    with pytest.raises(Turned) as turned:
        await gate.spend(slow)
    assert 9 <= turned.value.retry_after <= 10
    before = cluster.asked
    for _ in range(100):
        with pytest.raises(Turned):
            await gate.spend(slow)
    assert cluster.asked == before


async def test_many_at_once_get_what_there_is(cluster: Counting) -> None:
    gate, asked = Gate("many"), Rules(rate=1, burst=20)
    said = await asyncio.gather(*(gate.spend(asked) for _ in range(50)), return_exceptions=True)
    assert sum(one is None for one in said) == 20
    assert {type(one) for one in said if one is not None} == {Turned}


async def test_without_redis_each_counts_for_itself_and_says_so_once(
    cluster: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.away = True
    gate, asked = Gate("alone"), Rules(rate=1, burst=3)
    for _ in range(3):
        await gate.spend(asked)
    with pytest.raises(Turned):
        await gate.spend(asked)
    assert cluster.asked == 1
    assert len(caplog.records) == 1
    assert "by this process alone" in caplog.text
