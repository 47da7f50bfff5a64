"""`manage.py demo`: publish the example plugins, so that the first page has something to show."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

import marketplace.celery  # noqa: F401 - what is told to workers goes by our broker
from marketplace.demonstrating import demonstrate


class Command(BaseCommand):
    help = "Publish the example plugins through the whole path: hand in, screen, review, sign, list. Repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "examples")

    def handle(self, *_: Any, **options: Any) -> None:
        call_command("prepare", stdout=self.stdout)
        stopped = 0
        for shown in demonstrate(options["folder"]):
            stopped += bool(shown.problem)
            self.stdout.write(f"{shown.plugin_id} {shown.version}: {shown.problem or shown.state}")
            self.stdout.flush()
        if stopped:
            raise CommandError(f"{stopped} were not listed. They are in the review queue.")
