"""How long deliveries are kept, and how they go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from endpoints import delivering
from endpoints.models import Attempt, Delivery, Endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint.objects.create(workspace_id="w", plugin_id="a/b", name="n", enabled=False)


def ended(endpoint: Endpoint, state: str, days: int) -> Delivery:
    at = timezone.now() - timedelta(days=days)
    row = Delivery.objects.create(
        endpoint=endpoint, method="POST", target=f"/{state}/{days}", request=b"x", next_at=at, state=state, ended_at=at
    )
    row.tries.create(at=at, status=200)
    return row


def test_what_was_done_is_kept_for_a_week_and_what_failed_for_a_month(endpoint: Endpoint) -> None:
    for state, days in (("done", 6), ("done", 8), ("failed", 29), ("failed", 31), ("waiting", 99)):
        ended(endpoint, state, days)
    delivering.recover()
    assert set(Delivery.objects.values_list("target", flat=True)) == {"/done/6", "/failed/29", "/waiting/99"}
    assert Attempt.objects.count() == 3


def test_of_many_some_go_each_time_the_oldest_first(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "BATCH", 2)
    monkeypatch.setattr(delivering, "BATCHES", 2)
    for days in range(17, 10, -1):
        ended(endpoint, "done", days)
    delivering.recover()
    assert list(Delivery.objects.order_by("pk").values_list("target", flat=True)) == [
        "/done/13",
        "/done/12",
        "/done/11",
    ]
    delivering.recover()
    assert not Delivery.objects.exists()
