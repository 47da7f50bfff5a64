"""`manage.py tidy`: what no installed plugin needs goes from this host's disk, and what was uploaded in vain from storage."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from runtime.limits import in_words
from runtime.tidying import Ages, tidy, usual


class Command(BaseCommand):
    help = (
        "Remove environments, unpacked packages and cached wheels that no installed plugin needs, from this host,"
        " and uploaded packages that no installation and no task refers to. Nodes do so by themselves once an hour."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        which = f"{settings.PLUGIN_UNUSED_DAYS}, for uploaded packages {settings.PLUGIN_PACKAGE_DAYS}"
        parser.add_argument("--days", type=float, help=f"spare what was wanted so lately (default {which})")

    def handle(self, *_: Any, dry_run: bool, days: float | None, **options: Any) -> None:
        ages: Ages = usual() if days is None else {"days": days, "package_days": days}
        if not any(ages.values()) and days is None:
            raise CommandError("PLUGIN_UNUSED_DAYS and PLUGIN_PACKAGE_DAYS keep everything; say --days for once.")
        if days is not None and days < 0:
            raise CommandError("--days is a number of days, 0 or more.")
        found = tidy(**ages, dry=dry_run)
        for what in ("environments", "folders", "wheels", "packages"):
            for name, size in getattr(found, what).items():
                self.stdout.write(f"{what.removesuffix('s')} {name}  {in_words(size)}")
        verb = "would come" if dry_run else "came"
        self.stdout.write(f"{in_words(found.size) if found.size else 'nothing'} {verb} free.")
