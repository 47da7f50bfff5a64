"""The privacy review: contradictions between statement and evidence, answered one by one, then the whole completed."""

from django.db import transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import PrivacyStatement, Submission, User
from marketplace.review.claiming import free_for
from marketplace.review.errors import NotPermitted, NotPossible
from marketplace.review.parties import Who, sides
from marketplace.review.placing import CLAIMABLE

EXPLAINED, TO_FIX = "explained", "to_fix"
ANSWERS = {EXPLAINED: "Explained", TO_FIX: "The publisher must fix it"}


def statement_of(submission: Submission) -> PrivacyStatement:
    """The statement, its row locked. NotPossible: there is none."""
    found = PrivacyStatement.objects.select_for_update().filter(submission=submission).first()
    if found is None:
        raise NotPossible("There is no privacy statement. Ask the publisher for one.")
    return found


def may_review(submission: Submission, by: User) -> None:
    """Raise why this person may not work on it now. Its row is locked until the transaction ends."""
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if Who.REVIEWER not in sides(by, submission):
        raise NotPermitted("You cannot review this: you are not a reviewer, or it is your own.")
    if submission.state not in CLAIMABLE:
        raise NotPossible("There is nothing to review here at the moment.")
    free_for(submission, by)


@transaction.atomic
def answer(submission: Submission, key: str, *, by: User, answer: str, reason: str) -> PrivacyStatement:
    """Answer one point of the checklist; a reason is always needed. An answer after completion opens it again."""
    may_review(submission, by)
    if answer not in ANSWERS:
        raise NotPossible("Say whether it is explained, or has to be fixed.")
    if not reason.strip():
        raise NotPossible("Give a reason: it goes into the record.")
    found = statement_of(submission)
    rows = [row for row in found.checklist if row.get("key") == key]
    if not rows:
        raise NotPossible("This point is no longer on the list. Load the page again.")
    before = {"answer": rows[0].get("answer", ""), "reason": rows[0].get("reason", "")}
    rows[0].update(answer=answer, reason=reason.strip()[:2000], by=str(by))
    found.reviewed_by, found.reviewed_at = None, None
    found.save(update_fields=["checklist", "reviewed_by", "reviewed_at"])
    after = {"answer": answer, "reason": reason.strip()[:2000]}
    auditing.record("privacy.answer", f"{submission}: {key}", by=by, before=before, after=after)
    return found


def unanswered(statement: PrivacyStatement) -> list[str]:
    """Points that keep the review from being completed, in words."""
    return [str(row.get("text", "")) for row in statement.checklist if row.get("answer") != EXPLAINED]


@transaction.atomic
def complete(submission: Submission, *, by: User) -> PrivacyStatement:
    """Sign the privacy review off: the statement is confirmed, and every contradiction is explained."""
    may_review(submission, by)
    found = statement_of(submission)
    if found.confirmed_at is None:
        raise NotPossible("Its publisher has not confirmed the statement yet.")
    left = unanswered(found)
    if left:
        raise NotPossible(f"{len(left)} of {len(found.checklist)} points are not explained yet.")
    found.reviewed_by, found.reviewed_at = by, timezone.now()
    found.save(update_fields=["reviewed_by", "reviewed_at"])
    auditing.record("privacy.complete", str(submission), by=by, after={"points": len(found.checklist)})
    return found
