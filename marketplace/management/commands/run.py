"""`manage.py run`: everything in one process, ready to use."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from marketplace.serving import serve
from runtime.forkserver import early


class Command(BaseCommand):
    help = "Run everything in one process: pages, API, worker and plugins. Prepares what is needed first."

    def execute(self, *args: Any, **options: Any) -> str | None:
        if settings.PLUGIN_FORK_SERVER:
            early.begin_for(settings.DATA_DIR / "nodes")  # the checks take as long as it does
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        settings.EMBEDDED_WORKER = True
        call_command("prepare", stdout=self.stdout)
        serve(self.say)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
