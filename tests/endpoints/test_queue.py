"""Accept and queue: answered at once, delivered once, in order where asked, again after failures, and after crashes."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until


@pytest.fixture
def queued(mirror_package, endpoints: Endpoints) -> Iterator[Callable[..., dict[str, Any]]]:
    """A new endpoint of the mirror in queue mode with these rules; it is removed after the test."""
    made: list[dict[str, Any]] = []

    def make(secret: str | None = None, **rules: Any) -> dict[str, Any]:
        made.append(endpoints.set_up(mirror_package("0.10.2")))
        endpoints.post("rules", endpoint_id=made[-1]["id"], rules={"queue": True, **rules}, secret=secret)
        return made[-1]

    yield make
    for endpoint in made:
        endpoints.post("remove", endpoint_id=endpoint["id"])


def deliveries(endpoints: Endpoints, endpoint: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    path = endpoints.caller.path("endpoint/deliveries")
    answer = endpoints.caller.http.get(
        path, params={"endpoint_id": endpoint["id"], "page": 1, "page_size": 100, **query}
    )
    found: list[dict[str, Any]] = endpoints.caller.data(answer)
    return found


def ended(endpoints: Endpoints, endpoint: dict[str, Any], count: int, seconds: float = 60) -> list[dict[str, Any]]:
    """All deliveries, newest first, as soon as `count` of them have ended."""

    def all_ended() -> bool:
        return [one["state"] in ("done", "failed") for one in deliveries(endpoints, endpoint)] == [True] * count

    wait_until(all_ended, what=f"{count} deliveries have ended", seconds=seconds)
    return deliveries(endpoints, endpoint)


def test_answered_at_once_and_delivered(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(queue_status=200, queue_body='{"ok": true}')
    began = time.monotonic()
    answer = web.post(endpoints.url(endpoint, "/answer"), content=json.dumps({"holds": 3, "body": "6869"}).encode())
    assert time.monotonic() - began < 3
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    [one] = ended(endpoints, endpoint, 1)
    assert (one["state"], one["status"], one["attempts"], one["duplicates"]) == ("done", 200, 1, 0)
    assert [(tried["status"], tried["answer"]) for tried in one["tries"]] == [(200, "hi")]


def test_what_hangs_keeps_nothing_else_waiting(queued, endpoints: Endpoints, web: httpx.Client, tmp_path: Path) -> None:
    endpoint, gate = queued(), tmp_path / "open"

    def ended_quickly() -> int:
        return len(deliveries(endpoints, endpoint, state="done"))

    web.post(endpoints.url(endpoint, "/answer"), content=json.dumps({"until": str(gate)}).encode())
    for _ in range(20):  # more than are under way at once
        web.post(endpoints.url(endpoint, "/answer"), content=b"{}")
    wait_until(lambda: ended_quickly() == 20, what="all others are delivered", seconds=60)
    [hanging] = deliveries(endpoints, endpoint, state="running")
    assert hanging["tries"] == []
    gate.touch()
    assert [one["state"] for one in ended(endpoints, endpoint, 21)] == ["done"] * 21


def test_the_plugin_sees_the_request_and_the_number_of_the_delivery(
    queued, endpoints: Endpoints, web: httpx.Client
) -> None:
    endpoint = queued()
    assert (
        web.put(endpoints.url(endpoint, "/a%20b?c=1"), content=b"\x00\xff", headers={"X-Own": "1"}).status_code == 202
    )
    [one] = ended(endpoints, endpoint, 1)
    seen = json.loads(one["tries"][0]["answer"])
    headers = dict(seen["headers"])
    assert (seen["method"], seen["path"], seen["query"], seen["length"]) == ("PUT", "/a b", "c=1", 2)
    assert (headers["X-Own"], headers["X-Delivery-Attempt"]) == ("1", "1")
    assert headers["X-Delivery-Id"] == str(one["id"])


def test_questions_are_answered_by_the_plugin(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued()
    assert web.get(endpoints.url(endpoint, "/verify?challenge=1")).json()["query"] == "challenge=1"
    assert deliveries(endpoints, endpoint) == []


@pytest.mark.parametrize(
    ("challenge", "answer"),
    [({"type": "url_verification", "challenge": "abc"}, {"challenge": "abc"}), ({"type": 1}, {"type": 1})],
)
def test_challenges_are_answered_by_rules(
    queued, endpoints: Endpoints, web: httpx.Client, challenge: Any, answer: Any
) -> None:
    endpoint = queued(challenges=["slack", "discord"])
    got = web.post(endpoints.url(endpoint, "/x"), json=challenge)
    assert (got.status_code, got.json()) == (200, answer)
    assert deliveries(endpoints, endpoint) == []
    assert web.post(endpoints.url(endpoint, "/x"), json={"type": "event"}).status_code == 202


def test_the_same_delivery_again_is_counted(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(unique_header="X-GitHub-Delivery")
    for name in ("a", "b", "a", "a"):
        answer = web.post(endpoints.url(endpoint, "/x"), content=name.encode(), headers={"X-GitHub-Delivery": name})
        assert answer.status_code == 202
    assert [one["duplicates"] for one in ended(endpoints, endpoint, 2)] == [0, 2]


def test_what_has_failed_and_is_sent_again_is_delivered_again(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    """GitHub's “Redeliver” keeps the id: to answer 202 and do nothing would lose it."""
    endpoint, name = queued(unique_header="X-GitHub-Delivery", attempts=1), {"X-GitHub-Delivery": "a"}
    for told in ({"status": 500}, {"status": 200, "body": b"now".hex()}, {"status": 500}):
        answer = web.post(endpoints.url(endpoint, "/answer"), content=json.dumps(told).encode(), headers=name)
        assert answer.status_code == 202
        [one] = ended(endpoints, endpoint, 1)
    assert (one["state"], one["duplicates"], [tried["status"] for tried in one["tries"]]) == ("done", 2, [500, 200])
    assert one["tries"][1]["answer"] == "now", "as it came the second time"


