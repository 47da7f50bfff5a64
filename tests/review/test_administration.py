"""What staff govern, and the figures of the desk."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.models import AbuseReport, Organization, Plugin, ReviewPolicy, Submission, User
from tests.review.test_desk_pages import post, visit

pytestmark = pytest.mark.django_db
State = Submission.State
Ready = Callable[..., Submission]


def test_staff_appoint_and_dismiss_reviewers(people: SimpleNamespace, one: Submission) -> None:
    client = visit(people.staff)
    address = "/desk/administration/reviewers"
    assert client.post(address, {"email": "nobody@example.org", "act": "appoint"}).status_code == 409
    client.post(address, {"email": "Stranger@example.org ", "act": "appoint"})
    assert User.objects.get(pk=people.stranger.pk).is_reviewer
    post(visit(people.ada), one, "claim")
    client.post(address, {"email": "ada@example.org", "act": "dismiss"})
    one.refresh_from_db()
    assert one.claimed_by is None
    assert visit(User.objects.get(pk=people.ada.pk)).get("/desk/").status_code == 404


def test_staff_set_the_policy(people: SimpleNamespace) -> None:
    client = visit(people.staff)
    fields: dict[str, Any] = {"low_days": 1, "medium_days": 3, "high_days": 5, "fix_days": 10}
    fields |= {"claim_minutes": 20, "claims_each": 2}
    fields |= {"weight_limit": 10, "sample_percent": 50, "automatic": "on", "free_days": "2026-12-25\n2026-12-24"}
    for wrong in ({"low_days": "0"}, {"automatic": "maybe"}, {"free_days": "Christmas"}, {"fix_days": ""}):
        assert client.post("/desk/administration/policy", fields | wrong).status_code == 422
    assert client.post("/desk/administration/policy", fields).status_code == 302
    rules = ReviewPolicy.objects.get()
    assert (rules.automatic, rules.free_days, rules.changed_by) == ("on", ["2026-12-24", "2026-12-25"], people.staff)
    assert "desk.policy" in client.get("/desk/audit?q=policy").content.decode()


def test_staff_close_reports(people: SimpleNamespace) -> None:
    plugin = Plugin.objects.create(plugin_id="acme/weather", organization=people.acme, name="weather", category="tool")
    report = AbuseReport.objects.create(plugin=plugin, reason="spam", text="Spam.")
    client, address = visit(people.staff), f"/desk/administration/reports/{report.pk}"
    assert client.post(address, {"act": "acted", "answer": ""}).status_code == 409
    client.post(address, {"act": "acted", "answer": "We have talked to them."})
    report.refresh_from_db()
    assert (report.state, report.decided_by) == ("acted", people.staff)
    assert client.post(address, {"act": "dismissed", "answer": "No."}).status_code == 409


def test_statistics_say_what_there_is(people: SimpleNamespace, ready: Ready, one: Submission) -> None:
    ready(State.NEEDS_INFO, version="3.0.0")
    post(visit(people.ada), one, "approve", category="community")
    page = visit(people.bob).get("/desk/statistics").content.decode()
    assert "1 approved, 0 by rule, 0 rejected" in page
    assert Organization.objects.count() == 1


def test_staff_give_publishers_a_standing(people: SimpleNamespace) -> None:
    client, address = visit(people.staff), "/desk/administration/standing"
    for handle, standing in (("nobody", "partner"), ("acme", "langgenius")):
        assert client.post(address, {"handle": handle, "standing": standing}).status_code == 409
    client.post(address, {"handle": "acme", "standing": "partner"})
    people.acme.refresh_from_db()
    assert people.acme.standing == "partner"
