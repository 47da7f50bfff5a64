"""What Difys ask of many plugins: `python -m tests.bench.dify`. A measurement, not a test.

Server time of one request after another, without the network, and how many questions it asks the database.
"""

import argparse
import json
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import django

from tests.bench.catalogue import HEAD, Row, measured, tell

POLICY = {"deny": {"publishers": ["maker-7"]}, "cool_down_days": 3, "requests": True}
SEARCH = {"page": 1, "page_size": 40, "query": "", "sort_by": "install_count", "sort_order": "DESC"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugins", type=int, default=20_000)
    parser.add_argument("--releases", type=int, default=5, help="of each plugin")
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        django.setup()
        tell(measured(measure, Path(folder), options))


def measure(name: str, url: str, options: argparse.Namespace) -> dict[str, Row]:
    from django.core.management import call_command
    from django.utils import timezone

    from marketplace.catalogue import indexing
    from marketplace.models import Catalogue, Plugin, Release
    from tests.bench import many
    from tests.catalogue import databases

    with databases.instead(url):
        call_command("migrate", verbosity=0)
        words = many.fill(options.plugins, options.releases)
        indexing.rebuild()
        Release.objects.update(created_at=timezone.now() - timedelta(days=30))
        many.settle()
        Catalogue.objects.create(name="bench", token="bench", policy=POLICY)
        ids = list(Plugin.objects.exclude(organization__handle="maker-7").values_list("plugin_id", flat=True)[:100])
        print(f"\n{name}: {options.plugins} plugins, {options.plugins * options.releases} releases")
        print(HEAD.format("database", "question", "queries", "p50 ms", "p95 ms", "cpu p95"))
        rows = {}
        for prefix in ("", "/c/bench"):
            for question, (path, payload) in questions(words, ids).items():
                times = 3 if "manifest" in path else options.times
                row = rows[f"{prefix} {question}"] = timed(f"{prefix}/api/v1/{path}", payload, times)
                print(
                    HEAD.format(name, f"{prefix} {question}", str(row[0]), *(f"{one:.1f}" for one in row[1:])),
                    flush=True,
                )
        return rows


def questions(words: list[str], ids: list[str]) -> dict[str, tuple[str, Any]]:
    return {
        "most installed": ("plugins/search/advanced", SEARCH),
        "tools by update": ("plugins/search/advanced", SEARCH | {"category": "tool", "sort_by": "version_updated_at"}),
        "a common word": ("plugins/search/advanced", SEARCH | {"query": words[0]}),
        "a rare word": ("plugins/search/advanced", SEARCH | {"query": words[500]}),
        "batch of 100": ("plugins/batch", {"plugin_ids": ids}),
        "a plugin": (f"plugins/{ids[0]}", None),
        "its versions": (f"plugins/{ids[0]}/versions", None),
        "snapshot of everything": ("dist/plugins/manifest.json", None),
    }


def timed(address: str, payload: Any, times: int) -> Row:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    dify = Client(headers={"X-Dify-Version": "1.17.1"})

    def ask() -> None:
        body = "" if payload is None else json.dumps(payload)
        answer = dify.generic("GET" if payload is None else "POST", address, body, content_type="application/json")
        assert answer.status_code == 200, answer.content

    with CaptureQueriesContext(connection) as context:
        ask()
        asked = len(context)
    took, worked = [], []
    for _ in range(times):
        began, busy = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    cuts = quantiles(took, n=20)
    return asked, cuts[9], cuts[18], quantiles(worked, n=20)[18]


if __name__ == "__main__":
    main()
