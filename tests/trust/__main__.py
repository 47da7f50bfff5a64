"""``python -m tests.trust``: how much of what is planted into copies of plugins is found, as a table."""

import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from random import Random

from tests.trust.copies import Copy, copies_of
from tests.trust.fifth import KINDS as FIFTH
from tests.trust.fourth import KINDS as FOURTH
from tests.trust.given import measure_given
from tests.trust.measuring import KINDS, Clean, Row, measure, measure_clean
from tests.trust.rows import read_rows, table, write_rows
from tests.trust.second import KINDS as SECOND
from tests.trust.sixth import KINDS as SIXTH
from tests.trust.third import KINDS as THIRD

SETS = {"first": KINDS, "second": SECOND, "third": THIRD, "fourth": FOURTH, "fifth": FIFTH, "sixth": SIXTH}
OWN = Path(__file__).resolve().parent.parent / "plugins"


def arguments(argv: list[str]) -> Namespace:
    parser = ArgumentParser(
        prog="python -m tests.trust", description="Plant violations into copies of plugins and count what is found."
    )
    parser.add_argument(
        "--plugins", type=Path, action="append", default=[], help="a folder of plugins, beside our own (clean ones)"
    )
    parser.add_argument("--given", type=Path, help="a folder with planted packages: clean/* and one folder a class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=1, help="plantings of each class into each plugin")
    parser.add_argument("--most", type=int, default=0, help="only so many plugins, drawn by lot")
    parser.add_argument("--set", choices=SETS, help="which plants: each has a writer of its own")
    parser.add_argument("--only", default="", help="a part of a class's name")
    parser.add_argument(
        "--rows",
        type=Path,
        help="all sets, or the one that is named, a line a plugin into this file; goes on where it stopped",
    )
    parser.add_argument("--missed", action="store_true", help="name what was missed, and what was wrongly found")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = arguments(argv)
    if options.given:
        return measure_given(options.given)
    copies = list(copies_of([OWN, *options.plugins]))
    if options.most:
        copies = Random(options.seed).sample(copies, min(options.most, len(copies)))
    if options.rows:
        return measure_rows(options, copies)
    began = time.process_time()
    say(f"{'planted':34} {'found':>13} {'':>7}   {'alarms on clean twins':>21}")
    for kind in SETS[options.set or "first"]:
        if options.only in kind.name:
            row = measure(copies, kind, chance=Random(f"{options.seed}{kind.name}"), each=options.each)
            tell(kind.name, row, missed=options.missed)
    if not options.only:
        tell_clean(measure_clean(copies))
    say(f"{len(copies)} plugins, {time.process_time() - began:.0f} s of processor time")
    return 0


def measure_rows(options: Namespace, copies: list[Copy]) -> int:
    chosen = {name: kinds for name, kinds in SETS.items() if options.set in (None, name)}
    write_rows(options.rows, copies, chosen, seed=options.seed)
    rows = read_rows(options.rows)
    for name, row in table(rows).items():
        tell(name, row, missed=options.missed)
    tell_clean(Clean(len(rows), {one["plugin"]: one["blocked"] for one in rows if one["blocked"]}))
    return 0


def tell(name: str, row: Row, *, missed: bool) -> None:
    found = f"{row.found:>5} of {row.planted:>4} {row.rate:>7.1%}"
    say(f"{name:34} {found}   {row.alarms:>5} of {row.twins:>4} {row.false_rate:>7.1%}")
    if missed:
        for line in (*(f"missed {one}" for one in row.missed), *(f"wrong  {one}" for one in row.wrong)):
            say(f"    {line[:220]}")


def tell_clean(clean: Clean) -> None:
    say(f"{'plugins as they are':34} {'':>21}   {len(clean.blocked):>5} of {clean.plugins:>4} {clean.rate:>7.1%}")
    for name, found in clean.blocked.items():
        say(f"    {name}: {', '.join(found)}")


def say(line: str) -> None:
    """At once: a whole run takes minutes."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
