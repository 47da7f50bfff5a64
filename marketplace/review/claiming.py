"""Who is at work on what: a claim is a lock that is renewed while its page is open, and runs out when it is not."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplace.models import Submission, User
from marketplace.review.errors import NotPermitted, NotPossible, Outrun
from marketplace.review.parties import Who, sides
from marketplace.review.placing import CLAIMABLE
from marketplace.review.policy import policy


def holder(submission: Submission) -> User | None:
    """Who holds the submission now; a claim that has run out is nobody's."""
    if submission.claimed_until is None or submission.claimed_until <= timezone.now():
        return None
    return submission.claimed_by


@transaction.atomic
def claim(submission: Submission, *, by: User) -> Submission:
    """Take a free submission, or renew one's own claim. The lock on the person makes their own claims queue."""
    User.objects.select_for_update().get(pk=by.pk)
    if submission.state not in CLAIMABLE:
        raise NotPossible("There is nothing to decide on here at the moment.")
    if Who.REVIEWER not in sides(by, submission):
        raise NotPermitted("You cannot review this: you are not a reviewer, or it is your own.")
    rules, now = policy(), timezone.now()
    mine = Submission.objects.filter(claimed_by=by, claimed_until__gt=now, state__in=CLAIMABLE).exclude(
        pk=submission.pk
    )
    if mine.count() >= rules.claims_each:
        raise NotPossible(f"You hold {rules.claims_each} submissions already. Decide on one, or give it back.")
    until = now + rules.claim
    free = Q(claimed_by__isnull=True) | Q(claimed_by=by) | Q(claimed_until__lte=now)
    unchanged = Submission.objects.filter(free, pk=submission.pk, state__in=CLAIMABLE)
    if not unchanged.update(claimed_by=by, claimed_until=until):
        raise Outrun("Somebody else has just taken it.")
    submission.claimed_by, submission.claimed_until = by, until
    return submission


def renew(submission: Submission, *, by: User) -> bool:
    """Hold it for longer, as its open page asks now and then. False: the claim is somebody else's or has run out."""
    now = timezone.now()
    own = Submission.objects.filter(pk=submission.pk, claimed_by=by, claimed_until__gt=now, state__in=CLAIMABLE)
    return bool(own.update(claimed_until=now + policy().claim))


def let_go(submission: Submission, *, by: User) -> None:
    """Give a claim back; others' claims stay."""
    Submission.objects.filter(pk=submission.pk, claimed_by=by).update(claimed_by=None, claimed_until=None)


def free_for(submission: Submission, user: User) -> None:
    """Raise who is at work on it, when that is somebody else."""
    other = holder(submission)
    if other is not None and other != user:
        raise NotPermitted(f"{other} is at work on this. Wait until it is given back, or talk to them.")
