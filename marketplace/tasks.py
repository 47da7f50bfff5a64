"""Celery's doors of the marketplace: each is short and leads to a service."""

from celery import shared_task

from marketplace.screening import running


@shared_task(name="marketplace.tasks.screen_submission")
def screen_submission(submission_id: str) -> None:
    running.screen_submission(submission_id)
