"""`manage.py import_plugins`: list a folder of packages and plugin folders, without a review."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import marketplace.celery  # noqa: F401 - what is told to workers goes by our broker
from marketplace.importing import CATEGORIES, Batch, Imported, import_all, open_batch, sources_in
from marketplace.models import User
from marketplace.publishers.errors import Refused

WORDS = {
    "released": "released",
    "waiting": "waits for its signature",
    "there": "was there already",
    "refused": "REFUSED",
}


class Command(BaseCommand):
    """One decision for all of them, by whoever runs the marketplace, recorded as unreviewed."""

    help = "List all packages and plugin folders below a folder, unreviewed, signed with our key, in one batch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--by", help="email of who decides (default: the first administrator)")
        parser.add_argument("--owner", help="email of who owns organizations that are new (default: nobody yet)")
        parser.add_argument("--category", choices=CATEGORIES, default=CATEGORIES[0], help="what they are signed as")

    def handle(self, *_: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        paths = sources_in(folder)
        if not paths:
            raise CommandError(f"There is neither a .difypkg nor a manifest.yaml below {folder}.")
        batch = self.batch(options)
        start = time.perf_counter()
        done = [self.tell(found, number, len(paths)) for number, found in enumerate(import_all(paths, batch), 1)]
        self.sum_up(done, batch, time.perf_counter() - start)

    def batch(self, options: dict[str, Any]) -> Batch:
        admins = User.objects.filter(is_superuser=True, is_active=True).order_by("joined_at")
        by = person(options["by"]) if options["by"] else admins.first()
        if by is None:
            raise CommandError("There is no administrator yet. Run manage.py prepare, or say --by EMAIL.")
        owner = person(options["owner"]) if options["owner"] else None
        try:
            return open_batch(by=by, category=options["category"], owner=owner)
        except Refused as error:
            raise CommandError(error.message) from error

    def tell(self, found: Imported, number: int, count: int) -> Imported:
        name = found.plugin_id or found.source
        line = f"{number:>{len(str(count))}}/{count}  {name:<44} {found.version:<12} {found.seconds:6.2f} s  {WORDS[found.word]}"
        self.stdout.write(line + (f": {found.problem}" if found.problem else ""))
        self.stdout.flush()
        return found

    def sum_up(self, done: list[Imported], batch: Batch, seconds: float) -> None:
        counts = {word: sum(one.word == word for one in done) for word in WORDS}
        said = ", ".join(f"{count} {WORDS[word].lower()}" for word, count in counts.items() if count)
        self.stdout.write(
            f"{len(done)} plugins in {seconds:.1f} s: {said}. Signed as {batch.category}, batch {batch.name}."
        )
        if any(one.plugin_id.startswith("langgenius/") for one in done):
            self.stdout.write(
                "A Dify with ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES=true may refuse packages of langgenius that we have signed."
            )
        if counts["refused"]:
            raise CommandError(f"{counts['refused']} were refused.")


def person(email: str) -> User:
    found = User.objects.filter(email=email.lower(), is_active=True).first()
    if found is None:
        raise CommandError(f"Nobody with the address {email} has an account here.")
    return found
