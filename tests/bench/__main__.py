"""The figures of the runtime as one table: `python -m tests.bench` (make bench). A measurement, not a test.

`python -m tests.bench dispatch streams` measures these alone. Each figure is a file of `tests/bench/figures/`.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import argparse
import os
import pkgutil
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import uvloop

from tests.bench import figures
from tests.bench.frame import Row, Work

HEAD = "| figure | plain | ours | aim | |\n|---|---|---|---|---|"
MARKS = {True: "holds", False: "MISSED", None: ""}


def names() -> list[str]:
    """The figures that there are."""
    return sorted(found.name for found in pkgutil.iter_modules(figures.__path__))


def shown(row: Row) -> str:
    return f"| {row.figure} | {row.plain} | {row.ours} | {row.aim} | {MARKS[row.holds]} |"


def measure(chosen: list[str], work: Work) -> list[str]:
    """Prints the table as it grows; returns the figures that could not be measured."""
    print(HEAD, flush=True)
    broken = []
    for name in chosen:
        try:
            for row in import_module(f"tests.bench.figures.{name}").measure(work):
                print(shown(row), flush=True)
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            print(shown(Row(name, "", f"not measured: {error}", holds=False)), flush=True)
            broken.append(name)
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"one of {', '.join(names())}; all without any")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each case runs, in rounds")
    parser.add_argument("--official", type=Path, help="a folder of official plugins, for what is tried on them")
    options = parser.parse_args()
    if unknown := set(options.figures) - set(names()):
        parser.error(f"there is no figure {', '.join(unknown)}; there are {', '.join(names())}")
    uvloop.install()
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), options.seconds, options.official)
        try:
            broken = measure(options.figures or names(), work)
        finally:
            work.close()
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
