"""`manage.py transparency`: prove that the log is whole, and that all that is listed was signed and told."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.transparency import log, proofs, verifying


class Command(BaseCommand):
    help = (
        "Checks the transparency log and all releases (verify), or places what waits and prints the newest head (head)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        verify = actions.add_parser("verify", help="check every leaf, subtree, head, release and record")
        verify.add_argument("--against", type=Path, help="a head that you kept: the log must begin with what it signed")
        head = actions.add_parser("head", help="print the newest signed head as JSON, to be kept somewhere else")
        head.add_argument("-o", "--output", type=Path)

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        log.sequence()
        if action == "head":
            self.head(options["output"])
        else:
            self.verify(options["against"])

    def head(self, output: Path | None) -> None:
        text = json.dumps(proofs.head() or {}, indent=2)
        if output:
            output.write_text(text + "\n")
        else:
            self.stdout.write(text)

    def verify(self, against: Path | None) -> None:
        found = [*verifying.faults(), *verifying.release_faults()]
        if against:
            found += verifying.kept_faults(against.read_text())
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError("What was told and signed is not whole.")
        newest = log.newest()
        self.stdout.write(
            f"{log.size()} leaves, root {newest.root if newest else '-'}: whole, and so are all releases."
        )
