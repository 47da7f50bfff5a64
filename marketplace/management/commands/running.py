"""`manage.py running`: how plugins of a workspace are to run, and how they do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runtime.agreeing import agree
from runtime.errors import RuntimeFault
from runtime.models import Installation, RunPolicy
from runtime.standings import standings

ANSWERS = {"yes": True, "no": False, "usual": None}
SAID = ("sleep", "sleep_after", "most", "apart", "alone")


class Command(BaseCommand):
    help = "Show how the plugins of a workspace run, or say how one of them is to, or all of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", help="its id, as it stands in the API's paths")
        parser.add_argument("plugin", nargs="?", default="", help="author/name; without it all of the workspace")
        parser.add_argument("--sleep", choices=("usual", *filter(None, RunPolicy.Sleep.values)))
        parser.add_argument("--sleep-after", type=int, help="seconds without a call, with --sleep after")
        parser.add_argument("--most", type=int, help="processes at most; 0: as usual")
        parser.add_argument("--apart", choices=ANSWERS, help="share no process with other workspaces")
        parser.add_argument("--alone", choices=ANSWERS, help="start by itself, forked from nothing")

    def handle(self, *_: Any, workspace: str, plugin: str, **options: Any) -> None:
        found = Installation.objects.filter(workspace_id=workspace, **({"plugin_id": plugin} if plugin else {}))
        if not found.exists():
            which = f"{plugin} is not" if plugin else "Nothing is"
            raise CommandError(f"{which} installed in the workspace {workspace}.")
        if any(options[name] is not None for name in SAID):
            self.say(workspace, plugin, {name: options[name] for name in SAID})
        for one in standings(workspace):
            if plugin in ("", one.installation.plugin_id):
                started = "by itself" if one.terms.alone else "as a copy where that is safe"
                self.stdout.write(f"{one.process}: {one.state.state}, wished {one.wish}, starts {started}  {one.why}")

    def say(self, workspace: str, plugin: str, news: dict[str, Any]) -> None:
        """What is not named stays as it was said before."""
        row = RunPolicy.objects.filter(workspace_id=workspace, plugin_id=plugin).first()
        said = {name: getattr(row, name) for name in SAID} if row else {}
        for name, value in news.items():
            if value is not None:
                said[name] = ANSWERS[value] if name in ("apart", "alone") else value
        said["sleep"] = "" if news["sleep"] == "usual" else said.get("sleep", "")
        said["most"] = said.get("most") or None
        try:
            agree(workspace, plugin, **said)
        except RuntimeFault as fault:
            raise CommandError(fault.message) from fault
