"""`manage.py worker`: a Celery worker that runs plugins."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.celery import app
from marketplace.schema import refuse_old_database
from runtime.forkserver import early
from runtime.worker import run_worker


class Command(BaseCommand):
    help = "Run plugins and tasks for web processes, which needs REDIS_URL."

    def execute(self, *args: Any, **options: Any) -> str | None:
        if settings.PLUGIN_FORK_SERVER:
            early.begin_for(settings.DATA_DIR / "nodes")  # the checks take as long as it does
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError(
                "manage.py worker needs REDIS_URL, by which web processes find it. One process: manage.py run."
            )
        refuse_old_database()
        sys.exit(run_worker(app))
