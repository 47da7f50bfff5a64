"""Automatic approval: only of what is like what people have approved, and what a dry run says without doing it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from marketplace.models import AbuseReport, Finding, PrivacyStatement, ReviewPolicy, Submission
from marketplace.review import automatic
from marketplace.review.reasons import give_reason
from tests.review.conftest import approve, released

pytestmark = pytest.mark.django_db
State = Submission.State
Ready = Callable[..., Submission]


@pytest.fixture
def update(people: SimpleNamespace, ready: Ready) -> Submission:
    """A small update of a plugin that people have approved twice, long ago."""
    people.acme.verified_at = timezone.now()
    people.acme.save()
    for number in (1, 2):
        old = ready(version=f"0.{number}.0", risk="low")
        approve(old, people.ada)
        released(old, signed_at=timezone.now() - timedelta(days=100 - number))
    new = ready(version="0.3.0", risk="low")
    PrivacyStatement.objects.filter(submission=new).update(reviewed_at=None, reviewed_by=None)
    return new


def rules(**values: Any) -> ReviewPolicy:
    plain = {"automatic": "on", "sample_percent": 0, "weight_limit": 5}
    return ReviewPolicy.objects.update_or_create(pk=1, defaults=plain | values)[0]


def holding(submission: Submission) -> set[str]:
    return {row["rule"] for row in automatic.judge(submission, rules())[2] if row["holds"]}


def test_a_small_update_is_approved_with_its_reasons_kept(update: Submission) -> None:
    rules()
    verdict = automatic.consider(update)
    assert verdict is not None
    assert (verdict.approves, verdict.dry, verdict.weight) == (True, False, 0)
    assert {row["rule"] for row in verdict.rows} == {rule.code for rule in automatic.RULES}
    update.refresh_from_db()
    decision = update.decisions.get()
    assert (update.state, decision.automatic, decision.reviewer) == (State.APPROVED, True, None)
    assert PrivacyStatement.objects.get(submission=update).reviewed_at is not None


def test_a_dry_run_only_says(update: Submission) -> None:
    rules(automatic="dry")
    verdict = automatic.consider(update)
    assert verdict is not None
    assert (verdict.approves, verdict.dry) == (True, True)
    update.refresh_from_db()
    assert update.state == State.QUEUED
    assert not update.decisions.exists()
    assert automatic.consider(update) is None  # asked once


def test_switched_off_it_is_not_even_asked(update: Submission) -> None:
    rules(automatic="off")
    assert automatic.consider(update) is None
    assert not update.verdicts.exists()


def test_after_people_have_looked_rules_do_not_decide(update: Submission) -> None:
    rules()
    update.round = 2
    assert automatic.consider(update) is None


def test_drawn_by_lot_people_look(update: Submission) -> None:
    rules(sample_percent=100)
    verdict = automatic.consider(update)
    assert verdict is not None
    assert not verdict.approves
    assert update.reasons.get().code == "random_sample"


def test_what_weighs_too_much_is_left_to_people(update: Submission) -> None:
    section = update.sections.get()
    for _ in range(2):
        Finding.objects.create(section=section, rule="timeout", severity="warning", message="No timeout.")
    rules()
    verdict = automatic.consider(update)
    assert verdict is not None
    assert (verdict.approves, verdict.weight) == (False, 6)


def test_nothing_holds_for_the_plain_update(update: Submission) -> None:
    assert holding(update) == set()


def risky(update: Submission) -> None:
    update.risk = "medium"


def grown(update: Submission) -> None:
    update.declaration = {"resource": {"permission": {"app": {"enabled": True}}}}


def blocked(update: Submission) -> None:
    Finding.objects.create(section=update.sections.get(), rule="x", severity="error", blocking=True, message="Bad.")


def unscanned(update: Submission) -> None:
    update.sections.update(state="not_scanned")


def widened(update: Submission) -> None:
    PrivacyStatement.objects.filter(submission=update).update(statement={"uses": [{"data": "name"}]})


def contradicted(update: Submission) -> None:
    PrivacyStatement.objects.filter(submission=update).update(checklist=[{"key": "host:x", "text": "calls x"}])


def reported(update: Submission) -> None:
    plugin = automatic.Case(update, rules()).before.plugin  # type: ignore[union-attr]
    AbuseReport.objects.create(plugin=plugin, reason="spam", text="Spam.")


def appealed(update: Submission) -> None:
    give_reason(update, "appeal")


def renamed(update: Submission) -> None:
    update.plugin_id = "acme/other"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (risky, "risk"),
        (grown, "power"),
        (blocked, "open"),
        (unscanned, "open"),
        (widened, "privacy"),
        (contradicted, "contradiction"),
        (reported, "reported"),
        (appealed, "watched"),
        (renamed, "first"),
    ],
)
def test_each_of_these_stops_the_rules(update: Submission, change: Callable[[Submission], None], rule: str) -> None:
    change(update)
    assert rule in holding(update)
    assert not automatic.judge(update, rules())[0]


def test_what_was_explained_last_time_need_not_be_explained_again(people: SimpleNamespace, update: Submission) -> None:
    before = automatic.Case(update, rules()).earlier_privacy
    assert before is not None
    before.checklist = [{"key": "host:x", "answer": "explained", "reason": "Our own host."}]
    before.save()
    contradicted(update)
    automatic.consider(update)
    row = PrivacyStatement.objects.get(submission=update).checklist[0]
    assert row["reason"] == "As in 0.2.0: Our own host."
