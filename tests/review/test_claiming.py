"""Claims: few, renewed, run out, given back."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from marketplace.models import ReviewPolicy, Submission
from marketplace.review import NotPermitted, NotPossible, Outrun, claiming

pytestmark = pytest.mark.django_db
Submitted = Callable[..., Submission]


def run_out(submission: Submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    submission.refresh_from_db()


def test_a_claim_keeps_others_away_until_it_is_given_back(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    claiming.claim(submission, by=people.ada)
    assert claiming.holder(submission) == people.ada
    with pytest.raises(Outrun):
        claiming.claim(submission, by=people.bob)
    claiming.let_go(submission, by=people.bob)  # not his to give
    with pytest.raises(Outrun):
        claiming.claim(submission, by=people.bob)
    claiming.let_go(submission, by=people.ada)
    assert claiming.claim(submission, by=people.bob).claimed_by == people.bob


def test_a_claim_that_nobody_renews_runs_out(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = claiming.claim(submitted(), by=people.ada)
    assert claiming.renew(submission, by=people.ada)
    assert not claiming.renew(submission, by=people.bob)
    run_out(submission)
    assert claiming.holder(submission) is None
    assert not claiming.renew(submission, by=people.ada)
    assert claiming.claim(submission, by=people.bob).claimed_by == people.bob


def test_a_reviewer_holds_few(people: SimpleNamespace, submitted: Submitted) -> None:
    ReviewPolicy.objects.create(pk=1, claims_each=2)
    first, second, third = (submitted(version=f"1.0.{number}") for number in range(3))
    claiming.claim(first, by=people.ada)
    claiming.claim(second, by=people.ada)
    claiming.claim(second, by=people.ada)  # renewing is not one more
    with pytest.raises(NotPossible, match="hold 2"):
        claiming.claim(third, by=people.ada)
    run_out(first)
    claiming.claim(third, by=people.ada)


@pytest.mark.parametrize("name", ["owner", "mate", "stranger", "staff"])
def test_only_reviewers_claim(people: SimpleNamespace, submitted: Submitted, name: str) -> None:
    with pytest.raises(NotPermitted):
        claiming.claim(submitted(), by=getattr(people, name))


def test_what_waits_for_others_cannot_be_claimed(people: SimpleNamespace, submitted: Submitted) -> None:
    for state in set(Submission.State) - {"queued", "seconding"}:
        with pytest.raises(NotPossible):
            claiming.claim(submitted(state), by=people.ada)
