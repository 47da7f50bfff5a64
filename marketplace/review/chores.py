"""What is done from time to time on every node: time that is over, and messages that were lost."""

import logging
from datetime import timedelta

from django.utils import timezone

from marketplace.models import Submission
from marketplace.review.errors import ReviewError
from marketplace.review.moving import AFTERWARDS, move, tell

log = logging.getLogger(__name__)
State = Submission.State
LOST_AFTER = timedelta(minutes=10)  # what was to follow a move has not begun for so long
ACTOR = "the time to fix it is over"


def run() -> None:
    """A chore of runtime nodes (settings.RUNTIME_CHORES): several may do it at once, moves are compare-and-swap."""
    reject_overdue()
    resend()


def reject_overdue() -> None:
    """Delayed rejections: what was to be fixed by now, and was not."""
    for submission in Submission.objects.filter(state=State.NEEDS_INFO, fix_by__lte=timezone.now()):
        try:
            move(submission, to=State.REJECTED, actor=ACTOR, note="Nothing was heard from its publisher in time.")
        except ReviewError as error:
            log.info("%s stays as it is: %s", submission, error)


def resend() -> None:
    """Tell again what should have followed a move long ago; each of those who are told does it once."""
    now = timezone.now()
    stale = Submission.objects.filter(state__in=(State.SCREENING, State.APPROVED), told_at__lte=now - LOST_AFTER)
    for submission in stale:
        # Of all nodes that see this, one tells.
        if not Submission.objects.filter(pk=submission.pk, told_at=submission.told_at).update(told_at=now):
            continue
        try:
            tell(AFTERWARDS[State(submission.state)], submission.pk)
        except Exception:
            log.exception("%s is still %s", submission, submission.state)
