"""`manage.py audit`: write the audit trail out, and prove that nothing in it was changed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace import auditing


class Command(BaseCommand):
    help = "Writes the audit trail out as JSON lines (export), or checks that its chain is whole (verify)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        export = actions.add_parser("export", help="write the entries as JSON lines, oldest first")
        export.add_argument("--after", type=int, default=0, help="only entries after this number")
        export.add_argument("-o", "--output", type=Path, help="a file; otherwise they are printed")
        verify = actions.add_parser("verify", help="check the chain of the database, or of an exported file")
        verify.add_argument("file", nargs="?", type=Path)

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        auditing.chain()
        if action == "export":
            self.export(options["after"], options["output"])
        else:
            self.verify(options["file"])

    def export(self, after: int, output: Path | None) -> None:
        stream = output.open("w") if output else sys.stdout
        for line in auditing.lines(after=after):
            stream.write(line + "\n")
        if output:
            stream.close()

    def verify(self, file: Path | None) -> None:
        counted = Counted(exported(file) if file else auditing.lines())
        found = list(auditing.faults(counted))
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError("The audit trail is not whole.")
        self.stdout.write(f"{counted.done} entries, each follows from the one before it. Last hash: {counted.last}")


def exported(file: Path) -> Iterator[str]:
    try:
        with file.open() as stream:
            yield from (line.rstrip("\n") for line in stream)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from None


class Counted:
    """Lines as they pass: how many, and the hash of the last one."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.done = 0
        self.line = ""

    def __iter__(self) -> "Counted":
        return self

    def __next__(self) -> str:
        self.line = next(self.lines)
        self.done += 1
        return self.line

    @property
    def last(self) -> str:
        return str(json.loads(self.line)["hash"]) if self.line else auditing.GENESIS
