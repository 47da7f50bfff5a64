"""Decisions: what must have been done first, what is written, and where the submission goes then.

All of it happens in one transaction that holds the submission's row, so of two who decide at once one is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from marketplace.models import Comment, Decision, Organization, PrivacyStatement, Submission, User
from marketplace.review import evidence, rules
from marketplace.review.assessing import blocking, unscanned
from marketplace.review.claiming import free_for
from marketplace.review.errors import NotPermitted, NotPossible, Outrun
from marketplace.review.moving import move
from marketplace.review.parties import Who, governs, sides
from marketplace.review.placing import CLAIMABLE
from marketplace.review.policy import policy
from marketplace.review.power import AREAS
from marketplace.review.privacy_review import unanswered
from marketplace.review.reasons import settle
from marketplace.review.signatures import signed
from marketplace.review.statements import statement
from marketplace.review.warrants import approvals, needed

State = Submission.State
CATEGORIES = tuple(Organization.Standing.values)  # what a decision may choose; never langgenius


@dataclass(frozen=True)
class Approval:
    """What a reviewer says when they approve. `ticks` are reasons by the id of each increase of power."""

    category: str
    reason: str = ""
    ticks: Mapping[str, str] | None = None


def obstacles(submission: Submission) -> Iterator[str]:
    """Sentences that say what stands between the submission and an approval, but for increases of power."""
    for section in unscanned(submission):
        yield f"Not scanned: {section.check_name.replace('_', ' ')}. Have it screened again."
    for finding in blocking(submission):
        where = f" in {finding.path}" if finding.path else ""
        yield f"Settle the finding {finding.rule}{where} with a reason."
    privacy = PrivacyStatement.objects.filter(submission=submission).first()
    if privacy is None:
        yield "There is no privacy statement. Ask the publisher for one."
    elif privacy.confirmed_at is None:
        yield "Nobody has confirmed the privacy statement. Ask the publisher to."
    elif privacy.reviewed_at is None or unanswered(privacy):
        yield "Complete the privacy review."


def unticked(submission: Submission, ticks: Mapping[str, str]) -> list[str]:
    """Increases of power that have no tick with a reason."""
    return [one for one in evidence.difference(submission).ticks if not ticks.get(one, "").strip()]


@transaction.atomic
def approve(submission_id: UUID, approval: Approval, *, by: User, serial: int) -> Submission:
    """Approve; the first of two in the tier of high risk waits for a second reviewer.

    Raises NotPossible (what is missing), NotPermitted (why not you), Outrun (look again).
    """
    submission = held(submission_id, by=by, serial=serial)
    check_category(submission, approval.category, by=by)
    missing = list(obstacles(submission))
    ticks = {key: reason.strip() for key, reason in (approval.ticks or {}).items()}
    if left := unticked(submission, ticks):
        missing.append(
            f"Tick these under “Change in power” and say why: {', '.join(AREAS.get(one, one) for one in left)}."
        )
    if missing:
        raise NotPossible(" ".join(missing))
    asked = set(evidence.difference(submission).ticks)
    rows = [{"key": key, "reason": reason[:2000]} for key, reason in sorted(ticks.items()) if key in asked]
    said = {"verdict": "approve", "category": approval.category, "reason": approval.reason[:10_000], "ticks": rows}
    record(submission, said, by=by)
    enough = len({one.reviewer_id for one in approvals(submission)}) >= needed(submission)
    if enough:
        settle(submission)
    note = approval.reason or f"Approved as {approval.category}."
    return move(submission, to=State.APPROVED if enough else State.SECONDING, by=by, note=note)


@transaction.atomic
def reject(submission_id: UUID, *, by: User, serial: int, rule: str, reason: str) -> Submission:
    """Reject, naming the rule of the book that is broken and how."""
    submission = held(submission_id, by=by, serial=serial)
    broken = rules.rule(rule)
    if not reason.strip():
        raise NotPossible("Say what breaks the rule, so that the publisher knows what to change.")
    said = {"verdict": "reject", "reason": reason, "rule": broken.id, "rule_version": broken.version}
    record(submission, said, by=by)
    Comment.objects.create(submission=submission, by=by, text=reason, rule=broken.id, rule_version=broken.version)
    settle(submission)
    return move(submission, to=State.REJECTED, by=by, note=reason)


@transaction.atomic
def send_back(submission_id: UUID, *, by: User, serial: int, text: str, fix_days: int | None = None) -> Submission:
    """Ask the publisher for something. With a time to fix it, it is rejected when that has passed without an answer."""
    submission = held(submission_id, by=by, serial=serial)
    if not text.strip():
        raise NotPossible("Say what you need from the publisher.")
    Comment.objects.create(submission=submission, by=by, text=text)
    return move(submission, to=State.NEEDS_INFO, by=by, note=text, fix_by=until(fix_days))


def until(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= 90:
        raise NotPossible("Give the publisher between 1 and 90 days.")
    return timezone.now() + timedelta(days=days)


def held(submission_id: UUID, *, by: User, serial: int) -> Submission:
    """The submission, its row locked, when this person may decide on it as they saw it."""
    submission = Submission.objects.select_for_update().get(pk=submission_id)
    if Who.REVIEWER not in sides(by, submission):
        raise NotPermitted("You cannot decide on this: you are not a reviewer, or it is your own.")
    if submission.serial != serial:
        raise Outrun("This submission has changed since you read it. Look at it again, then decide.")
    if submission.state not in CLAIMABLE:
        raise NotPossible(f"This submission is {submission.get_state_display().lower()}; there is nothing to decide.")
    free_for(submission, by)
    decided_before(submission, by)
    return submission


def decided_before(submission: Submission, by: User) -> None:
    """The two of high risk differ, and an appeal is not decided by who rejected."""
    if submission.decisions.filter(reviewer=by, round=submission.round).exists():
        raise NotPermitted("You have decided already. The second reviewer must be somebody else.")
    appealed = submission.reasons.filter(code="appeal", settled_at__isnull=True).exists()
    if appealed and submission.decisions.filter(reviewer=by, verdict=Decision.Verdict.REJECT).exists():
        raise NotPermitted("You rejected this. Somebody else decides on the appeal.")


def check_category(submission: Submission, category: str, *, by: User) -> None:
    if category not in CATEGORIES:
        raise NotPossible(f"Approve it as one of {', '.join(CATEGORIES)}.")
    standing = CATEGORIES.index(submission.organization.standing)
    if CATEGORIES.index(category) > standing and not governs(by):
        raise NotPermitted(f"{submission.organization} is not {category}. Staff have to give it that standing first.")
    earlier = {one.category for one in approvals(submission)} - {category}
    if earlier:
        raise NotPossible(f"The first reviewer approved it as {earlier.pop()}. Agree on one category.")


def record(submission: Submission, said: dict[str, Any], *, by: User | None) -> Decision:
    """Write a decision with the statement that was signed."""
    text = statement(submission, said, by=by)
    signature, fingerprint = signed(by, text)
    columns = {
        key: said[key] for key in ("verdict", "category", "reason", "rule", "rule_version", "ticks") if key in said
    }
    return Decision.objects.create(
        submission=submission,
        round=submission.round,
        reviewer=by,
        statement=text,
        signature=signature,
        key_fingerprint=fingerprint,
        automatic=by is None,
        **columns,
    )


def default_fix_days() -> int:
    return policy().fix_days
