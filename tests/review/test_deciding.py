"""Decisions: what must have been done, who may, what is signed, what follows."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from marketplace.models import AuditEntry, Finding, Organization, PrivacyStatement, ScreeningSection, Submission
from marketplace.review import NotPermitted, NotPossible, Outrun, chores, claiming, deciding, settling, thread
from marketplace.review.deciding import Approval
from marketplace.review.reasons import give_reason
from tests.review.conftest import released

pytestmark = pytest.mark.django_db
State = Submission.State
Ready = Callable[..., Submission]
COMMUNITY = Approval("community", "Reads well.")


def approve(submission: Submission, by: object, approval: Approval = COMMUNITY) -> Submission:
    return deciding.approve(submission.pk, approval, by=by, serial=submission.serial)  # type: ignore[arg-type]


def test_one_approval_is_enough_but_for_high_risk(people: SimpleNamespace, ready: Ready) -> None:
    assert approve(ready(), people.ada).state == State.APPROVED
    high = ready(version="1.1.0", risk="high")
    give_reason(high, "high_risk")
    high = approve(high, people.ada)
    assert high.state == State.SECONDING
    assert high.reasons.filter(settled_at__isnull=True).exists()  # the second reviewer sees why it is here
    with pytest.raises(NotPermitted, match="somebody else"):
        approve(high, people.ada)
    assert approve(high, people.bob).state == State.APPROVED
    assert not high.reasons.filter(settled_at__isnull=True).exists()
    assert [one.reviewer for one in high.decisions.order_by("at")] == [people.ada, people.bob]


@pytest.mark.parametrize("name", ["owner", "mate", "stranger", "staff"])
def test_nobody_else_decides(people: SimpleNamespace, ready: Ready, name: str) -> None:
    submission, by = ready(), getattr(people, name)
    for act in (
        lambda: approve(submission, by),
        lambda: deciding.reject(submission.pk, by=by, serial=0, rule="notes", reason="no"),
        lambda: deciding.send_back(submission.pk, by=by, serial=0, text="what?"),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert not submission.decisions.exists()


def test_a_team_mate_who_reviews_does_not_decide_on_their_own(people: SimpleNamespace, ready: Ready) -> None:
    people.mate.is_reviewer = people.mate.is_staff = people.mate.is_superuser = True
    people.mate.save()
    with pytest.raises(NotPermitted):
        approve(ready(), people.mate)


def test_the_statement_says_all_that_was_decided(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    approve(submission, people.ada)
    decision = submission.decisions.get()
    said = json.loads(decision.statement)
    assert said["verdict"] == "approve"
    assert said["category"] == "community"
    assert said["by"] == {"id": str(people.ada.pk), "name": "Ada"}
    assert said["submission"]["package_sha256"] == submission.package
    assert said["screening"] == [{"check": "secrets", "state": "passed", "rules": ""}]
    assert said["privacy"]["reviewed_by"] == str(people.eve.pk)
    assert decision.statement == json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_a_page_that_is_out_of_date_decides_nothing(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    with pytest.raises(Outrun):
        deciding.approve(submission.pk, COMMUNITY, by=people.ada, serial=submission.serial + 1)


def test_who_is_at_work_on_it_is_not_overrun(people: SimpleNamespace, ready: Ready) -> None:
    submission = claiming.claim(ready(), by=people.bob)
    with pytest.raises(NotPermitted, match="Bob is at work"):
        approve(submission, people.ada)
    assert approve(submission, people.bob).state == State.APPROVED


# What must have been done first.


@pytest.mark.parametrize("state", ["waiting", "running", "failed", "not_scanned"])
def test_not_scanned_is_not_clean(people: SimpleNamespace, ready: Ready, state: str) -> None:
    submission = ready()
    ScreeningSection.objects.filter(submission=submission).update(state=state)
    with pytest.raises(NotPossible, match="Not scanned: secrets"):
        approve(submission, people.ada)


def test_a_finding_that_blocks_is_settled_with_a_reason(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    section = submission.sections.get()
    finding = Finding.objects.create(
        section=section, rule="secret-key", severity="error", blocking=True, path="main.py", line=3, message="A key."
    )
    with pytest.raises(NotPossible, match=r"secret-key in main\.py"):
        approve(submission, people.ada)
    with pytest.raises(NotPossible, match="reason"):
        settling.settle(finding, by=people.ada, reason=" ")
    with pytest.raises(NotPermitted):
        settling.settle(finding, by=people.owner, reason="It is an example.")
    settling.settle(finding, by=people.ada, reason="It is an example of the documentation.")
    trail = AuditEntry.objects.get(act="finding.settle")
    assert (trail.by_id, trail.after["reason"]) == (people.ada.pk, "It is an example of the documentation.")
    approve(submission, people.ada)
    assert json.loads(submission.decisions.get().statement)["settled"][0]["reason"].startswith("It is an example")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "There is no privacy statement"),
        ({"confirmed_at": None}, "confirmed"),
        ({"reviewed_at": None}, "Complete"),
    ],
)
def test_nothing_is_approved_without_a_privacy_review(
    people: SimpleNamespace, ready: Ready, values: dict[str, None] | None, words: str
) -> None:
    submission = ready()
    rows = PrivacyStatement.objects.filter(submission=submission)
    rows.delete() if values is None else rows.update(**values)
    with pytest.raises(NotPossible, match=words):
        approve(submission, people.ada)


def test_each_increase_of_power_needs_a_tick_and_a_reason(people: SimpleNamespace, ready: Ready) -> None:
    def asks(*names: str) -> dict[str, object]:
        return {"resource": {"permission": {name: {"enabled": True} for name in names}}}

    released(ready(declaration=asks("tool")))
    submission = ready(version="1.1.0", declaration=asks("tool", "app", "node"))
    for ticks in ({}, {"permissions:app": "Needed."}, {"permissions:app": "Needed.", "permissions:node": " "}):
        with pytest.raises(NotPossible, match=r"under “Change in power” and say why: .*permissions:node"):
            approve(submission, people.ada, Approval("community", "", ticks))
    ticks = {"permissions:app": "It answers through an app.", "permissions:node": "It asks back.", "other": "x"}
    approve(submission, people.ada, Approval("community", "", ticks))
    assert [row["key"] for row in submission.decisions.get().ticks] == ["permissions:app", "permissions:node"]


# Categories.


@pytest.mark.parametrize("category", ["langgenius", "", "Community", "trusted"])
def test_only_our_own_categories_are_given(people: SimpleNamespace, ready: Ready, category: str) -> None:
    with pytest.raises(NotPossible, match="community, partner, official"):
        approve(ready(), people.ada, Approval(category))


def test_no_more_than_the_publishers_standing_but_by_staff(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    with pytest.raises(NotPermitted, match="not official"):
        approve(submission, people.ada, Approval("official"))
    Organization.objects.filter(pk=people.acme.pk).update(standing="partner")
    approve(submission, people.ada, Approval("partner"))
    assert submission.decisions.get().category == "partner"


def test_the_second_reviewer_agrees_on_the_category(people: SimpleNamespace, ready: Ready) -> None:
    Organization.objects.filter(pk=people.acme.pk).update(standing="partner")
    submission = approve(ready(risk="high"), people.ada)
    with pytest.raises(NotPossible, match="Agree on one"):
        approve(submission, people.bob, Approval("partner"))


# Sending back, rejecting, appealing.


def test_needs_info_comes_back_to_its_place(people: SimpleNamespace, ready: Ready) -> None:
    due = timezone.now() + timedelta(days=2)
    submission = ready(queued_at=timezone.now(), due_at=due)
    deciding.send_back(submission.pk, by=people.ada, serial=0, text="Which host is this?", fix_days=14)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_INFO
    assert submission.fix_by is not None
    with pytest.raises(NotPermitted):
        thread.reply(submission, by=people.stranger, text="Mine.")
    thread.reply(submission, by=people.mate, text="Our own.")
    submission.refresh_from_db()
    assert (submission.state, submission.due_at) == (State.QUEUED, due)
    assert not submission.fix_by
    assert submission.reasons.get().code == "publisher_replied"


def test_an_approval_of_one_falls_when_the_second_sends_back(people: SimpleNamespace, ready: Ready) -> None:
    submission = approve(ready(risk="high"), people.ada)
    deciding.send_back(submission.pk, by=people.bob, serial=submission.serial, text="What is this?")
    submission.refresh_from_db()
    thread.reply(submission, by=people.owner, text="That.")
    submission.refresh_from_db()
    assert approve(submission, people.bob).state == State.SECONDING
    submission.refresh_from_db()
    assert approve(submission, people.ada).state == State.APPROVED


def test_what_is_not_fixed_in_time_is_rejected(people: SimpleNamespace, ready: Ready) -> None:
    kept, late = ready(), ready(version="1.1.0")
    for submission in (kept, late):
        deciding.send_back(submission.pk, by=people.ada, serial=0, text="Fix it.", fix_days=1)
    Submission.objects.filter(pk=late.pk).update(fix_by=timezone.now() - timedelta(minutes=1))
    chores.reject_overdue()
    states = [Submission.objects.get(pk=one.pk).state for one in (kept, late)]
    assert states == [State.NEEDS_INFO, State.REJECTED]


@pytest.mark.parametrize("days", [0, 91, -3])
def test_the_time_to_fix_is_within_reason(people: SimpleNamespace, ready: Ready, days: int) -> None:
    with pytest.raises(NotPossible, match="between 1 and 90"):
        deciding.send_back(ready().pk, by=people.ada, serial=0, text="Fix it.", fix_days=days)


def test_a_rejection_names_a_rule_of_the_book(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    with pytest.raises(NotPossible, match="Choose the rule"):
        deciding.reject(submission.pk, by=people.ada, serial=0, rule="no-such", reason="Bad.")
    with pytest.raises(NotPossible, match="Say what breaks"):
        deciding.reject(submission.pk, by=people.ada, serial=0, rule="code-readable", reason=" ")
    deciding.reject(submission.pk, by=people.ada, serial=0, rule="code-readable", reason="base64 in main.py")
    decision, comment = submission.decisions.get(), submission.comments.get()
    assert (decision.rule, decision.rule_version, comment.rule) == ("code-readable", "1.0", "code-readable")
    assert Submission.objects.get(pk=submission.pk).state == State.REJECTED


def test_an_appeal_is_decided_by_somebody_else_and_made_once(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    deciding.reject(submission.pk, by=people.ada, serial=0, rule="purpose", reason="A copy.")
    submission.refresh_from_db()
    with pytest.raises(NotPermitted):
        thread.appeal(submission, by=people.ada, text="Please.")
    thread.appeal(submission, by=people.owner, text="It does more: see the readme.")
    submission.refresh_from_db()
    assert submission.state == State.QUEUED
    with pytest.raises(NotPermitted, match="Somebody else decides"):
        approve(submission, people.ada)
    deciding.reject(submission.pk, by=people.bob, serial=submission.serial, rule="purpose", reason="Still.")
    submission.refresh_from_db()
    with pytest.raises(NotPossible, match="contested before"):
        thread.appeal(submission, by=people.owner, text="Again.")


def test_what_is_escalated_needs_two(people: SimpleNamespace, ready: Ready) -> None:
    submission = claiming.claim(ready(), by=people.ada)
    stale = Submission.objects.get(pk=submission.pk)
    thread.escalate(submission, by=people.ada, text="I do not know this protocol.")
    assert (submission.risk, submission.claimed_by) == ("high", None)
    assert submission.comments.get().internal
    with pytest.raises(Outrun):
        approve(stale, people.bob)
    assert approve(submission, people.bob).state == State.SECONDING


def test_staff_stop_what_was_approved(people: SimpleNamespace, ready: Ready) -> None:
    submission = approve(ready(), people.ada)
    with pytest.raises(NotPermitted):
        thread.take_back(submission, by=people.bob, note="Wait.")
    thread.take_back(submission, by=people.staff, note="A report has come in.")
    with pytest.raises(NotPossible):
        approve(submission, people.ada, Approval("trusted"))
    assert approve(submission, people.ada).state == State.APPROVED


def test_a_contradiction_that_turned_up_later_is_answered_too(people: SimpleNamespace, ready: Ready) -> None:
    submission = ready()
    PrivacyStatement.objects.filter(submission=submission).update(checklist=[{"key": "host:x", "text": "It calls x."}])
    with pytest.raises(NotPossible, match="Complete the privacy review"):
        approve(submission, people.ada)
