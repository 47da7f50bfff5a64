"""Results as a table for people and as JSON for programs."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from tests.corpus.trial import Result

MIB = 1 << 20


def said(one: Result) -> str:
    faults = "; ".join(f"BUT {fault}" for fault in one.faults)
    return "; ".join(part for part in (": ".join(filter(None, (one.verdict, one.detail))), faults) if part)


COLUMNS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("plugin", lambda one: f"{one.plugin} {one.version}".strip()),
    ("kind", lambda one: one.kind),
    ("SDK", lambda one: one.sdk),
    ("package s", lambda one: seconds(one.package)),
    ("upload s", lambda one: seconds(one.upload)),
    ("install cold s", lambda one: seconds(one.cold)),
    ("install warm s", lambda one: seconds(one.warm)),
    ("heartbeat s", lambda one: seconds(one.heartbeat)),
    ("memory MiB", lambda one: "" if one.memory is None else f"{one.memory / MIB:.0f}"),
    ("call", lambda one: one.call),
    ("call s", lambda one: seconds(one.call_seconds)),
    ("result", said),
)
FIGURES = ("package", "upload", "cold", "warm", "heartbeat", "memory", "call_seconds")


def seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def line(one: Result) -> str:
    """As it is printed while the tool runs."""
    cells = [f"{name} {text}" for name, cell in COLUMNS[3:9] if (text := cell(one))]
    mark = "!!! " if one.loud else ""
    return f"{mark}{one.plugin:<42} {' · '.join(cells)} · {one.call} {said(one)}"


def summary(results: Sequence[Result]) -> str:
    """How many of each verdict, and the medians."""
    verdicts = Counter(one.verdict for one in results)
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    parts = [f"{len(results)} plugins: {counted}"]
    for name in FIGURES:
        if values := [value for one in results if (value := getattr(one, name)) is not None]:
            scale, unit = (MIB, "MiB") if name == "memory" else (1, "s")
            parts.append(f"{name} median {median(values) / scale:.2f} {unit}, most {max(values) / scale:.2f} {unit}")
    return "; ".join(parts)


def markdown(results: Sequence[Result]) -> str:
    rows = [[name for name, _ in COLUMNS], ["---"] * len(COLUMNS)]
    rows += [[cell(one).replace("|", "\\|") for _, cell in COLUMNS] for one in results]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    loud = [f"- **{one.plugin}**: {said(one)}" for one in results if one.loud]
    return "\n".join([summary(results), "", table, "", *loud]).rstrip() + "\n"


def write(results: Sequence[Result], path: Path) -> None:
    """As JSON if the name ends so, else as markdown."""
    if path.suffix == ".json":
        path.write_text(json.dumps([asdict(one) for one in results], indent=1, ensure_ascii=False) + "\n")
    else:
        path.write_text(markdown(results))
