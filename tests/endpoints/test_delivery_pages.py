"""Pages of deliveries: what waits and why, what was sent, who replays, what comes by itself, what is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from endpoints import services
from endpoints.models import Delivery, Endpoint
from runtime.models import Installation
from tests.endpoints.shop import SECRET, address, endpoint, hooks_installed
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace

__all__ = ["cluster", "endpoint", "hooks_installed", "house", "install", "loop", "people", "visit", "workspace"]
pytestmark = pytest.mark.django_db


def delivery(endpoint: Endpoint, state: str, **more: Any) -> Delivery:
    fields = {"method": "POST", "target": f"/{state}", "request": b"x", "next_at": timezone.now(), "state": state}
    return Delivery.objects.create(endpoint=endpoint, **fields | more)


def test_deliveries_with_their_attempts(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    failed = delivery(endpoint, "failed", attempts=2, duplicates=3, status=500)
    failed.tries.create(at=timezone.now(), status=500, answer="<b>no</b>")
    broken = '{"args":{"traceback":"t"},"error_type":"ValueError","message":"it broke"}'
    failed.tries.create(at=timezone.now(), error=broken)
    failed.tries.create(at=timezone.now(), unknown=True, error="Its worker fell silent.")
    delivery(endpoint, "done", status=200)
    page = visit("member").get(address(endpoint, "deliveries")).content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "Its worker fell silent." in page
    assert "3 requests came again" in page
    assert "kept for 7 days, what failed for 30" in page
    assert "ValueError: it broke" in page, "not the JSON in which plugins tell it"
    assert "Replay" not in page, "members look on"
    only = visit().get(address(endpoint, "deliveries?state=done")).content.decode()
    assert "/done" in only
    assert "<b>no" not in only


@pytest.mark.parametrize(
    ("given", "again"), [({}, {"/failed"}), ({"id": "done"}, {"/done"}), ({"id": "both"}, {"/done", "/failed"})]
)
def test_replays(visit: Callable[..., Client], endpoint: Endpoint, given: dict[str, str], again: set[str]) -> None:
    rows = {state: delivery(endpoint, state) for state in ("done", "failed", "running")}
    chosen = {"done": [rows["done"].pk], "both": [rows["done"].pk, rows["failed"].pk, rows["running"].pk]}
    ids = {"id": chosen[given["id"]]} if given else {}
    assert visit("member").post(address(endpoint, "deliveries/replay"), ids).status_code == 403
    assert visit("admin").post(address(endpoint, "deliveries/replay"), ids).status_code == 302
    assert set(Delivery.objects.filter(state="waiting").values_list("target", flat=True)) == again


def test_who_has_chosen_nothing_replays_nothing(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    delivery(endpoint, "failed")
    answer = visit("admin").post(address(endpoint, "deliveries/replay"), {"what": "chosen"}, follow=True)
    assert "Choose first what is to be delivered again." in answer.content.decode()
    assert not Delivery.objects.filter(state="waiting").exists()


def test_what_was_sent_with_a_delivery(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    head = b"POST /in HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer abc\r\nX-Note: %b" % SECRET.encode()
    one = delivery(endpoint, "failed", request=head + b'\r\n\r\n{"a": "<b>", "token": "xyz"}', unique_id="d-7")
    one.tries.create(at=timezone.now(), status=500, answer="no")
    here = address(endpoint, f"deliveries/{one.pk}")
    page = visit("member").get(here).content.decode()
    assert "d-7" in page
    assert "&quot;&lt;b&gt;&quot;" in page
    assert "shop" in page
    assert not [word for word in ("Bearer abc", "xyz", SECRET) if word in page], "what looks secret is masked"
    assert "Replay" not in page, "members look on"
    assert "Replay" in visit("admin").get(here).content.decode()
    assert visit("stranger").get(here).status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_a_delivery_that_is_not_there(visit: Callable[..., Client], endpoint: Endpoint, number: str) -> None:
    assert visit().get(address(endpoint, f"deliveries/{number}")).status_code == 404


def test_an_empty_list_of_deliveries_says_how_to_fill_it(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    page = visit().get(address(endpoint, "deliveries")).content.decode()
    assert f"http://testserver/e/{endpoint.hook}/echo" in page, "the first route that takes a POST"


def test_why_a_delivery_waits(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    """Not until a time that has passed already."""
    now = timezone.now()
    delivery(endpoint, "waiting", key="k", attempts=1, next_at=now + timedelta(hours=1))
    delivery(endpoint, "waiting", key="k", next_at=now - timedelta(hours=1))
    client, here = visit("member"), address(endpoint, "deliveries")
    page = client.get(here).text
    assert page.count("Next attempt ") == 1
    assert page.count("It waits for earlier ones of its order") == 1
    services.switch(endpoint, enabled=False)
    page = client.get(here).text
    assert page.count("It waits until the endpoint is switched on") == 2
    assert "Next attempt" not in page
    services.switch(endpoint, enabled=True)
    Installation.objects.all().delete()
    assert client.get(here).text.count("It waits for the plugin to be installed again") == 2


def test_what_is_removed_with_an_endpoint_is_said(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    client = visit()
    assert "not arrived" not in client.get(address(endpoint, "remove")).text
    for state in ("waiting", "running", "failed", "done"):
        delivery(endpoint, state)
    assert "3 deliveries that have not arrived are lost with it." in client.get(address(endpoint, "remove")).text


def test_deliveries_come_by_themselves(visit: Callable[..., Client], endpoint: Endpoint) -> None:
    delivery(endpoint, "running")
    client, here = visit("member"), address(endpoint, "deliveries?state=running")
    assert f'hx-get="{here}"' in client.get(here).content.decode()
    Delivery.objects.update(state="done")
    part = client.get(here, headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part
    assert "/running" not in part
    assert f'hx-get="{here}"' in part, "and goes on asking"
