"""Pages and search over many plugins: `python -m tests.bench.catalogue` (make bench-catalogue). A measurement, not a test.

Server time of one request after another, without the network, and how many questions it asks the database.
"""

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

import django

HEAD = "{:12s} {:36s} {:>8s} {:>9s} {:>9s} {:>9s}"
SIDE = "{:36s}" + " {:>8s} {:>8s} {:>8s} {:>8s}"

type Row = tuple[int, float, float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugins", type=int, default=20_000)
    parser.add_argument("--releases", type=int, default=5, help="of each plugin")
    parser.add_argument("--times", type=int, default=60, help="how often each page is asked for")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        django.setup()
        tell(measured(measure, Path(folder), options))


def measured(
    one: Callable[[str, str, argparse.Namespace], dict[str, Row]], folder: Path, options: argparse.Namespace
) -> dict[str, dict[str, Row]]:
    """The rows of each database that was asked for."""
    found = {}
    for name, database in DATABASES.items():
        if options.database in (name, "both"):
            with database(folder) as url:
                found[name] = one(name, url, options)
    return found


def tell(found: dict[str, dict[str, Row]]) -> None:
    """Both databases side by side: questions, and milliseconds at p50, at p95 and of processor time at p95."""
    line = SIDE + SIDE[SIDE.index("}") + 1 :] * (len(found) - 1)
    print("\n" + line.format("", *(text for name in found for text in (name[:8], "p50 ms", "p95 ms", "cpu p95"))))
    for page in next(iter(found.values())):
        rows = [found[name][page] for name in found]
        cells = [text for row in rows for text in (str(row[0]), *(f"{one:.1f}" for one in row[1:]))]
        print(line.format(page, *cells))


@contextlib.contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'bench.sqlite3'}"


@contextlib.contextmanager
def postgresql(_folder: Path) -> Iterator[str]:
    from tests import servers

    with servers.postgres() as server, servers.database(server) as url:
        yield url


DATABASES: dict[str, Callable[[Path], contextlib.AbstractContextManager[str]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
}


def measure(name: str, url: str, options: argparse.Namespace) -> dict[str, Row]:
    from django.core.management import call_command

    from marketplace.catalogue import indexing
    from tests.bench import many
    from tests.catalogue import databases

    with databases.instead(url):
        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        words = many.fill(options.plugins, options.releases)
        filled = time.perf_counter()
        indexing.rebuild()
        call = f"{options.plugins} plugins, {options.plugins * options.releases} releases"
        print(f"\n{name}: {call}; written in {filled - began:.0f} s, indexed in {time.perf_counter() - filled:.0f} s")
        many.settle()
        print(HEAD.format("database", "page", "queries", "p50 ms", "p95 ms", "cpu p95"))
        rows = {}
        for page, paths in many.pages(words).items():
            row = rows[page] = timed(paths, options.times)
            print(HEAD.format(name, page, str(row[0]), *(f"{one:.1f}" for one in row[1:])), flush=True)
    print("cpu: this process's own time, which other work on the machine does not lengthen; without PostgreSQL's")
    return rows


def timed(paths: list[str], times: int) -> Row:
    """Questions to the database, milliseconds at p50 and p95, and of processor time at p95, over addresses of one kind."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    with CaptureQueriesContext(connection) as context:
        assert browser.get(paths[0]).status_code == 200
        asked = len(context)
    took, worked = [], []
    for turn in range(times):
        began, busy = time.perf_counter(), time.process_time()
        answer = browser.get(paths[turn % len(paths)])
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        assert answer.status_code == 200, paths[turn % len(paths)]
    cuts = quantiles(took, n=20)
    return asked, cuts[9], cuts[18], quantiles(worked, n=20)[18]


if __name__ == "__main__":
    main()
