"""Install, start, validate, look at what was written down, and remove everything again."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from marketplace.difypkg import Package
from runtime import environment
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.environment import EnvironmentFailed
from runtime.errors import RuntimeFault, StartFailed
from runtime.preparing import SYSTEM_PATH, environment_options
from runtime.rehearsing import witness
from runtime.rehearsing.confinement import confined, obstacle
from runtime.rehearsing.inventing import validations
from runtime.session import Session

_START, _CALL, _LOG_LINES = 60.0, 45.0, 200
MARKER = "rehearsal"


class CannotRehearse(Exception):
    """This machine cannot do it; the text says why and what would help."""


@dataclass(slots=True)
class Rehearsal:
    """What was seen. `answers` are (what was asked, "" if it was accepted, else the error); memory in bytes, times in seconds."""

    installed: bool = False
    started: bool = False
    trouble: str = ""
    hosts: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # what the proxy was asked for
    files: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    start_seconds: float = 0.0
    memory: int = 0
    log: list[str] = field(default_factory=list)


def rehearse(package: Package) -> Rehearsal:
    """Blocks for as long as it takes, minutes where requirements must be fetched. Raises CannotRehearse."""
    if reason := obstacle():
        raise CannotRehearse(f"A plugin cannot be confined on this machine: {reason}")
    seen = Rehearsal()
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as made:
        folder = Path(made, "plugin")
        package.extract(folder)
        try:
            built = environment.build(folder, environment_options(), progress=lambda _: None, marker=MARKER)
        except EnvironmentFailed as error:
            seen.trouble = str(error)[:2000]
            return seen
        seen.installed = True
        asyncio.run(_play(package, seen, folder=folder, python=built.python))
    return seen


async def _play(package: Package, seen: Rehearsal, *, folder: Path, python: Path) -> None:
    record = folder.parent / "record"
    backend = LocalBackend(_options(package, seen, folder=folder, python=python))
    began = time.monotonic()
    try:
        await backend.start()
        seen.started, seen.start_seconds = True, round(time.monotonic() - began, 2)
        for session in validations(package):
            seen.answers.append((session.action, await _ask(backend, session)))
        seen.memory = _memory(backend.pid)
    except StartFailed as error:
        seen.trouble = str(error)[:2000]
    finally:
        await backend.stop(1.0)
        _read(record, seen)


def _options(package: Package, seen: Rehearsal, *, folder: Path, python: Path) -> LocalOptions:
    entrypoint = package.manifest.meta.runner.entrypoint
    argv = [str(python), witness.__file__, str(folder.parent / "record"), entrypoint]
    home = folder.parent / "home"
    home.mkdir()
    return LocalOptions(
        argv=confined(argv, hidden()),
        folder=folder,
        environment={
            "PATH": f"{python.parent}:{SYSTEM_PATH}",
            "INSTALL_METHOD": "local",
            "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        log=lambda kind, text: seen.log.append(f"{kind}: {text[:500]}") if len(seen.log) < _LOG_LINES else None,
        answer=_refuse,
        start_timeout=_START,
        silence_timeout=_CALL,
    )


def hidden() -> list[Path]:
    """What of the host a plugin under rehearsal finds empty: secrets, the database, what is stored, other plugins."""
    data = settings.DATA_DIR
    home = [
        Path.home() / name
        for name in (".ssh", ".aws", ".config", ".netrc", ".git-credentials", ".docker", ".kube", ".gnupg")
    ]
    kept = [
        settings.SECRETS_DIR,
        settings.PLUGIN_STORAGE_LOCAL_ROOT,
        settings.PLUGIN_WORKING_PATH,
        settings.PLUGIN_LOGS_PATH,
    ]
    return [*kept, *sorted(data.glob("*.sqlite3*")), *home]


async def _refuse(session: Session, call: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    """What a plugin asks of its host is refused."""
    yield {
        "event": "error",
        "message": f"nothing is answered in a rehearsal ({session.action}, {call.get('type')})",
        "data": None,
    }


async def _ask(backend: LocalBackend, session: Session) -> str:
    """ "" if the plugin accepts, else its error in short."""
    try:
        async with asyncio.timeout(_CALL):
            async for _frames in backend.stream(session):
                pass
    except TimeoutError:
        return f"no answer within {_CALL:.0f} s"
    except RuntimeFault as error:
        return str(error)[:300] or type(error).__name__
    return ""


def _memory(pid: int) -> int:
    """The most that the plugin, or what stands between it and this process, has had in memory."""
    found = 0
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            had = next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
            found = max(found, had)
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return found
        if not children:
            return found
        pid = int(children[0])


def _read(record: Path, seen: Rehearsal) -> None:
    kinds = {"host": seen.hosts, "request": seen.requests, "file": seen.files, "process": seen.processes}
    for line in record.read_bytes().splitlines() if record.exists() else ():
        try:
            one = json.loads(line)
            if str(one["what"]) not in kinds[one["kind"]]:
                kinds[one["kind"]].append(str(one["what"]))
        except (ValueError, KeyError, TypeError):
            continue
