"""``manage.py screen PACKAGE…``: what the checks say of packages or source folders."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.difypkg import OWN_LIMITS, BadPackage, open_directory, open_package
from marketplace.screening import Context, Report, screen
from marketplace.screening.advisories import Copy


class Command(BaseCommand):
    help = "Screen packages or source folders. Ends with 1 if something blocks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PACKAGE")
        parser.add_argument("--json", action="store_true", help="one JSON document a package, a line each")
        parser.add_argument("--all", action="store_true", help="notes and warnings as well")

    def handle(self, *_: Any, paths: list[Path], **options: Any) -> None:
        blocked = [path for path in paths if self._screen(path, options).blocked_by]
        if blocked:
            raise CommandError(f"{len(blocked)} of {len(paths)} blocked: {', '.join(map(str, blocked))}")

    def _screen(self, path: Path, options: dict[str, Any]) -> Report:
        try:
            with open_directory(path, OWN_LIMITS) if path.is_dir() else open_package(path, OWN_LIMITS) as package:
                report = screen(package, context=Context(advisories=Copy()))
        except (BadPackage, OSError) as error:
            raise CommandError(f"{path}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps({"package": str(path), **report.as_json()}))
        else:
            self._tell(path, report, every=options["all"])
        return report

    def _tell(self, path: Path, report: Report, *, every: bool) -> None:
        self.stdout.write(f"{path}: {'blocked' if report.blocked_by else 'nothing blocks'}")
        for section in report.sections:
            self.stdout.write(f"  {section.name:16} {section.state:12} {section.summary}")
            for one in section.findings:
                if every or one.blocking:
                    place = f"{one.path}:{one.line}" if one.line else one.path
                    self.stdout.write(f"    {one.severity:8} {one.rule:28} {place} {one.message}")
