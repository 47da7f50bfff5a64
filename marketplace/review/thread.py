"""What is said about a submission: between reviewers and publisher, and among reviewers; and what a publisher may do."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from marketplace.models import Comment, Decision, Submission, User
from marketplace.review import rules
from marketplace.review.errors import NotPermitted, NotPossible, Outrun
from marketplace.review.moving import move
from marketplace.review.parties import Who, is_publisher, reviews, sides
from marketplace.review.placing import OPEN
from marketplace.review.reasons import give_reason

State = Submission.State
LONGEST = 10_000  # characters


def comments(submission: Submission, *, internal: bool) -> QuerySet[Comment]:
    """The whole conversation about this plugin's submission and those that it replaced, oldest first."""
    told = Comment.objects.filter(submission__in=[submission.pk, *replaced(submission)])
    told = told if internal else told.filter(internal=False)
    return told.select_related("by", "submission").order_by("at", "pk")


def replaced(submission: Submission) -> list[Any]:
    """Ids of all earlier uploads whose place this one has taken, one after the other."""
    found: list[Any] = []
    latest = [submission.pk]
    while latest:
        latest = list(
            Submission.objects.filter(superseded_by__in=latest).exclude(pk__in=found).values_list("pk", flat=True)
        )
        found += latest
    return found


def remark(submission: Submission, *, by: User, text: str, internal: bool = False, **anchor: Any) -> Comment:
    """Say something, on a line of a file if `path` and `line` are given, with a rule of the book if `rule` is.

    A publisher's remark is never internal, and answers whatever they were asked.
    """
    words = written(text, missing="Write something first.")
    if not reviews(by):
        raise NotPermitted("Only reviewers may comment here.")
    if Who.REVIEWER not in sides(by, submission):
        raise NotPermitted("You have a stake in this submission. Answer as its publisher.")
    if anchor.get("rule"):
        anchor["rule_version"] = rules.rule(anchor["rule"]).version
    return Comment.objects.create(submission=submission, by=by, text=words, internal=internal, **anchor)


def written(text: str, *, missing: str) -> str:
    """What somebody wrote; NotPossible where it is nothing or a book: nothing is cut that somebody else is to read."""
    words = text.strip()
    if not words:
        raise NotPossible(missing)
    if len(words) > LONGEST:
        raise NotPossible(f"Keep it under {LONGEST:,} characters.")
    return words


@transaction.atomic
def reply(submission: Submission, *, by: User, text: str) -> Comment:
    """The publisher's answer; it brings what was sent back into the queue again, where it stood."""
    publisher(submission, by)
    words = written(text, missing="Write something first.")
    said = Comment.objects.create(submission=submission, by=by, text=words)
    if submission.state == State.NEEDS_INFO:
        move(submission, to=State.QUEUED, by=by, note="The publisher has replied.")
        give_reason(submission, "publisher_replied", text)
    return said


@transaction.atomic
def appeal(submission: Submission, *, by: User, text: str) -> Submission:
    """Contest a rejection, once; another reviewer than the one who rejected decides."""
    publisher(submission, by)
    words = written(text, missing="Say why the rejection is wrong.")
    if submission.reasons.filter(code="appeal").exists():
        raise NotPossible("This rejection was contested before. Submit a new version.")
    newer = Submission.objects.filter(plugin_id=submission.plugin_id, created_at__gt=submission.created_at)
    if newer.filter(state__in=OPEN - {State.RECEIVED} | {State.APPROVED, State.RELEASED}).exists():
        raise NotPossible("You have submitted a newer version. Talk about that one.")
    Comment.objects.create(submission=submission, by=by, text=words)
    moved = move(submission, to=State.QUEUED, by=by, note=text)
    give_reason(submission, "appeal", text)
    return moved


def withdraw(submission: Submission, *, by: User, note: str = "") -> Submission:
    """Take it back. Who uploads again within two weeks stands where they stood."""
    return move(submission, to=State.WITHDRAWN, by=by, note=note)


@transaction.atomic
def escalate(submission: Submission, *, by: User, text: str) -> Submission:
    """Ask for more eyes: two reviewers have to decide on it from now on, and the one who asks gives it back."""
    if Who.REVIEWER not in sides(by, submission):
        raise NotPermitted("You cannot escalate this: you are not a reviewer, or it is your own.")
    if submission.state not in {State.QUEUED, State.NEEDS_INFO}:
        raise NotPossible("Only what is waiting for a decision can be escalated.")
    if not text.strip():
        raise NotPossible("Say what you want others to look at.")
    why = [{"tier": "high", "text": f"{by} escalated it."}, *submission.risk_reasons]
    unchanged = Submission.objects.filter(pk=submission.pk, serial=submission.serial)
    values = {"risk": Submission.Risk.HIGH, "risk_reasons": why, "escalated_at": timezone.now()}
    # The count of moves goes up too: nobody decides on what they saw as a lower risk.
    if not unchanged.update(serial=F("serial") + 1, claimed_by=None, claimed_until=None, **values):
        raise Outrun("This submission has changed since you read it. Look at it again.")
    Comment.objects.create(submission=submission, by=by, text=text.strip()[:LONGEST], internal=True)
    give_reason(submission, "escalated", text)
    submission.refresh_from_db()
    return submission


def take_back(submission: Submission, *, by: User, note: str) -> Submission:
    """Staff stop an approved submission before it is signed; it has to be decided on anew."""
    if not note.strip():
        raise NotPossible("Say why it must not be signed.")
    moved = move(submission, to=State.QUEUED, by=by, note=note)
    give_reason(submission, "taken_back", note)
    return moved


def resolve(comment: Comment, *, by: User) -> None:
    """Mark a remark as dealt with."""
    if Who.REVIEWER not in sides(by, comment.submission):
        raise NotPermitted("Only its reviewers may mark a remark as dealt with.")
    Comment.objects.filter(pk=comment.pk, resolved_at__isnull=True).update(resolved_at=timezone.now())


def publisher(submission: Submission, by: User) -> None:
    if not (by.is_active and is_publisher(by, submission)):
        raise NotPermitted("Only its publisher may do this.")


def waits_for(submission: Submission) -> str:
    """Who has to do something now, in words."""
    return {
        State.RECEIVED: "us: it is about to be screened",
        State.SCREENING: "us: it is being screened",
        State.QUEUED: "a reviewer",
        State.SECONDING: "a second reviewer",
        State.NEEDS_INFO: "its publisher",
        State.APPROVED: "the signature",
    }.get(State(submission.state), "nobody")


def last_rejection(submission: Submission) -> Decision | None:
    rejections = submission.decisions.filter(verdict=Decision.Verdict.REJECT).select_related("reviewer")
    return rejections.order_by("-at").first()
