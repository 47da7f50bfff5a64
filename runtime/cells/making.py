"""Says what a cell is to be, and gives the command line that runs a program in one. Standard library only."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

OLDEST = (3, 12)
NOBODY = 65534
ENDED = "error: ended in its cell: "  # how a line begins that says which limit was met


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes for `memory` (of all its processes), `disk` (of all that it writes) and `file`, and that stay `free` on the disk.

    `cpu`: seconds of processor time for one process. `entries`: files and folders that it makes.
    """

    memory: int = 3 << 30
    disk: int = 12 << 30
    file: int = 2 << 30
    free: int = 512 << 20
    cpu: int = 900
    processes: int = 512
    entries: int = 400_000
    descriptors: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a program in it has. All paths are real ones (no links on the way), and the same inside as outside.

    `place`: an empty folder of its own, which the program does not see; what was noted is in its file ``record``.
    `shown` can be read, `hidden` is empty even where something shown holds it, `written` can be written to. `layered` can be
    written to as well, but what is written stays in `place`. `hosts`: ("example.org", 443) whom the door lets through to.
    `user`: whom it runs as where this process is root. `environment`: variables beside those that its starter has.
    """

    place: Path
    shown: Sequence[Path] = ()
    hidden: Sequence[Path] = ()
    written: Sequence[Path] = ()
    layered: Sequence[Path] = ()
    hosts: Sequence[tuple[str, int]] = ()
    user: int = NOBODY
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @property
    def record(self) -> Path:
        """Lines of JSON: {"kind": …, "what": …}."""
        return self.place / "record"


def command(cell: Cell, argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` there; what is written down for it stays in the cell's place."""
    description = cell.place / "cell.json"
    said = asdict(cell)
    description.write_text(json.dumps(said, default=str))
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeping.py")), str(description), *argv]


def clear(folder: Path) -> None:
    """Remove what a cell has left, also folders that their owner has closed. Nothing may run there any more."""
    for at, names, _files in os.walk(folder) if os.geteuid() != 0 else ():  # to root none is closed
        for path in (Path(at, name) for name in names):
            with suppress(OSError):
                mode = path.lstat().st_mode
                if stat.S_ISDIR(mode) and mode & stat.S_IRWXU != stat.S_IRWXU:
                    path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def obstacle() -> str:
    """Why there can be no cells on this machine, "" if there can; tried by making one."""
    if sys.platform != "linux":
        return "cells are made of what only Linux has"
    if sys.version_info < OLDEST:
        return "cells need Python 3.12"
    with tempfile.TemporaryDirectory(prefix="cell-") as made:
        place = Path(os.path.realpath(made))
        prefix = Path(os.path.realpath(sys.base_prefix))
        python = os.path.realpath(sys.executable)
        try:
            argv = command(Cell(place=place, shown=[prefix]), [python, "-I", "-S", "-c", "print('here')"])
            tried = subprocess.run(argv, capture_output=True, timeout=60, check=False, text=True, env={})
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    said = tried.stderr.strip().splitlines()
    return "" if tried.stdout.strip() == "here" else (said[-1][-300:] if said else "a program in a cell says nothing")
