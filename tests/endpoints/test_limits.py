"""Limits of time, and plugins that are not there: a host of its own with small limits."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.caller import Caller
from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until
from tests.servers import Host


@pytest.fixture(scope="module")
def hasty(start_host: Callable[..., Host]) -> Iterator[Endpoints]:
    host = start_host(
        ENDPOINT_FIRST_BYTE_TIMEOUT="2", ENDPOINT_TOTAL_TIMEOUT="4", ENDPOINT_TRUSTED_PROXIES="127.0.0.0/8"
    )
    caller = Caller(host.url, host.key, workspace="hasty")
    yield Endpoints(host, caller)
    caller.http.close()


@pytest.fixture(scope="module")
def slow(hasty: Endpoints, mirror_package: Callable[[str], Path]) -> dict[str, str]:
    return hasty.set_up(mirror_package("0.10.2"))


def limit(answer: httpx.Response) -> str:
    return str(json.loads(answer.json()["message"])["args"]["limit"])


def test_the_first_byte_has_a_limit(slow, hasty: Endpoints, web: httpx.Client) -> None:
    answer = web.post(hasty.url(slow, "/answer"), content=json.dumps({"holds": 8}).encode())
    assert answer.status_code == 504
    assert limit(answer) == "ENDPOINT_FIRST_BYTE_TIMEOUT"


def test_the_whole_answer_has_a_limit(slow, hasty: Endpoints, web: httpx.Client) -> None:
    body = json.dumps({"body": "61" * 40, "pieces": 40, "delay_ms": 1000}).encode()
    began = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        web.post(hasty.url(slow, "/answer"), content=body)
    assert 3 < time.monotonic() - began < 20


def test_a_body_that_does_not_come_has_a_limit(slow, hasty: Endpoints) -> None:
    with socket.create_connection(hasty.address, timeout=60) as connection:
        connection.sendall(f"POST /e/{slow['hook_id']}/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc".encode())
        answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 408")
    assert "ENDPOINT_FIRST_BYTE_TIMEOUT" in answer


def test_the_word_of_a_trusted_proxy(slow, hasty: Endpoints, web: httpx.Client) -> None:
    headers = {
        "X-Forwarded-For": "6.6.6.6, 203.0.113.9, 127.0.0.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "a.test",
    }
    arrived = dict(web.get(hasty.url(slow, "/x"), headers=headers).json()["headers"])
    assert arrived["X-Forwarded-For"] == "203.0.113.9"
    assert arrived["X-Forwarded-Proto"] == "https"
    assert arrived["Host"] == "a.test"
    assert arrived["Dify-Hook-Url"] == f"https://a.test/e/{slow['hook_id']}/x"


def test_a_plugin_that_ended_is_woken_and_waited_for(slow, hasty: Endpoints, web: httpx.Client) -> None:
    [*pids] = hasty.host.plugins()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(pids) & set(hasty.host.plugins()), what="it is gone")
    statuses = []

    def back() -> bool:
        answer = web.get(hasty.url(slow, "/back"))
        statuses.append((answer.status_code, "retry-after" in answer.headers))
        return answer.status_code == 200

    wait_until(back, what="it answers again", seconds=60)
    assert set(statuses[:-1]) <= {(503, True), (504, False)}, "whoever calls meanwhile waits, or is told to come again"


def test_an_endpoint_without_its_plugin_is_nobody(
    hasty: Endpoints, mirror_package: Callable[[str], Path], web: httpx.Client
) -> None:
    """In a workspace of its own: the other tests, in whatever order they run, still need theirs."""
    caller = Caller(hasty.host.url, hasty.host.key, workspace="bereft")
    with closing(caller.http):
        endpoint = Endpoints(hasty.host, caller).set_up(mirror_package("0.10.2"))
        [row] = caller.get("list", page=1, page_size=10)["list"]
        assert (row["endpoints_setups"], row["endpoints_active"]) == (1, 1)
        gone = {"plugin_installation_id": row["installation_id"]}
        caller.data(caller.http.post(caller.path("management/uninstall"), json=gone))
    assert web.get(hasty.url(endpoint, "/x")).status_code == 404
