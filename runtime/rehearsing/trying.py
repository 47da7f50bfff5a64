"""Install, start, validate, look at what was written down, and remove everything again."""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from marketplace.difypkg import Package
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.cells.making import Cell, clear, command, obstacle
from runtime.environment import EnvironmentFailed, EnvironmentOptions, building, planning, store, turns
from runtime.environment.building import Workshop
from runtime.environment.dependencies import LOCK, PROJECT, REQUIREMENTS
from runtime.errors import RuntimeFault, StartFailed
from runtime.preparing import SYSTEM_PATH, environment_options
from runtime.rehearsing.confinement import Stage, has_password, hidden, user_of
from runtime.rehearsing.inventing import validations
from runtime.session import Session

_BUILD, _START, _CALL, _LOG_LINES, _AT_ONCE = 480.0, 60.0, 45.0, 200, 2
MARKER = "rehearsal"
ROOM = ".rehearsals"  # beside the environments
WAY_OUT = "Let the worker make user, mount, network and process namespaces (docs/screening.md says how)."
NOT_BUILT = "building from source is disabled"


class CannotRehearse(Exception):
    """This machine cannot do it; the text says why and what would help."""


@dataclass(slots=True)
class Rehearsal:
    """What was seen. `answers` are (what was asked, "" if it was accepted, else the error); memory in bytes, times in seconds.

    `build_hosts`, `build_files`: what was reached for in vain, and opened, while it was installed; `named_hosts`: those of them
    that its requirements name. `closed`: those of all files that hold what belongs to the host or to others.
    """

    installed: bool = False
    started: bool = False
    trouble: str = ""
    hosts: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # what the door was asked for
    files: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    build_hosts: list[str] = field(default_factory=list)
    build_files: list[str] = field(default_factory=list)
    named_hosts: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    build_seconds: float = 0.0
    start_seconds: float = 0.0
    memory: int = 0
    log: list[str] = field(default_factory=list)


def rehearse(package: Package) -> Rehearsal:
    """Blocks for as long as it takes, minutes where requirements must be fetched. Raises CannotRehearse."""
    if reason := obstacle():
        raise CannotRehearse(f"A plugin cannot be confined on this machine: {reason}. {WAY_OUT}")
    options, seen = trial_options(), Rehearsal()
    with _stage(options) as stage:
        package.extract(stage.folder)
        named = _requirements(stage.folder)
        began = time.monotonic()
        shop = _build(stage, options, seen)
        seen.build_seconds = round(time.monotonic() - began, 2)
        if shop is not None:
            seen.installed = True
            asyncio.run(_play(package, seen, stage=stage, shop=shop))
    seen.named_hosts = [host for host in seen.build_hosts if host in named]
    if seen.named_hosts and not seen.installed:
        refused = ", ".join(seen.named_hosts)
        seen.trouble += f"\n{refused} was refused: an administrator may allow it (SCREENING_PACKAGE_HOSTS)."
    # where it was on this machine is nobody's business who reads what it said
    seen.trouble = seen.trouble.replace(f"{stage.root}/", "")
    seen.log = [line.replace(f"{stage.root}/", "") for line in seen.log]
    seen.closed = [path for path in (*seen.files, *seen.build_files) if _is_closed(path, stage)]
    return seen


def _requirements(folder: Path) -> str:
    """All that the package says about what it needs."""
    files = [folder / name for name in (REQUIREMENTS, PROJECT, LOCK)]
    return "\n".join(file.read_text(errors="replace").lower() for file in files if file.is_file())


def trial_options() -> EnvironmentOptions:
    """Those of the host, with real paths; no source is built where uv has to know a password."""
    usual = environment_options()
    options = replace(
        usual,
        root=_real(usual.root) / ROOM,
        cache=_real(usual.cache),
        uv=str(_real(usual.uv_binary())),
        find_links=_real(usual.find_links) if usual.find_links else None,
        total_timeout=min(usual.total_timeout, _BUILD),
        at_once=_AT_ONCE,
    )
    return replace(options, extra_args=(*options.extra_args, "--no-build")) if has_password(options) else options


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


@contextmanager
def _stage(options: EnvironmentOptions) -> Iterator[Stage]:
    """An empty folder, once it is this rehearsal's turn; gone afterwards, with what was worked out on the way."""
    for folder in (options.root, options.cache):
        folder.mkdir(parents=True, exist_ok=True)
    with turns.turn(options, waiting=lambda _: None), store.workplace(options) as work:
        stage = Stage(work.root, user_of(int(work.root.name.rpartition("-")[2])))
        stage.prepare()
        try:
            yield stage
        finally:
            clear(work.root)
            planning.forget_plans(options, ())


def _build(stage: Stage, options: EnvironmentOptions, seen: Rehearsal) -> Workshop | None:
    """Where its environment is now; None, with the trouble said, if there is none."""
    shops = [stage.workshop(name, options) for name in ("first", "second")]
    try:
        return building.try_out(stage.folder, options, marker=MARKER, workshops=shops)
    except EnvironmentFailed as error:
        if has_password(options) and NOT_BUILT in str(error).lower():
            raise CannotRehearse(
                "Something it needs has to be built from source, which is not done while the package index has a password: "
                "what is built could read it. Name an index without one in PIP_MIRROR_URL, or wheels in PLUGIN_WHEELS_PATH."
            ) from error
        _complain_of_cells([stage.record(shop) for shop in shops])
        if away := [why for shop in shops for why in _read(stage.record(shop))["unreachable"]]:
            raise CannotRehearse(
                f"Packages could not be fetched ({away[0]}): screen it again when they can."
            ) from error
        seen.trouble = str(error)[:2000]
        return None
    finally:
        for shop in shops:
            found = _read(stage.record(shop))
            seen.build_hosts += found["host"]
            seen.build_files += found["file"]
            seen.requests += found["request"]


async def _play(package: Package, seen: Rehearsal, *, stage: Stage, shop: Workshop) -> None:
    home = stage.root / "home"
    home.mkdir()
    python = shop.place.python
    cell = stage.player(shop, [stage.folder, home])
    backend = LocalBackend(_options(package, seen, cell=cell, python=python))
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
        _complain_of_cells([cell.record])
        found = _read(cell.record)
        seen.hosts += found["host"]
        seen.files += found["file"]
        seen.processes += found["process"]
        seen.requests += found["request"]


def _options(package: Package, seen: Rehearsal, *, cell: Cell, python: Path) -> LocalOptions:
    folder, home = cell.written
    watching = [str(python), str(folder.parent / "watch" / "witness.py"), package.manifest.meta.runner.entrypoint]
    return LocalOptions(
        argv=command(cell, watching),
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


def _is_closed(path: str, stage: Stage) -> bool:
    """Whether it is one of those that a cell never shows; the folders around its own hold nothing there but its own."""
    within = [str(one) for one in hidden()]
    return not stage.root.is_relative_to(path) and any(path == one or path.startswith(f"{one}/") for one in within)


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


def _complain_of_cells(records: list[Path]) -> None:
    """One that could not be made is nothing that a package can be blamed for. Raises CannotRehearse."""
    for record in records:
        for why in _read(record)["broken"]:
            raise CannotRehearse(f"A cell cannot be made on this machine: {why}. {WAY_OUT}")


def _read(record: Path) -> dict[str, list[str]]:
    """What was noted in a cell, by kind."""
    kinds = ("host", "request", "file", "process", "limit", "unreachable", "broken")
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    for line in record.read_bytes().splitlines() if record.exists() else ():
        one = json.loads(line)
        found[one["kind"]].append(one["what"])
    return found
