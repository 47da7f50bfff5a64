"""manage.py mirror: follow another marketplace from the command line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.dify.policies import BadPolicy
from marketplace.mirroring import following, mirrors
from marketplace.mirroring.mirrors import BadKey
from marketplace.models import Mirror


class Command(BaseCommand):
    help = "Follow other marketplaces: list, add, look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="all mirrors, and when they looked last")
        add = acts.add_parser("add", help="a new mirror, or other rules for one")
        add.add_argument("name")
        add.add_argument("address", help="what a Dify would have as MARKETPLACE_API_URL")
        add.add_argument("--key", type=Path, help="PEM file of its public key; without it Dify's own")
        add.add_argument("--rules", required=True, help='JSON, such as {"plugins": ["langgenius/openai"]}')
        add.add_argument("--hours", type=int, default=24, help="between looks")
        look = acts.add_parser("look", help="look now, and say what came of it")
        look.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {"list": self.list, "add": self.add, "look": self.look}
        acts[options["act"]](options)

    def list(self, options: dict[str, Any]) -> None:
        for one in Mirror.objects.order_by("name"):
            when = f"{one.looked_at:%Y-%m-%d %H:%M}" if one.looked_at else "never"
            self.stdout.write(f"{one.name}\t{one.address}\t{when}\t{one.trouble or 'well'}")

    def add(self, options: dict[str, Any]) -> None:
        row = Mirror.objects.filter(name=options["name"]).first() or Mirror(name=options["name"])
        try:
            key = options["key"].read_text() if options["key"] else ""
            fields = {"address": options["address"], "public_key": key, "every_hours": max(1, options["hours"])}
            mirrors.save(row, by=None, rules=json.loads(options["rules"]), **fields)
        except (BadPolicy, BadKey, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{row.name} is followed. Look with: manage.py mirror look {row.name!r}")

    def look(self, options: dict[str, Any]) -> None:
        row = Mirror.objects.filter(name=options["name"]).first()
        if row is None:
            raise CommandError(f"There is no mirror {options['name']}. manage.py mirror list shows those that are.")
        seen = following.look(row)
        if seen is None:
            raise CommandError("Another process is looking already. Try again later.")
        if seen.trouble:
            raise CommandError(seen.trouble)
        for word in ("imported", "refused", "failed"):
            for identifier in getattr(seen, word):
                reason = row.releases.get(unique_identifier=identifier).reason
                self.stdout.write(f"{word}\t{identifier}\t{reason}".rstrip())
        more = ", and there is more: look again" if seen.more else ""
        self.stdout.write(f"{seen.followed} followed, {len(seen.imported)} brought to review{more}.")
