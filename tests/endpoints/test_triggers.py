"""Triggers end to end: subscribed at an address, told of events through the public door, renewed on time, and unsubscribed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from endpoints import subscribing, triggers
from endpoints.errors import BadGateway
from endpoints.http import Arrived, BadAnswer, raw_answer
from endpoints.models import Event
from endpoints.triggers import MOST_EVENTS, MOST_RUNNING, Trigger
from runtime.errors import Busy
from runtime.wire import END, STREAM, Frame
from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until


@pytest.fixture(scope="module")
def bell(endpoints: Endpoints, package_of: Callable[[str], Path]) -> str:
    identifier = endpoints.caller.upload(package_of("trigger"))
    endpoints.caller.install(identifier)
    return identifier.partition(":")[0]


@pytest.fixture
def subscription(bell: str, endpoints: Endpoints) -> Iterator[dict[str, Any]]:
    made = endpoints.post("triggers/subscribe", **wanted(bell, endpoints))
    yield made
    if any(one["endpoint_id"] == made["endpoint_id"] for one in listed(endpoints)):
        endpoints.post("triggers/unsubscribe", endpoint_id=made["endpoint_id"])


def wanted(bell: str, endpoints: Endpoints, **more: Any) -> dict[str, Any]:
    return {
        "plugin_id": bell,
        "name": "door",
        "parameters": {"door": "front"},
        "credentials": {"api_key": "good"},
        "credential_type": "api-key",
        "site": endpoints.host.url,
        **more,
    }


def get(endpoints: Endpoints, path: str, **query: Any) -> list[dict[str, Any]]:
    params = {"page": 1, "page_size": 100, **query}
    found: list[dict[str, Any]] = endpoints.caller.data(
        endpoints.caller.http.get(endpoints.caller.path(f"endpoint/triggers/{path}"), params=params)
    )
    return found


def listed(endpoints: Endpoints) -> list[dict[str, Any]]:
    return get(endpoints, "list")


def events(endpoints: Endpoints, subscription: dict[str, Any]) -> list[dict[str, Any]]:
    return get(endpoints, "events", endpoint_id=subscription["endpoint_id"])


def test_a_subscription_has_an_address_and_a_time_to_renew_it(subscription, endpoints: Endpoints) -> None:
    [one] = listed(endpoints)
    assert one["url"].endswith(f"/e/{one['hook_id']}")
    expires, renew = (datetime.fromisoformat(one[name]) for name in ("expires_at", "renew_at"))
    assert timedelta(minutes=55) < expires - datetime.now(UTC) < timedelta(minutes=61)
    assert timedelta(minutes=11) < expires - renew < timedelta(minutes=13), "a fifth of an hour before the end"
    assert one["trouble"] == ""


def shell(endpoints: Endpoints, code: str) -> str:
    """What the host's own shell prints: the tests' way to what is sealed."""
    imports = "from endpoints.models import Subscription; from endpoints.triggers import trigger_of"
    return endpoints.host.manage("shell", "--verbosity=0", "-c", f"{imports}; {code}").strip()


def test_events_come_through_the_public_door(subscription, endpoints: Endpoints, web: httpx.Client) -> None:
    """The bell gives each subscription a secret; a request without it is no event."""
    url = f"{endpoints.host.url}/e/{subscription['hook_id']}"
    refused = web.post(url, json={"event": "ring"})
    assert refused.status_code == 500
    assert "the secret is wrong" in refused.text
    assert "Traceback" not in refused.text
    secret = shell(endpoints, "print(trigger_of(Subscription.objects.get()).subscription['properties']['secret'])")
    body = {"event": "both", "volume": 7, "user": "ada"}
    heard = web.post(url, json=body, headers={"X-Bell-Secret": secret})
    assert (heard.status_code, heard.text, heard.headers["x-bell"]) == (202, "heard both", "heard")
    wait_until(lambda: len(events(endpoints, subscription)) == 2, what="both events are understood", seconds=60)
    found = {one["name"]: one for one in events(endpoints, subscription)}
    assert set(found) == {"ring", "knock"}
    assert found["ring"]["user_id"] == "ada"
    assert found["ring"]["error"] == ""
    assert found["ring"]["variables"]
    assert web.post(url, json={"event": "sneeze"}, headers={"X-Bell-Secret": secret}).status_code == 202
    assert len(events(endpoints, subscription)) == 2


def test_renewed_on_time_by_itself(subscription, endpoints: Endpoints) -> None:
    shell(endpoints, "from django.utils.timezone import now; Subscription.objects.update(renew_at=now())")

    def renewed() -> bool:
        [one] = listed(endpoints)
        return bool(one["expires_at"] > subscription["expires_at"])

    wait_until(renewed, what="the subscription is renewed", seconds=90)


def test_a_refused_subscription_leaves_no_address(bell: str, endpoints: Endpoints) -> None:
    before = listed(endpoints)
    body = wanted(bell, endpoints, parameters={"door": "cellar"})
    answer = endpoints.caller.http.post(endpoints.caller.path("endpoint/triggers/subscribe"), json=body).json()
    assert answer["code"] == -500
    assert "there is no door cellar" in answer["message"]
    assert listed(endpoints) == before


def test_renewed_when_asked(subscription, endpoints: Endpoints) -> None:
    renewed = endpoints.post("triggers/refresh", endpoint_id=subscription["endpoint_id"])
    longer = datetime.fromisoformat(renewed["expires_at"]) - datetime.fromisoformat(subscription["expires_at"])
    assert longer > timedelta(minutes=50)


def test_unsubscribed_its_address_is_gone(subscription, endpoints: Endpoints, web: httpx.Client) -> None:
    told = endpoints.post("triggers/unsubscribe", endpoint_id=subscription["endpoint_id"])
    assert told["success"] is True
    assert web.post(f"{endpoints.host.url}/e/{subscription['hook_id']}", json={}).status_code == 404
    assert listed(endpoints) == []


def test_times_of_renewal() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert subscribing.times(-1, now) == (None, None)
    assert subscribing.times(None, now) == (None, None)
    assert subscribing.times(int(now.timestamp() * 1000), now) == (None, None), "in milliseconds it is in no calendar"
    end, renew = subscribing.times(int((now + timedelta(days=30)).timestamp()), now)
    assert end is not None
    assert renew == end - timedelta(days=1)


def test_answers_of_triggers() -> None:
    raw = b"HTTP/1.1 202 ACCEPTED\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nX-A: b:c\r\n\r\nheard"
    assert raw_answer(raw) == (202, [(b"content-type", b"text/plain"), (b"x-a", b"b:c")], b"heard")
    for wrong in (b"", b"hello", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 99\r\n\r\n", b"HTTP/1.1 \xb2\xb2\xb2\r\n\r\n"):
        with pytest.raises(BadAnswer):
            raw_answer(wrong)


@pytest.mark.parametrize("said", [b"[]", b'"x"', b"null"])
async def test_an_answer_that_is_no_object(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    async def call(**_: Any) -> AsyncGenerator[list[Frame]]:
        yield [(STREAM, said), (END, b"{}")]

    monkeypatch.setattr(triggers, "call", call)
    with pytest.raises(BadGateway):
        await triggers.asked("w", "a/b", "dispatch_event", data={})


BELL = Trigger("1", "w", "a/bell", "bell", "api-key", {}, {})


@pytest.mark.parametrize(("said", "asked"), [(["ring"] * 5000, MOST_EVENTS), ("ring", 0), (7, 0), (None, 0)])
async def test_one_request_is_so_many_events_and_no_more(
    monkeypatch: pytest.MonkeyPatch, said: Any, asked: int
) -> None:
    """Each is a call of the plugin, whatever it says that it has heard."""
    calls: list[str] = []
    written: list[Event] = []

    async def call(*, data: dict[str, Any], **_: Any) -> AsyncGenerator[list[Frame]]:
        calls.append(data["event"])
        yield [(STREAM, b"{}"), (END, b"{}")]

    monkeypatch.setattr(triggers, "call", call)
    monkeypatch.setattr(triggers, "write", lambda _, event: written.append(event))
    await triggers.understand(BELL, {"raw_http_request": "", "events": said})
    assert (len(calls), len(written)) == (asked, asked)


async def test_who_sends_more_than_is_understood_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in range(MOST_RUNNING)]
    monkeypatch.setattr(triggers, "running", set(at_work))
    arrived = Arrived("POST", b"/", [], b"", "192.0.2.1", b"a.test", "https")
    with pytest.raises(Busy, match="Send this one again"):
        await triggers.dispatch(BELL, arrived, "hook")
