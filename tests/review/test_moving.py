"""The state machine: who may move what, what must have been decided first, and that of two only one moves."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from marketplace import review
from marketplace.models import AuditEntry, Submission
from marketplace.review import NotPermitted, NotPossible, Outrun, chores
from marketplace.review.moving import TABLE
from marketplace.review.parties import Who
from tests.review.conftest import approve

pytestmark = pytest.mark.django_db
State = Submission.State
Submitted = Callable[..., Submission]
PEOPLE = {
    "owner": Who.PUBLISHER,
    "mate": Who.PUBLISHER,
    "ada": Who.REVIEWER,
    "staff": Who.STAFF,
    "stranger": Who.NOBODY,
    "": Who.SYSTEM,
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("before", list(State))
def test_only_who_the_table_names_moves(
    people: SimpleNamespace, submitted: Submitted, before: State, name: str
) -> None:
    by = getattr(people, name) if name else None
    for after in State:
        submission = submitted(before, channel=after)
        approve(submission, people.bob)
        if TABLE.get((before, after), Who.NOBODY) & PEOPLE[name]:
            review.move(submission, to=after, by=by, actor="" if by else "screening", note="so")
            event = submission.events.get()
            assert (event.before, event.after, event.by, event.note) == (before, after, by, "so")
            assert Submission.objects.get(pk=submission.pk).state == after
            continue
        with pytest.raises((NotPossible, NotPermitted)):
            review.move(submission, to=after, by=by)
        assert Submission.objects.get(pk=submission.pk).state == before
        assert not submission.events.exists()


def test_nobody_reviews_what_they_have_a_stake_in(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    people.mate.is_reviewer = True
    people.mate.save()
    submitted(State.WITHDRAWN, version="0.1.0", made_by=people.ada)  # ada has once published this plugin
    for name in ("mate", "ada"):
        with pytest.raises(NotPermitted):
            review.move(submission, to=State.NEEDS_INFO, by=getattr(people, name))
    review.move(submission, to=State.NEEDS_INFO, by=people.bob)


def test_who_has_been_locked_out_moves_nothing(people: SimpleNamespace, submitted: Submitted) -> None:
    people.ada.is_active = False
    people.ada.save()
    with pytest.raises(NotPermitted):
        review.move(submitted(), to=State.NEEDS_INFO, by=people.ada)


def test_of_two_who_move_at_once_one_is_told(people: SimpleNamespace, submitted: Submitted) -> None:
    first = submitted()
    second = Submission.objects.get(pk=first.pk)
    review.move(first, to=State.NEEDS_INFO, by=people.ada)
    with pytest.raises(Outrun):
        review.move(second, to=State.REJECTED, by=people.bob)
    assert [event.after for event in first.events.all()] == [State.NEEDS_INFO]


@pytest.mark.parametrize(("risk", "reviewers", "enough"), [("low", 1, True), ("high", 1, False), ("high", 2, True)])
def test_approval_needs_the_decisions_that_the_risk_asks_for(
    people: SimpleNamespace, submitted: Submitted, *, risk: str, reviewers: int, enough: bool
) -> None:
    submission = submitted(risk=risk)
    for name in ("ada", "bob")[:reviewers]:
        approve(submission, getattr(people, name))
    if enough:
        assert review.move(submission, to=State.APPROVED, by=people.bob).state == State.APPROVED
        return
    with pytest.raises(NotPossible, match="1 of the 2 approvals"):
        review.move(submission, to=State.APPROVED, by=people.bob)


def test_no_decision_no_approval_not_even_by_the_program(submitted: Submitted) -> None:
    with pytest.raises(NotPossible, match="0 of the 1 approvals"):
        review.move(submitted(), to=State.APPROVED)


@pytest.mark.parametrize(("risk", "allowed"), [("low", True), ("medium", False), ("high", False)])
def test_rules_approve_only_what_is_of_low_risk(submitted: Submitted, risk: str, *, allowed: bool) -> None:
    submission = submitted(risk=risk)
    approve(submission, None, automatic=True)
    if allowed:
        assert review.move(submission, to=State.APPROVED, actor="rules").state == State.APPROVED
    else:
        with pytest.raises(NotPossible):
            review.move(submission, to=State.APPROVED, actor="rules")


def test_what_was_decided_before_it_went_back_counts_no_more(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    approve(submission, people.bob)
    review.move(submission, to=State.NEEDS_INFO, by=people.ada)
    review.move(submission, to=State.QUEUED, by=people.owner)
    with pytest.raises(NotPossible):
        review.move(submission, to=State.APPROVED, by=people.ada)


def test_reviewers_agree_on_one_category(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted(risk="high")
    approve(submission, people.ada)
    approve(submission, people.bob, category="partner")
    with pytest.raises(NotPossible, match="agree on one"):
        review.move(submission, to=State.APPROVED, by=people.bob)


def test_a_rejection_outweighs_approvals(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    approve(submission, people.ada)
    approve(submission, people.bob, verdict="reject", category="")
    with pytest.raises(NotPossible, match="rejected"):
        review.move(submission, to=State.APPROVED, by=people.ada)


def test_a_newer_upload_takes_the_place_in_the_queue(people: SimpleNamespace, submitted: Submitted) -> None:
    older = submitted(State.SCREENING)
    review.move(older, to=State.QUEUED, actor="screening")
    beta = submitted(State.QUEUED, version="2.0.0", channel="beta")
    newer = submitted(State.RECEIVED, version="1.0.1")
    review.move(newer, to=State.SCREENING, by=people.mate)
    older.refresh_from_db()
    newer.refresh_from_db()
    beta.refresh_from_db()
    assert (older.state, older.superseded_by, beta.state) == (State.SUPERSEDED, newer, State.QUEUED)
    assert (newer.queued_at, newer.due_at) == (older.queued_at, older.due_at)
    assert newer.due_at is not None
    review.move(newer, to=State.QUEUED, actor="screening")
    assert Submission.objects.get(pk=newer.pk).due_at == older.due_at


def test_who_withdraws_and_uploads_again_keeps_the_place(people: SimpleNamespace, submitted: Submitted) -> None:
    older = submitted(State.SCREENING)
    review.move(older, to=State.QUEUED, actor="screening")
    review.move(older, to=State.WITHDRAWN, by=people.owner)
    newer = submitted(State.RECEIVED, version="1.0.1")
    review.move(newer, to=State.SCREENING, by=people.owner)
    assert Submission.objects.get(pk=newer.pk).queued_at == older.queued_at


def test_what_follows_is_told_once_it_is_committed(
    people: SimpleNamespace, submitted: Submitted, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr("marketplace.review.moving.tell", lambda name, pk: told.append(name))
    submission = submitted(State.RECEIVED)
    with django_capture_on_commit_callbacks(execute=True):
        review.move(submission, to=State.SCREENING, by=people.owner)
        assert told == []
    assert told == ["marketplace.screening.starting.start"]


def test_every_act_is_in_the_audit_trail(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    review.move(submission, to=State.NEEDS_INFO, by=people.ada, note="Which host?")
    entry = AuditEntry.objects.get(act="submission.needs_info")
    assert (entry.subject, entry.by_id) == (submission.unique_identifier, people.ada.pk)
    assert (entry.before, entry.after) == ({"state": "queued"}, {"state": "needs_info", "note": "Which host?"})


def test_what_was_not_heard_is_told_again(submitted: Submitted, monkeypatch: Any) -> None:
    told: list[str] = []
    monkeypatch.setattr("marketplace.review.chores.tell", lambda name, pk: told.append(name))
    submitted(State.SCREENING)
    lost = submitted(State.APPROVED, version="1.1.0")
    Submission.objects.filter(pk=lost.pk).update(told_at=timezone.now() - timedelta(hours=1))
    chores.run()
    chores.run()  # not at once again
    assert told == ["marketplace.signing.sign_approved"]
