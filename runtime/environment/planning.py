"""The name of an environment: equal names, equal contents."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from runtime.environment import dependencies, interpreter
from runtime.environment.dependencies import Dependencies
from runtime.environment.interpreter import Interpreter
from runtime.environment.options import EnvironmentOptions

# to be raised when the way environments are built changes what is in them
FORMAT = 1
LENGTH = 40


@dataclass(frozen=True)
class Plan:
    """All that decides what will be built."""

    key: str
    dependencies: Dependencies
    interpreter: Interpreter


def plan(folder: Path, options: EnvironmentOptions) -> Plan:
    """Read the plugin in `folder`; EnvironmentFailed when it cannot be built here (no files, no suitable Python)."""
    needs = dependencies.read(folder, prefer_requirements=bool(options.index_url), ignore_lock=options.ignore_lock)
    python = interpreter.choose(options.python, needs.requires_python)
    # where packages come from matters only where nothing says which ones they have to be
    source = [] if needs.pinned else options.source_arguments()
    parts = [FORMAT, needs.kind, needs.canonical, python.identity, list(options.extra_args), source]
    return Plan(sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH], needs, python)


def key(folder: Path, options: EnvironmentOptions) -> str:
    """Return the name of the environment for the plugin in `folder`."""
    return plan(folder, options).key
