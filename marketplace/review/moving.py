"""The state machine of submissions: a table of who may move what to where, and one function that does it.

1. The move must be in the table, and its mover on a side that the table names.
2. Nothing becomes approved without the decisions that its risk asks for (warrants.py).
3. The row changes by compare-and-swap on (state, serial): of two who move at once, one is told to look again.
4. The event is written in the same transaction; what follows is sent when it has been committed.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from marketplace import auditing
from marketplace.models import Submission, SubmissionEvent, User
from marketplace.review import placing
from marketplace.review.errors import NotPermitted, NotPossible, Outrun
from marketplace.review.parties import Who, sides
from marketplace.review.warrants import warrant

State = Submission.State
PUBLISHER, REVIEWER, STAFF, SYSTEM = Who.PUBLISHER, Who.REVIEWER, Who.STAFF, Who.SYSTEM

TABLE: dict[tuple[State, State], Who] = {
    (State.RECEIVED, State.SCREENING): PUBLISHER | SYSTEM,
    (State.SCREENING, State.QUEUED): SYSTEM,
    (State.QUEUED, State.SCREENING): REVIEWER | STAFF | SYSTEM,  # once more, with other rules
    (State.SECONDING, State.SCREENING): REVIEWER | STAFF | SYSTEM,
    (State.QUEUED, State.NEEDS_INFO): REVIEWER,
    (State.SECONDING, State.NEEDS_INFO): REVIEWER,
    (State.NEEDS_INFO, State.QUEUED): PUBLISHER | REVIEWER | SYSTEM,
    (State.QUEUED, State.SECONDING): REVIEWER,
    (State.SECONDING, State.QUEUED): REVIEWER | STAFF,
    (State.QUEUED, State.APPROVED): REVIEWER | SYSTEM,
    (State.SECONDING, State.APPROVED): REVIEWER,
    (State.QUEUED, State.REJECTED): REVIEWER,
    (State.SECONDING, State.REJECTED): REVIEWER,
    (State.NEEDS_INFO, State.REJECTED): REVIEWER | SYSTEM,  # by the program when the time to fix it is over
    (State.REJECTED, State.QUEUED): PUBLISHER | STAFF,  # an appeal
    (State.APPROVED, State.QUEUED): STAFF | SYSTEM,  # taken back before it was signed
    (State.APPROVED, State.RELEASED): SYSTEM,
    **{(before, State.WITHDRAWN): PUBLISHER for before in placing.OPEN},
    **{(before, State.SUPERSEDED): PUBLISHER | SYSTEM for before in placing.OPEN},
}

# What is told on commit, as dotted names of functions that take the submission.
AFTERWARDS = {
    State.SCREENING: "marketplace.screening.starting.start",
    State.QUEUED: "marketplace.review.automatic.consider",
    State.APPROVED: "marketplace.signing.sign_approved",
}


@transaction.atomic
def move(
    submission: Submission,
    *,
    to: str,
    by: User | None = None,
    note: str = "",
    actor: str = "",
    **changes: Any,
) -> Submission:
    """Bring the submission into another state; other fields of it may be changed by the same stroke.

    `by` None is the program itself, which `actor` then names. NotPossible, NotPermitted and Outrun say why not.
    """
    before, after = State(submission.state), State(to)
    permit(submission, after, by)
    if after == State.APPROVED:
        warrant(submission)
    changes = placing.changes(submission, after) | changes
    swap(submission, after, changes)
    if before == State.RECEIVED:
        take_over(submission, by=by, actor=actor)
    SubmissionEvent.objects.create(
        submission=submission, before=before, after=after, by=by, actor=actor or str(by or "the program"), note=note
    )
    auditing.record(
        f"submission.{after}",
        submission.unique_identifier,
        by=by or actor or None,
        before={"state": before},
        after={"state": after, "note": note},
    )
    if after in AFTERWARDS:
        # What cannot be told now is told again by chores.resend.
        transaction.on_commit(partial(tell, AFTERWARDS[after], submission.pk), robust=True)
    return submission


def permit(submission: Submission, to: State, by: User | None) -> None:
    """Raise why this person may not make this move."""
    before = State(submission.state)
    if (before, to) not in TABLE:
        raise NotPossible(f"What is {before.label.lower()} cannot become {to.label.lower()}.")
    if not TABLE[before, to] & sides(by, submission):
        raise NotPermitted(f"You may not make this submission {to.label.lower()}.")


def swap(submission: Submission, after: State, changes: placing.Changes) -> None:
    """Write the new state if the row is still as it was read, and make the object as the row."""
    now = timezone.now()
    values = {"state": after, "moved_at": now, "told_at": now, **changes}
    unchanged = Submission.objects.filter(pk=submission.pk, state=submission.state, serial=submission.serial)
    if not unchanged.update(serial=F("serial") + 1, **values):
        raise Outrun("This submission has changed since you read it. Look at it again, then decide.")
    submission.serial += 1
    for name, value in values.items():
        setattr(submission, name, value)


def take_over(new: Submission, *, by: User | None, actor: str) -> None:
    """A newer upload takes the place of the open ones before it, and the place of one that was just withdrawn."""
    older = Submission.objects.filter(
        plugin_id=new.plugin_id, organization=new.organization_id, channel=new.channel
    ).exclude(pk=new.pk)
    for one in older.filter(state__in=placing.OPEN, created_at__lte=new.created_at):
        move(one, to=State.SUPERSEDED, by=by, actor=actor, note=f"Replaced by {new.version}.", superseded_by=new)
    placing.inherit(new, older)


def tell(name: str, submission_id: UUID) -> None:
    import_string(name)(Submission.objects.get(pk=submission_id))
