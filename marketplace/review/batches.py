"""One decision for many submissions: each is decided on by itself, and what does not go says why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from marketplace.models import Submission
from marketplace.review.errors import ReviewError

Act = Callable[[UUID, int], Submission]


@dataclass(frozen=True)
class Outcome:
    submission: Submission
    error: str = ""


def decide(chosen: Iterable[tuple[UUID, int]], act: Act) -> list[Outcome]:
    """Do `act` with the id and serial of each, as the page showed it; one that is refused keeps none of the others."""
    outcomes = []
    for submission_id, serial in chosen:
        found = Submission.objects.filter(pk=submission_id).first()
        if found is None:
            continue
        try:
            outcomes.append(Outcome(act(submission_id, serial)))
        except ReviewError as error:
            outcomes.append(Outcome(found, str(error)))
    return outcomes
