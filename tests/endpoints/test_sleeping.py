"""A plugin that nobody calls sleeps; the next request to its endpoint wakes it and waits for it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.caller import Caller
from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until
from tests.servers import Host

AFTER = 4


@pytest.fixture(scope="module")
def drowsy(start_host: Callable[..., Host]) -> Iterator[Endpoints]:
    host = start_host(PLUGIN_SLEEP_AFTER=str(AFTER))
    caller = Caller(host.url, host.key, workspace="drowsy")
    yield Endpoints(host, caller)
    caller.http.close()


@pytest.fixture(scope="module")
def sleeper(drowsy: Endpoints, mirror_package: Callable[[str], Path]) -> dict[str, str]:
    return drowsy.set_up(mirror_package("0.10.2"))


def asleep(endpoints: Endpoints) -> bool:
    """Nothing runs but what plugins are forked from."""
    return not endpoints.host.plugins()


def test_it_sleeps_and_wakes_for_all_who_call(sleeper, drowsy: Endpoints) -> None:
    wait_until(lambda: asleep(drowsy), what="it sleeps", seconds=AFTER + 60)

    def call(number: int) -> tuple[int, str]:
        answer = httpx.post(drowsy.url(sleeper, f"/{number}"), content=b"hello", timeout=30, trust_env=False)
        return answer.status_code, answer.json()["path"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(call, range(8))) == [(200, f"/{number}") for number in range(8)]
    assert len(drowsy.host.plugins()) >= 1


def test_a_call_that_goes_on_keeps_it_awake(sleeper, drowsy: Endpoints) -> None:
    """Also one that takes longer than the time after which it would sleep."""
    body = b'{"body": "6161616161616161", "pieces": 8, "delay_ms": 1000}'
    answer = httpx.post(drowsy.url(sleeper, "/answer"), content=body, timeout=30, trust_env=False)
    assert (answer.status_code, answer.text) == (200, "a" * 8)


def test_calls_keep_it_awake(sleeper, drowsy: Endpoints) -> None:
    assert httpx.get(drowsy.url(sleeper, "/x"), timeout=30, trust_env=False).status_code == 200
    pids = set(drowsy.host.plugins())
    for _ in range(8):
        time.sleep(AFTER / 5)
        assert httpx.get(drowsy.url(sleeper, "/x"), timeout=30, trust_env=False).status_code == 200
    assert set(drowsy.host.plugins()) == pids