def test_long_names_that_begin_alike_are_two(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(unique_header="X-Id")
    for name in ("a" * 300 + "1", "a" * 300 + "2", "a" * 300 + "1"):
        assert web.post(endpoints.url(endpoint, "/x"), content=b"x", headers={"X-Id": name}).status_code == 202
    assert [one["duplicates"] for one in ended(endpoints, endpoint, 2)] == [0, 1]


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"type": "url_verification", "challenge": "\\ud800"}', b'{"type": true}']
)
def test_what_is_no_challenge_is_queued_whatever_it_is(
    queued, endpoints: Endpoints, web: httpx.Client, body: bytes
) -> None:
    endpoint = queued(challenges=["slack", "discord"])
    assert web.post(endpoints.url(endpoint, "/x"), content=body).status_code == 202


def test_failures_are_tried_again_and_given_up(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(attempts=3, pause=1)
    web.post(endpoints.url(endpoint, "/answer"), content=json.dumps({"status": 500, "body": "6e6f"}).encode())
    [one] = ended(endpoints, endpoint, 1)
    assert (one["state"], one["status"], one["attempts"]) == ("failed", 500, 3)
    times = [tried["at"] for tried in one["tries"]]
    assert len(times) == 3
    assert times == sorted(times)


def test_one_or_many_are_replayed(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(attempts=1)
    for _ in range(3):
        web.post(endpoints.url(endpoint, "/answer"), content=json.dumps({"status": 503}).encode())
    newest, *_ = ended(endpoints, endpoint, 3)
    replayed = endpoints.post("deliveries/replay", endpoint_id=endpoint["id"], ids=[newest["id"]])
    assert replayed == 1
    assert [len(one["tries"]) for one in ended(endpoints, endpoint, 3)] == [2, 1, 1]
    assert endpoints.post("deliveries/replay", endpoint_id=endpoint["id"], state="failed") == 3
    wait_until(
        lambda: [len(one["tries"]) for one in deliveries(endpoints, endpoint)] == [3, 2, 2],
        what="all were tried",
        seconds=60,
    )


def test_one_key_keeps_its_order_and_holds_up_no_other(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(order_by="json:chat.id", pause=1)
    for number in range(12):
        told = {"chat": {"id": number % 2}, "body": "61", "holds": 0.4 if number % 2 else 0}
        web.post(endpoints.url(endpoint, "/answer"), content=json.dumps(told).encode())
    rows = sorted(ended(endpoints, endpoint, 12), key=lambda one: one["id"])
    slow, quick = rows[1::2], rows[0::2]
    for ordered in (slow, quick):
        times = [one["tries"][0]["at"] for one in ordered]
        assert times == sorted(times)
    assert quick[-1]["tries"][0]["at"] < slow[-1]["tries"][0]["at"]


def test_a_wrong_signature_is_not_queued(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(secret="k", scheme="github")
    assert web.post(endpoints.url(endpoint, "/x"), content=b"x").status_code == 401
    assert deliveries(endpoints, endpoint) == []


def test_a_disabled_endpoint_keeps_what_it_has(queued, endpoints: Endpoints, web: httpx.Client) -> None:
    endpoint = queued(attempts=20, pause=1)
    web.post(endpoints.url(endpoint, "/answer"), content=json.dumps({"status": 500}).encode())
    endpoints.post("disable", endpoint_id=endpoint["id"])
    time.sleep(2.5)
    before = deliveries(endpoints, endpoint)[0]["attempts"]
    time.sleep(2)
    assert deliveries(endpoints, endpoint)[0]["attempts"] == before
    endpoints.post("enable", endpoint_id=endpoint["id"])
    wait_until(lambda: deliveries(endpoints, endpoint)[0]["attempts"] > before, what="it is tried again", seconds=30)
