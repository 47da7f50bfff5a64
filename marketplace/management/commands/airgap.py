"""manage.py airgap: carry releases, with all that they need, to where there is no network."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Q

from marketplace.difypkg import BadPackage, PublicKey, load_public_key
from marketplace.importing import Batch, open_batch
from marketplace.mirroring import airgap, landing
from marketplace.mirroring.airgap import BadBundle
from marketplace.mirroring.wheels import Machine, NoWheels
from marketplace.models import Release, User
from marketplace.publishers.errors import Refused
from marketplace.signing.errors import SigningFault

PLATFORM = "x86_64-manylinux_2_28"
NEWEST = Q(pk=F("plugin__latest"))
WORDS = {"released": "listed", "waiting": "waits for its signature", "there": "was there already", "refused": "REFUSED"}


class Command(BaseCommand):
    help = "Write releases into a file, with offline editions; read such a file into this marketplace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        out = acts.add_parser("export", help="write a bundle")
        out.add_argument("file", type=Path)
        out.add_argument(
            "releases", nargs="*", help="org/name for the newest, or org/name:1.2.3; none: the newest of all"
        )
        out.add_argument("--python", action="append", help="such as 3.12, also several times; without it no wheels")
        out.add_argument("--platform", action="append", help=f"as uv names it, also several times (default {PLATFORM})")
        out.add_argument("--origin", default="another Patchbay", help="what the other side calls us")
        back = acts.add_parser("import", help="check a bundle and list what is in it")
        back.add_argument("file", type=Path)
        back.add_argument(
            "--trust", type=Path, action="append", default=[], help="PEM file of the exporter's public key"
        )
        back.add_argument("--by", help="email of who decides (default: the first administrator)")
        back.add_argument("--category", default="", help="what all is signed as here (default: as there)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "export":
            self.export(options)
        else:
            self.land(options)

    def export(self, options: dict[str, Any]) -> None:
        platforms = options["platform"] or [PLATFORM]
        machines = [Machine(python, platform) for python in options["python"] or [] for platform in platforms]
        rows = chosen(options["releases"])
        try:
            index = airgap.export(rows, options["file"], machines=machines, origin=options["origin"])
        except (NoWheels, SigningFault, OSError) as error:
            raise CommandError(str(error)) from error
        editions = sum(len(one["editions"]) for one in index["releases"])
        size = options["file"].stat().st_size
        self.stdout.write(
            f"{len(index['releases'])} releases and {editions} offline editions, {size} bytes: {options['file']}"
        )

    def land(self, options: dict[str, Any]) -> None:
        try:
            bundle = airgap.opened(options["file"], trusted(options["trust"]))
            batch = decided_by(options)
        except (BadBundle, Refused) as error:
            raise CommandError(str(error)) from error
        refused = 0
        for one in landing.land(bundle, batch):
            more = f", {one.editions} offline editions" if one.editions else ""
            self.stdout.write(
                f"{one.unique_identifier}: {WORDS[one.word]}{more}{': ' * bool(one.problem)}{one.problem}"
            )
            refused += one.word == "refused"
        if refused:
            raise CommandError(f"{refused} were refused.")


def chosen(names: list[str]) -> list[Release]:
    """The newest releases of all plugins, or those that are named. CommandError: there is no such."""
    handed_out = Release.objects.exclude(status=Release.Status.RECALLED).select_related(
        "plugin__organization", "record"
    )
    if not names:
        return list(handed_out.filter(NEWEST))
    found = []
    for name in names:
        plugin_id, _, version = name.partition(":")
        rows = handed_out.filter(plugin__plugin_id=plugin_id)
        row = rows.filter(version=version).first() if version else rows.filter(NEWEST).first()
        if row is None:
            raise CommandError(f"There is no release {name} that could be handed out.")
        found.append(row)
    return found


def trusted(paths: list[Path]) -> list[PublicKey]:
    """The keys that are named, and those that the settings trust."""
    found = []
    for path in [*paths, *map(Path, settings.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS)]:
        try:
            found.append(load_public_key(path.read_bytes()))
        except (OSError, BadPackage) as error:
            raise CommandError(f"{path} is no public key: {error}") from error
    if not found:
        raise CommandError("Name the exporter's public key: --trust exporter.public.pem")
    return found


def decided_by(options: dict[str, Any]) -> Batch:
    people = User.objects.filter(is_active=True)
    by = people.filter(email=(options["by"] or "").lower()).first() if options["by"] else None
    by = by or (None if options["by"] else people.filter(is_superuser=True).order_by("joined_at").first())
    if by is None:
        raise CommandError("Nobody of this address has an account here. Say --by EMAIL.")
    batch = open_batch(by=by, category=options["category"] or "community")
    return replace(batch, category=options["category"])
