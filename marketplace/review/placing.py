"""What changes with a submission when it enters a state: its place in the queue, its round, its claim."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.models import Submission
from marketplace.review import business
from marketplace.review.assessing import assessed, note_reasons
from marketplace.review.policy import policy
from marketplace.review.reasons import give_reason

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
    if (before, to) == (State.SCREENING, State.QUEUED):
        made |= assessed(submission)
        note_reasons(submission, tier=made["risk"])
    if to == State.QUEUED:
        made |= place(submission, now, made.get("risk", submission.risk))
    return made


def place(submission: Submission, now: datetime, risk: str) -> Changes:
    """A place at the end of the queue, or the one that it has already. An appeal is a new one."""
    if submission.due_at and submission.state != State.REJECTED:
        return {}
    rules = policy()
    due = business.after(now, rules.days(risk), rules.holidays)
    return {"queued_at": submission.queued_at or now, "due_at": due}


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
