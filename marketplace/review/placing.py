"""What changes with a submission when it enters a state: its place in the queue, its round, its claim."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.models import QueueReason, Submission
from marketplace.review import business
from marketplace.review.policy import policy
from marketplace.review.reasons import REASONS

State = Submission.State
Changes = dict[str, Any]

# Who withdraws and uploads again within this time stands where they stood.
KEPT_AFTER_WITHDRAWAL = timedelta(days=14)
# Where reviewers may be at work; elsewhere a claim means nothing.
CLAIMABLE = frozenset({State.QUEUED, State.SECONDING})
OPEN = frozenset({State.RECEIVED, State.SCREENING, State.QUEUED, State.NEEDS_INFO, State.SECONDING})
# Moves after which decisions that were made before do not count any more.
NEW_ROUND = frozenset(
    {
        (State.QUEUED, State.NEEDS_INFO),
        (State.SECONDING, State.NEEDS_INFO),
        (State.SECONDING, State.QUEUED),
        (State.SECONDING, State.SCREENING),
        (State.QUEUED, State.SCREENING),
        (State.APPROVED, State.QUEUED),
        (State.REJECTED, State.QUEUED),
    }
)


def changes(submission: Submission, to: State) -> Changes:
    """Fields that go with a move."""
    before, now = State(submission.state), timezone.now()
    made: Changes = {}
    if (before, to) in NEW_ROUND:
        made["round"] = submission.round + 1
    if to not in CLAIMABLE or before != to:
        made |= {"claimed_by": None, "claimed_until": None}
    if to != State.NEEDS_INFO:
        made["fix_by"] = None
    if to == State.QUEUED:
        made |= place(submission, now)
    return made


def place(submission: Submission, now: datetime) -> Changes:
    """A place at the end of the queue, or the one that it has already."""
    queued = submission.queued_at or now
    if submission.due_at and submission.state != State.REJECTED:
        return {"queued_at": queued}
    rules = policy()
    return {"queued_at": queued, "due_at": business.after(now, rules.days(submission.risk), rules.holidays)}


def inherit(new: Submission, older: QuerySet[Submission]) -> None:
    """Take the earliest place among those that were replaced, or withdrawn not long ago."""
    lately = timezone.now() - KEPT_AFTER_WITHDRAWAL
    withdrawn = Q(state=State.WITHDRAWN, moved_at__gte=lately)
    places = older.filter(Q(superseded_by=new) | withdrawn, queued_at__isnull=False)
    first = places.order_by("queued_at").values("queued_at", "due_at", "version").first()
    if first is None or new.queued_at is not None:
        return
    new.queued_at, new.due_at = first["queued_at"], first["due_at"]
    new.save(update_fields=["queued_at", "due_at"])
    give_reason(new, "new_upload", f"In the place of {first['version']}.")


def give_reason(submission: Submission, code: str, detail: str = "") -> QueueReason:
    """Say why people look at the submission; said again, a settled reason is open again."""
    if code not in REASONS:
        raise KeyError(code)
    values = {"detail": detail[:500], "settled_at": None, "created_at": timezone.now()}
    return QueueReason.objects.update_or_create(submission=submission, code=code, defaults=values)[0]
