"""A cell with a folder to write in and one in layers; programs are lines of Python."""

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from runtime.cells import making
from runtime.cells.making import Cell
from tests import places

PYTHON = os.path.realpath(sys.executable)
# another one for each of the processes that test at once: what one counts is not the others'
USER = 59_900 + int(places.worker().removeprefix("gw").replace("main", "0"))


@dataclass
class Bench:
    """`run` answers what the lines of Python said, on both streams, and the status."""

    cell: Cell
    extra: dict[str, str] = field(default_factory=dict)

    def set(self, **changes: Any) -> None:
        self.cell = replace(self.cell, **changes)

    def run(self, lines: str, **values: object) -> tuple[str, int]:
        given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        argv = making.command(self.cell, [PYTHON, "-I", "-S", "-c", given + lines])
        done = subprocess.run(
            argv,
            env=self.extra,
            cwd=self.work,
            check=False,
            text=True,
            timeout=120,
            stdout=-1,
            stderr=subprocess.STDOUT,
        )
        return done.stdout, done.returncode

    @property
    def work(self) -> Path:
        return Path(self.cell.written[0])

    @property
    def layered(self) -> Path:
        return Path(self.cell.layered[0])

    @property
    def notes(self) -> str:
        return self.cell.record.read_text()


@functools.cache
def obstacle() -> str:
    return making.obstacle()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    if reason := obstacle():
        pytest.skip(f"this machine cannot confine: {reason}")
    root = Path(os.path.realpath(tmp_path))
    for name in ("place", "work", "layered"):
        (root / name).mkdir()
    if os.geteuid() == 0:
        os.chown(root / "work", USER, USER)
    shown = [Path(PYTHON).parents[1]]
    return Bench(
        Cell(place=root / "place", shown=shown, written=[root / "work"], layered=[root / "layered"], user=USER)
    )


@pytest.fixture
def say(bench: Bench) -> Callable[..., str]:
    """What the lines of Python print, of which nothing fails."""

    def said(lines: str, **values: object) -> str:
        text, status = bench.run(lines, **values)
        assert status == 0, text
        return text.strip()

    return said
