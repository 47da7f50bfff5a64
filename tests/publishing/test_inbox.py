"""The inbox of publishers, reviewers, staff and strangers: each sees what waits for them, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.models import AbuseReport, NamespaceClaim, PluginTransfer, Submission
from tests import listing

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
State = Submission.State


@pytest.fixture
def sent_back(people: SimpleNamespace) -> Submission:
    until = timezone.now() + timedelta(days=7)
    return listing.submitted(organization=people.acme, state=State.NEEDS_INFO, fix_by=until)


def test_who_has_not_signed_in_is_asked_to(people: SimpleNamespace) -> None:
    assert Client().get("/inbox")["Location"].startswith("/sign-in")


@pytest.mark.parametrize(("name", "sees"), [("owner", True), ("member", True), ("stranger", False), ("staff", False)])
def test_what_was_sent_back_waits_for_its_publishers(
    visit: Visit, sent_back: Submission, name: str, sees: bool
) -> None:
    page = visit(name).get("/inbox").text
    assert (f"{sent_back} waits for your answer" in page) == sees
    assert (f"/publish/submissions/{sent_back.pk}" in page) == sees


@pytest.mark.parametrize(
    ("state", "words"), [(State.RELEASED, "is released"), (State.REJECTED, "was rejected"), (State.SECONDING, "second")]
)
def test_ends_are_told_for_two_weeks(visit: Visit, people: SimpleNamespace, state: str, words: str) -> None:
    one = listing.submitted(organization=people.acme, state=state)
    assert words in visit().get("/inbox").text
    assert words not in visit("stranger").get("/inbox").text
    Submission.objects.filter(pk=one.pk).update(moved_at=timezone.now() - timedelta(days=15))
    assert words not in visit().get("/inbox").text


def test_an_offered_plugin_waits_for_owners_alone(visit: Visit, people: SimpleNamespace) -> None:
    plugin = listing.listed(organization=people.umbrella).plugin
    PluginTransfer.objects.create(plugin=plugin, origin=people.umbrella, target=people.acme)
    assert "offers Acme the plugin" in visit("owner").get("/inbox").text
    assert "offers Acme" not in visit("member").get("/inbox").text
    assert "offers Acme" not in visit("stranger").get("/inbox").text


def test_reviewers_see_what_is_due_and_what_they_hold(visit: Visit, people: SimpleNamespace) -> None:
    now = timezone.now()
    listing.submitted(organization=people.acme, state=State.QUEUED, due_at=now - timedelta(days=1))
    held = listing.submitted(
        organization=people.acme, state=State.QUEUED, claimed_by=people.reviewer, claimed_until=now + timedelta(hours=1)
    )
    page = visit("reviewer").get("/inbox").text
    assert f"You hold {held}" in page
    assert "1 submission to decide" in page
    assert "1 of them past the due date" in page
    assert "to decide" not in visit("owner").get("/inbox").text


def test_staff_see_reports_and_claims(visit: Visit, people: SimpleNamespace) -> None:
    plugin = listing.listed(organization=people.acme).plugin
    AbuseReport.objects.create(plugin=plugin, reason="malware", text="It mines.")
    NamespaceClaim.objects.create(organization=people.acme, evidence="Our site says so.")
    page = visit("staff").get("/inbox").text
    assert "abuse report (1)" in page
    assert "claim of a name (1)" in page
    assert "abuse report" not in visit("owner").get("/inbox").text


def test_the_header_leads_there(visit: Visit) -> None:
    assert 'href="/inbox"' in visit("stranger").get("/").text
    assert 'href="/inbox"' not in Client().get("/").text


def test_it_asks_as_often_however_much_waits(visit: Visit, people: SimpleNamespace, sent_back: Submission) -> None:
    browser = visit("owner")

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            browser.get("/inbox")
        return len(context)

    before = asked()
    for number in range(5):
        listing.submitted(organization=people.acme, state=State.NEEDS_INFO, version=f"0.1.{number}")
        listing.submitted(organization=people.acme, state=State.REJECTED, version=f"0.2.{number}")
    assert asked() == before
