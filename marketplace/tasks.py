"""Celery's doors of the marketplace: each is short and leads to a service."""

from celery import shared_task

from marketplace.mirroring import following
from marketplace.screening import running


@shared_task(name="marketplace.tasks.screen_submission")
def screen_submission(submission_id: str) -> None:
    running.screen_submission(submission_id)


@shared_task(name="marketplace.tasks.look_at_mirror")
def look_at_mirror(mirror_id: str) -> None:
    following.look_by_id(mirror_id)
