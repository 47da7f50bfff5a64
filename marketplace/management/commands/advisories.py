"""``manage.py advisories FILE``: bring in a copy of an advisory database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.screening.advisories import NoAdvisories, bring_in


class Command(BaseCommand):
    help = "Bring in advisories about Python packages: a zip or a folder of OSV documents, as osv.dev hands them out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path)

    def handle(self, *_: Any, source: Path, **__: Any) -> None:
        try:
            count = bring_in(source)
        except NoAdvisories as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{source}: {error.strerror}") from error
        self.stdout.write(f"{count} advisories are here; submissions are screened with them from now on")
