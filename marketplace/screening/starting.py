"""The beginning of a screening: its rows, and a worker that is told. Stands above the task, which imports `running`."""

from functools import partial

from django.db import transaction

from marketplace.models import Submission
from marketplace.screening.running import lay_out
from marketplace.tasks import screen_submission


def start(submission: Submission) -> None:
    """Lay out the rows of a submission that is to be screened, and hand it to a worker once that is committed."""
    lay_out(submission)
    transaction.on_commit(partial(screen_submission.delay, str(submission.pk)), robust=True)
