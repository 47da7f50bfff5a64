"""`manage.py catalogue rebuild`: write the search index anew, after a restore or a new version of Patchbay."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace.catalogue import indexing


class Command(BaseCommand):
    help = "Look after the catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("rebuild", help="write the search index anew")

    def handle(self, *args: Any, **options: Any) -> None:
        count = indexing.rebuild()
        self.stdout.write(f"{count} plugin{'' if count == 1 else 's'} can be found.")
