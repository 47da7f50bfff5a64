"""Nothing that was accepted is lost while worker, Redis and PostgreSQL are each killed once; what arrived twice is marked.

DELIVERIES in the environment says how many (10,000 take some minutes). The worker has a supervisor, as it should have anywhere.
"""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import places
from tests.caller import Caller
from tests.endpoints import stores
from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until
from tests.servers import Host

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.timeout(1500)]

COUNT = int(os.environ.get("DELIVERIES", "400"))
SENDERS = 8
AHEAD = 1000  # how many may be accepted that have not arrived: all three crashes are to meet both sides at work
ALL_WITHIN = 60 + COUNT / 20  # seconds


@pytest.fixture
def redis() -> Iterator[stores.Store]:
    with stores.redis() as store:
        yield store


@pytest.fixture
def postgres() -> Iterator[stores.Store]:
    with stores.postgres() as store:
        yield store


@pytest.fixture
def apart(redis: stores.Store, postgres: stores.Store) -> Iterator[Host]:
    """Web and worker as processes of their own on stores that can be killed."""
    host = Host(places.new_folder(), DATABASE_URL=postgres.url, REDIS_URL=redis.url, REDIS_KEY_PREFIX="crash")
    host.manage("migrate", "--verbosity=0")
    host.manage("collectstatic", "--noinput", "--verbosity=0")
    try:
        host.start("web", "worker")
        yield host
    finally:
        host.stop()


class Senders:
    """Send each request until it is accepted, as platforms do."""

    def __init__(self, url: str, ledger: Path) -> None:
        self.url, self.ledger = url, ledger
        self.numbers = iter(range(COUNT))
        self.lock = threading.Lock()
        self.accepted = 0
        self.refused = 0
        self.threads = [threading.Thread(target=self.send) for _ in range(SENDERS)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def next(self) -> int | None:
        with self.lock:
            return next(self.numbers, None)

    def arrived(self) -> Counter[str]:
        return Counter(self.ledger.read_text().split())

    def wait_for(self, count: int) -> None:
        wait_until(lambda: len(self.arrived()) >= count, what=f"{count} arrive", seconds=ALL_WITHIN)

    def send(self) -> None:
        with httpx.Client(trust_env=False, timeout=30) as web:
            while (number := self.next()) is not None:
                while number % 50 == 0 and number > len(self.arrived()) + AHEAD:
                    time.sleep(0.2)
                while not self.is_accepted(web, number):
                    time.sleep(0.2)

    def is_accepted(self, web: httpx.Client, number: int) -> bool:
        body = json.dumps({"ledger": str(self.ledger), "line": str(number)}).encode()
        status = 0
        with suppress(httpx.TransportError):
            status = web.post(self.url, content=body, headers={"X-Id": str(number)}).status_code
        with self.lock:
            self.accepted += status == 202
            self.refused += status != 202
        return status == 202


class Supervisor(threading.Thread):
    """Starts the worker again when it ends, as systemd or a container does: it gives up when its stores are away for long."""

    def __init__(self, host: Host) -> None:
        super().__init__(daemon=True)
        self.host = host
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(1.0):
            if not self.host.programs["worker"].runs:
                self.host.start("worker")

    def __enter__(self) -> "Supervisor":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.join()


def restarted(name: str, host: Host, store: stores.Store | None = None) -> None:
    if store is not None:
        store.kill()
        time.sleep(1)
        store.start()
    else:
        host.kill(name)


def test_all_arrive(
    apart: Host, redis: stores.Store, postgres: stores.Store, mirror_package: Callable[[str], Path], tmp_path: Path
) -> None:
    caller = Caller(apart.url, apart.key, workspace="crashes")
    endpoints = Endpoints(apart, caller)
    endpoint = endpoints.set_up(mirror_package("0.10.2"))
    rules = {"queue": True, "unique_header": "X-Id", "attempts": 50, "pause": 1}
    endpoints.post("rules", endpoint_id=endpoint["id"], rules=rules)
    ledger = tmp_path / "ledger"
    ledger.touch()
    senders = Senders(endpoints.url(endpoint, "/ledger"), ledger)
    began = time.monotonic()
    with Supervisor(apart):
        senders.start()
        crashes = (
            lambda: restarted("worker", apart),
            lambda: restarted("redis", apart, redis),
            lambda: restarted("postgres", apart, postgres),
        )
        for part, crash in enumerate(crashes, start=1):
            senders.wait_for(COUNT * part // 5)
            crash()
        for thread in senders.threads:
            thread.join()

        senders.wait_for(COUNT)
        wait_until(lambda: not unfinished(endpoints, endpoint), what="all are written down", seconds=60)
    rows = list(all_deliveries(endpoints, endpoint))
    twice = {number for number, times in senders.arrived().items() if times > 1}
    marked = {row["unique_id"] for row in rows if any(one["unknown"] or one["error"] for one in row["tries"])}
    print(
        f"{COUNT} arrived in {time.monotonic() - began:.0f} s; sent again after a refusal {senders.refused}, "
        f"recognised as sent before {sum(row['duplicates'] for row in rows)}, arrived twice {len(twice)}, "
        f"marked as perhaps twice {len(marked)}"
    )
    assert {row["unique_id"] for row in rows} == {str(number) for number in range(COUNT)}
    assert {row["state"] for row in rows} == {"done"}
    assert twice <= marked
    caller.http.close()


def unfinished(endpoints: Endpoints, endpoint: dict[str, Any]) -> bool:
    return any(listed(endpoints, endpoint, state=state, page=1) for state in ("waiting", "running"))


def all_deliveries(endpoints: Endpoints, endpoint: dict[str, Any]) -> Iterator[dict[str, Any]]:
    page = 1
    while rows := listed(endpoints, endpoint, page=page):
        yield from rows
        page += 1


def listed(endpoints: Endpoints, endpoint: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    params = {"endpoint_id": endpoint["id"], "page_size": 100, **query}
    found: list[dict[str, Any]] = endpoints.caller.data(
        endpoints.caller.http.get(endpoints.caller.path("endpoint/deliveries"), params=params)
    )
    return found
