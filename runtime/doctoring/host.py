"""This host: processes that nobody owns, room on disk and in memory, limits, programs."""

import os
import resource
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from runtime import cgroups, headroom, rehearsing
from runtime.doctoring.finding import Finding
from runtime.doctoring.plugins import is_locked
from runtime.environment import EnvironmentFailed
from runtime.identity import identity_of
from runtime.orphans import VARIABLE
from runtime.preparing import environment_options

FREE_LEAST, FREE_LOW = 200 << 20, 1 << 30  # bytes on disk
MEMORY_LOW = 0.1  # share of the memory
PRESSURE = 10.0  # percent of the last minute in which something waited for memory
DESCRIPTORS = 4096
PROC = Path("/proc")


def orphans() -> Iterator[Finding]:
    """Processes that carry the mark of a node of this data folder which does not run."""
    if sys.platform != "linux":
        return
    living = {identity_of(lock) for lock in (settings.DATA_DIR / "nodes").glob("*.lock") if is_locked(lock)}
    known = {identity_of(lock) for lock in (settings.DATA_DIR / "nodes").glob("*.lock")}
    for marker, pids in marked().items():
        if marker in known - living:
            says = f"{len(pids)} processes of {marker} have outlived it: {', '.join(map(str, sorted(pids)[:10]))}."
            yield Finding(
                "bad", "processes", says, "Start that node again, which ends them, or end them yourself.", about=marker
            )


def marked() -> dict[str, list[int]]:
    """Pids by the node that they were started by."""
    found: dict[str, list[int]] = defaultdict(list)
    mark = f"{VARIABLE}=".encode()
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                for variable in (entry / "environ").read_bytes().split(b"\0"):
                    if variable.startswith(mark):
                        found[variable[len(mark) :].decode(errors="replace")].append(int(entry.name))
    return found


def disk() -> Iterator[Finding]:
    folders = {
        "DATA_DIR": settings.DATA_DIR,
        "PLUGIN_WORKING_PATH": settings.PLUGIN_WORKING_PATH,
        "PLUGIN_CACHE_PATH": settings.PLUGIN_CACHE_PATH,
    }
    seen: set[int] = set()
    for name, path in folders.items():
        there = next((one for one in (path, *path.parents) if one.exists()), Path("/"))
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        yield from room(name, there)


def room(name: str, path: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(path).free
    inodes = os.statvfs(path)
    says = f"{free / (1 << 30):.1f} GiB are free where {name} is."
    if free < FREE_LEAST:
        yield Finding("bad", "host", says, "Make room: nothing can be installed, and logs are lost.")
    elif free < FREE_LOW:
        yield Finding("warn", "host", says, "Make room before the next installs.")
    else:
        yield Finding("ok", "host", says)
    if inodes.f_files and inodes.f_favail < inodes.f_files / 50:
        yield Finding(
            "warn",
            "host",
            f"Only {inodes.f_favail} more files fit where {name} is.",
            "Make room: an environment is many files.",
        )
    if not os.access(path, os.W_OK):
        yield Finding("bad", "host", f"{name} cannot be written.", "Give it to the user that the server runs as.")


def memory() -> Iterator[Finding]:
    free, whole = headroom.available(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if free is None:
        return
    says = f"{free / (1 << 30):.1f} GiB of memory are available of {whole / (1 << 30):.1f}."
    if free < max(settings.PLUGIN_MEMORY_RESERVE, whole * MEMORY_LOW):
        yield Finding("warn", "host", says, "Let plugins sleep earlier (PLUGIN_SLEEP_AFTER), or give the host more.")
    else:
        yield Finding("ok", "host", says)
    with suppress(OSError, IndexError, ValueError):
        waited = float((PROC / "pressure" / "memory").read_text().split("avg60=")[1].split()[0])
        if waited > PRESSURE:
            says = f"Programs waited for memory {waited:.0f} % of the last minute."
            yield Finding("warn", "host", says, "See the memory of each plugin on its page.")


def limits() -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < DESCRIPTORS:
        says = f"A process may have {soft} open files (at most {hard}); each plugin takes a node four."
        yield Finding("warn", "host", says, "Raise it: ulimit -n, or LimitNOFILE= of the service.")
    for group in cgroups.own_groups():
        most, count = (cgroups.read(group / name).strip() for name in ("pids.max", "pids.current"))
        if most.isdigit() and count.isdigit() and int(count) > 0.8 * int(most):
            says = f"{count} of {most} processes are used."
            yield Finding("warn", "host", says, "Raise the limit of the container or service.")


def programs() -> Iterator[Finding]:
    """uv, which builds environments, and the Python that plugins run on."""
    try:
        options = environment_options()
        found = options.uv_binary()
    except EnvironmentFailed as error:
        yield Finding("bad", "host", str(error), "Install uv: it is in requirements.txt.")
        return
    yield Finding(
        "ok", "host", f"Environments are built by {Path(found).name} for Python {options.python or 'as it comes'}."
    )


def confinement() -> Iterator[Finding]:
    """Whether screening can try out what nobody has reviewed."""
    if not settings.SCREENING_REHEARSAL:
        return
    if reason := rehearsing.obstacle():
        says = f"Screening makes no dry runs here, since plugins cannot be confined: {reason}."
        yield Finding("warn", "host", says, "See “The dry run” in docs/screening.md, or set SCREENING_REHEARSAL=false.")
    else:
        yield Finding("ok", "host", "Dry runs of screening can be confined here.")
