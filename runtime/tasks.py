"""Celery's doors of the runtime: each is short and leads to a service."""

from celery import shared_task

from runtime import installing


@shared_task(name="runtime.tasks.run_install_item")
def run_install_item(item_id: int) -> None:
    installing.run_item(item_id)
