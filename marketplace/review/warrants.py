"""What entitles a submission to a signature: the decisions that its risk asks for, by people without a stake in it."""

from dataclasses import dataclass

from marketplace.models import Decision, Submission
from marketplace.review.errors import NotPossible

# How many reviewers have to approve, by risk. What a rule approves on its own is of low risk.
NEEDED = {Submission.Risk.LOW: 1, Submission.Risk.MEDIUM: 1, Submission.Risk.HIGH: 2}


@dataclass(frozen=True)
class Warrant:
    """The approvals that count, oldest first, and the category they agreed on."""

    decisions: tuple[Decision, ...]
    category: str


def approvals(submission: Submission) -> list[Decision]:
    """Approvals of the submission's present round, oldest first; what was decided before it went back does not count."""
    found = submission.decisions.filter(round=submission.round).select_related("reviewer").order_by("at", "pk")
    return [one for one in found if one.verdict == Decision.Verdict.APPROVE]


def needed(submission: Submission) -> int:
    return NEEDED[Submission.Risk(submission.risk)]


def warrant(submission: Submission) -> Warrant:
    """The approvals that entitle the submission to be signed. NotPossible says what is missing."""
    found = approvals(submission)
    if submission.decisions.filter(round=submission.round, verdict=Decision.Verdict.REJECT).exists():
        raise NotPossible("A reviewer has rejected this submission.")
    people = {one.reviewer_id for one in found if not one.automatic and one.reviewer_id}
    by_rule = any(one.automatic for one in found) and submission.risk == Submission.Risk.LOW
    if len(people) < needed(submission) and not by_rule:
        raise NotPossible(
            f"{submission} has {len(people)} of the {needed(submission)} approvals that its risk asks for."
        )
    categories = {one.category for one in found}
    if len(categories) != 1:
        raise NotPossible("The reviewers approved different categories. They have to agree on one.")
    return Warrant(tuple(found), categories.pop())
