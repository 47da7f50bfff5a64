"""The name of an environment: equal names, equal contents."""

import json
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from runtime.environment import dependencies, interpreter
from runtime.environment.dependencies import LOCK, PROJECT, REQUIREMENTS, Dependencies
from runtime.environment.interpreter import Interpreter
from runtime.environment.options import EnvironmentOptions

# to be raised when the way environments are built changes what is in them
FORMAT = 2
LENGTH = 40
PLANS = ".plans"


@dataclass(frozen=True)
class Plan:
    """All that decides what will be built."""

    key: str
    dependencies: Dependencies
    interpreter: Interpreter


def plan(folder: Path, options: EnvironmentOptions) -> Plan:
    """Read the plugin in `folder`; EnvironmentFailed when it cannot be built here (no files, no suitable Python).

    Reading a lock takes up to 50 ms, so what came of it is kept beside the environments, by the content of the files.
    """
    note = options.root / PLANS / digest(folder, options)
    return recall(note, options) or work_out(folder, options, note)


def work_out(folder: Path, options: EnvironmentOptions, note: Path) -> Plan:
    needs = dependencies.read(folder, prefer_requirements=bool(options.index_url), ignore_lock=options.ignore_lock)
    python = interpreter.choose(options.python, needs.requires_python)
    # where packages come from matters only where nothing says which ones they have to be
    source = [] if needs.pinned else options.source_arguments()
    canonical = needs.canonical_on(python.markers)
    parts = [FORMAT, needs.kind, canonical, python.identity, list(options.extra_args), source]
    found = Plan(sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH], needs, python)
    if not needs.local:  # else files that are not looked at here count as well
        remember(note, found)
    return found


def key(folder: Path, options: EnvironmentOptions) -> str:
    """Return the name of the environment for the plugin in `folder`."""
    return plan(folder, options).key


# What came of the same files before.


def digest(folder: Path, options: EnvironmentOptions) -> str:
    """Of all that a plan depends on but the machine's Pythons."""
    told = [FORMAT, options.python, options.ignore_lock, list(options.extra_args), options.source_arguments()]
    found = sha256(json.dumps(told).encode())
    for name in (REQUIREMENTS, PROJECT, LOCK):
        with suppress(OSError):
            found.update(sha256(name.encode() + (folder / name).read_bytes()).digest())
    return found.hexdigest()[:LENGTH]


def remember(note: Path, found: Plan) -> None:
    needs = found.dependencies
    said = [found.key, found.interpreter.identity, needs.kind, needs.requires_python, needs.pinned]
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        written = note.with_name(f"{note.name}.{os.getpid()}")
        written.write_text(json.dumps(said))
        written.replace(note)


def recall(note: Path, options: EnvironmentOptions) -> Plan | None:
    """The plan of the same files; None when there is none, or another Python would be chosen now."""
    try:
        name, identity, kind, requires, pinned = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return None
    python = interpreter.choose(options.python, requires)
    if python.identity != identity:
        return None
    return Plan(name, Dependencies(kind, "", requires, pinned=pinned), python)


def forget_plans(options: EnvironmentOptions, keep: Collection[str]) -> None:
    """Remove what is remembered of environments that are not among `keep`."""
    with suppress(OSError):
        for note in list((options.root / PLANS).iterdir()):
            with suppress(OSError, ValueError):
                if json.loads(note.read_bytes())[0] not in keep:
                    note.unlink()
