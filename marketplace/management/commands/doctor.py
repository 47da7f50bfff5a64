"""`manage.py doctor`: what is installed, what runs where, what does not and why, and what to do."""

import json
from argparse import ArgumentParser
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand

from runtime.doctoring import LEVELS, Finding, examine, worst

SECONDS = 60  # that the server may take to examine itself
SIGNS = {"ok": "ok   ", "note": "note ", "warn": "WARN ", "bad": "BAD  "}


class Command(BaseCommand):
    help = "Say what is installed, what runs where, what does not and why, and what to do. Ends with 1 if something is bad."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--strict", action="store_true", help="end with 1 for warnings too")
        parser.add_argument("--quiet", action="store_true", help="only what is not well")

    def handle(self, *_: Any, **options: Any) -> None:
        findings = found()
        bad = LEVELS.index(worst(findings)) >= LEVELS.index("warn" if options["strict"] else "bad")
        if options["quiet"]:
            findings = [one for one in findings if LEVELS.index(one.level) >= LEVELS.index("warn")]
        self.write_json(findings) if options["json"] else self.write(findings)
        if bad:
            raise SystemExit(1)

    def write_json(self, findings: list[Finding]) -> None:
        said = {"worst": worst(findings), "findings": [one.packed() for one in findings]}
        self.stdout.write(json.dumps(said, indent=2, ensure_ascii=False))

    def write(self, findings: list[Finding]) -> None:
        for area in dict.fromkeys(one.area for one in findings):
            self.stdout.write(f"{area}")
            for one in (one for one in findings if one.area == area):
                self.stdout.write(f"  {SIGNS[one.level]}{one.says}{f'  → {one.to_do}' if one.to_do else ''}")
        self.stdout.write(f"\n{summed(findings)}")


def summed(findings: list[Finding]) -> str:
    counts = {level: sum(one.level == level for one in findings) for level in LEVELS}
    if not counts["bad"] and not counts["warn"]:
        return "All is well."
    return f"{counts['bad']} bad, {counts['warn']} to look at."


def found() -> list[Finding]:
    """Without Redis only the server itself knows what it runs: it is asked, and examined from outside where it is silent."""
    if settings.REDIS_URL:
        return examine()
    address = f"http://127.0.0.1:{settings.SERVER_PORT}/health/doctor"
    try:
        answer = httpx.get(address, headers={"X-Api-Key": settings.SERVER_KEY}, timeout=SECONDS, trust_env=False)
        answer.raise_for_status()
        return [Finding(**one) for one in answer.json()["findings"]]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        says = f"The server does not answer on port {settings.SERVER_PORT}: {error}"
        return [Finding("bad", "nodes", says, "Start manage.py run."), *examine()]
