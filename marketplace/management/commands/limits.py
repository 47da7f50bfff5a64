"""`manage.py limits`: what one plugin may use beyond or below what all may."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from runtime.allowances import COUNTED, usual
from runtime.limits import in_words
from runtime.models import Package, PluginLimit

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(k|m|g)i?b?|b?)\Z", re.IGNORECASE)
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
SIZES = ("memory", "disk")


def size(text: str) -> int:
    found = SIZE.match(text.strip())
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no size such as 512MiB, 2GiB or 0 for none")
    return int(float(found[1]) * UNITS[(found[2] or "").lower()])


def count(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


class Command(BaseCommand):
    help = "Show what plugins may use, or decide it for one of them. It holds from the next start of each process."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plugin", nargs="?", help="author/name; without it all that differ from the settings")
        parser.add_argument("--memory", type=size, help="such as 1GiB; 0 for no limit, here and below")
        parser.add_argument("--processes", type=count, help="with their threads")
        parser.add_argument("--descriptors", type=count, help="open files and connections")
        parser.add_argument("--cpu", type=count, help="percent of one core")
        parser.add_argument("--disk", type=size, help="what its folders may hold")
        parser.add_argument("--usual", action="store_true", help="forget what was decided for it")

    def handle(self, *_: Any, plugin: str | None, usual: bool, **options: Any) -> None:
        news = {name: options[name] for name in COUNTED if options[name] is not None}
        if plugin is None:
            if news or usual:
                raise CommandError("Name the plugin, as author/name. What holds for all are settings: see the README.")
            self.list()
            return
        if not Package.objects.filter(plugin_id=plugin).exists():
            raise CommandError(f"There is no plugin {plugin} here; its name is written author/name.")
        if usual:
            PluginLimit.objects.filter(plugin_id=plugin).delete()
        if news:
            PluginLimit.objects.update_or_create(plugin_id=plugin, defaults=news)
        self.show(plugin)
        if news or usual:
            self.stdout.write("It holds when the plugin starts the next time: restart it on its page.")

    def list(self) -> None:
        rows = PluginLimit.objects.order_by("plugin_id")
        for row in rows:
            decided = {name: value for name in COUNTED if (value := getattr(row, name)) is not None}
            self.stdout.write(f"{row.plugin_id}: {', '.join(f'{k} {worded(k, v)}' for k, v in decided.items())}")
        if not rows:
            floor, most = in_words(settings.PLUGIN_MEMORY_FLOOR), in_words(settings.PLUGIN_MEMORY_LIMIT)
            self.stdout.write(f"All follow the settings: {floor} of memory, or up to {most} where a manifest wishes.")

    def show(self, plugin: str) -> None:
        newest = Package.objects.filter(plugin_id=plugin).latest("uploaded_at")
        row = PluginLimit.objects.filter(plugin_id=plugin).first()
        for name, value in usual(newest.declaration).items():
            decided = getattr(row, name, None)
            note = "" if decided is None else f"   (without your decision {worded(name, value)})"
            self.stdout.write(f"{name:<12} {worded(name, value if decided is None else decided)}{note}")


def worded(name: str, value: float) -> str:
    if not value:
        return "no limit"
    if name == "cpu":
        return f"{value:g} % of one core"
    return in_words(int(value)) if name in SIZES else f"{value:g}"
