"""`manage.py web`: the web process alone; workers run the plugins."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.schema import refuse_old_database
from marketplace.serving import serve


class Command(BaseCommand):
    help = "Serve pages, API and calls. Plugins run in workers (manage.py worker), which needs REDIS_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError(
                "manage.py web needs REDIS_URL, by which it finds its workers. One process: manage.py run."
            )
        refuse_old_database()
        serve(self.say)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
