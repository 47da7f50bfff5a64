"""A fork-server that is begun with the host, for what it ran before: with the first call the SDK is imported already."""

import contextlib
import json
import logging
from pathlib import Path

from runtime import identity
from runtime.forkserver.refusing import READ_AT_START, Refused
from runtime.forkserver.server import ForkServer
from runtime.spawning import Launch, Origin

log = logging.getLogger(__name__)

begun: list[ForkServer] = []


def begin_for(folder: Path) -> None:
    """For the node whose name is kept in this folder. Where it cannot be, the node itself will say so."""
    with contextlib.suppress(OSError, RuntimeError):
        begin(identity.reserve(folder).memory)


def begin(memory: Path) -> None:
    """Starts what `remember` has written there. The calling thread must be there for as long as the host is."""
    if (last := recalled(memory)) is None or not last[1].python.exists():
        return
    try:
        begun.append(ForkServer(*last))
    except (Refused, OSError) as error:
        log.info("No fork-server is begun early: %s", error)


def taken() -> list[ForkServer]:
    """All that were begun, once."""
    found, begun[:] = list(begun), []
    return found


def pids() -> list[int]:
    return [server.pid for server in begun]


def remember(memory: Path, launch: Launch, origin: Origin) -> None:
    """Writes down what a fork-server like this one takes, for the next life of this host."""
    told = {
        "python": str(origin.python),
        "site": str(origin.site),
        "interpreter": origin.interpreter,
        "base": origin.base,
        "packages": dict(origin.packages),
        "patches": origin.patches,
        "trust": origin.trust,
        "environment": {name: value for name, value in launch.environment.items() if READ_AT_START.match(name)},
    }
    new = memory.with_suffix(".new")
    new.write_text(json.dumps(told))
    new.replace(memory)


def recalled(memory: Path) -> tuple[Launch, Origin] | None:
    """None where nothing was written, or it cannot be read."""
    try:
        told = json.loads(memory.read_text())
        environment = told.pop("environment")
        python, site, patches = Path(told.pop("python")), Path(told.pop("site")), tuple(told.pop("patches"))
        origin = Origin(python=python, site=site, patches=patches, entrypoint="", **told)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # it stands for no plugin: where the folder of one is looked at, there is nothing of its own
    return Launch([], site, environment, origin), origin
