"""A whole run as rows in a file, written as they are found, so that a run of hours can be stopped and gone on with."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from tests.trust.copies import Copy
from tests.trust.measuring import Kind, Mutation, Row, blocking, same, sends


def write_rows(path: Path, copies: list[Copy], sets: Mapping[str, tuple[Kind, ...]], *, seed: int) -> None:
    """One line a plugin, in an order drawn by lot; plugins that the file has are left out."""
    known = {row["plugin"] for row in read_rows(path)}
    waiting = [copy for copy in copies if copy.name not in known]
    Random(seed).shuffle(waiting)
    for copy in waiting:
        row = _of_plugin(copy, sets, seed=seed)
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(rows: list[dict[str, Any]]) -> dict[str, Row]:
    """By set and class, in the order in which they were measured."""
    found: dict[str, Row] = {}
    for one in rows:
        for name, told in one["told"].items():
            row = found.setdefault(name, Row())
            row.planted, row.found = row.planted + told["planted"], row.found + told["found"]
            row.twins, row.alarms = row.twins + told["twins"], row.alarms + told["alarms"]
            row.missed += [f"{one['plugin']}: {style}" for style in told["missed"]]
            row.wrong += [f"{one['plugin']}: {style}" for style in told["wrong"]]
    return found


def _of_plugin(copy: Copy, sets: Mapping[str, tuple[Kind, ...]], *, seed: int) -> dict[str, Any]:
    clean = blocking(copy)
    told: dict[str, Any] = {}
    reaches_out = sends(copy)
    for name, kinds in sets.items():
        for kind in kinds:
            if reaches_out or not kind.name.startswith("privacy"):
                told[f"{name}: {kind.name}"] = _of_kind(
                    copy, kind, clean=clean, chance=Random(f"{seed}{name}{kind.name}{copy.name}")
                )
    return {"plugin": copy.name, "blocked": sorted({one.rule for one in clean}), "told": told}


def _of_kind(copy: Copy, kind: Kind, *, clean: list[Any], chance: Random) -> dict[str, Any]:
    before = Counter(map(same, clean))
    result: dict[str, Any] = {"planted": 0, "found": 0, "twins": 0, "alarms": 0, "missed": [], "wrong": []}
    for mutation, many, hit, is_plant in (
        (kind.plant, "planted", "found", True),
        (kind.twin, "twins", "alarms", False),
    ):
        style, new = _changed(copy, mutation, kind.checks, before=before, chance=chance)
        if style is not None:
            result[many] += 1
            result[hit] += bool(new)
            if bool(new) != is_plant:
                result["missed" if is_plant else "wrong"].append(f"{style} {new}"[:300])
    return result


def _changed(
    copy: Copy, mutation: Mutation, checks: tuple[str, ...], *, before: Counter[tuple[str, str, str]], chance: Random
) -> tuple[str | None, str]:
    changed = copy.again()
    style = mutation(changed, chance)
    if style is None:
        return None, ""
    new = Counter(map(same, blocking(changed, checks))) - before
    return style, str(next(iter(new), ""))
