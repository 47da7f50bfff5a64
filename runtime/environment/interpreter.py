"""Which Python an environment is made for."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from runtime.environment.failure import EnvironmentFailed
from runtime.environment.specifier import satisfies

VERSION = re.compile(r"^\d+(\.\d+){0,2}$")
COMMAND = re.compile(r"^python3(\.\d+)?$")
ECOSYSTEM = "3.12"
PROBE_TIMEOUT = 20
# what it is, and what conditions in requirements ask for (the packaging guide's environment markers)
PROBE = """
import json, os, platform, sys, sysconfig
base = getattr(sys, "_base_executable", None) or sys.executable
implementation = sys.implementation.version
version = "%d.%d.%d" % implementation[:3]
if implementation.releaselevel != "final":
    version += implementation.releaselevel[0] + str(implementation.serial)
print(json.dumps([os.path.realpath(base), list(sys.version_info[:3]), sys.version_info.releaselevel,
    sys.implementation.cache_tag, sysconfig.get_config_var("SOABI"), sysconfig.get_platform(), {
    "implementation_name": sys.implementation.name, "implementation_version": version, "os_name": os.name,
    "platform_machine": platform.machine(), "platform_python_implementation": platform.python_implementation(),
    "platform_release": platform.release(), "platform_system": platform.system(),
    "platform_version": platform.version(), "python_full_version": platform.python_version(),
    "python_version": "%d.%d" % sys.version_info[:2], "sys_platform": sys.platform}]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python build: `path` is the base executable, never one inside a virtual environment."""

    path: str
    release: tuple[int, ...]
    level: str
    tag: str
    abi: str
    platform: str
    markers: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def version(self) -> str:
        """As in 3.12.1."""
        return ".".join(str(part) for part in self.release)

    @property
    def identity(self) -> str:
        """What an environment for it cannot be shared across."""
        return f"{self.path} {self.version} {self.level} {self.tag} {self.abi} {self.platform}"


@lru_cache(maxsize=1)
def usual() -> str:
    """What plugins are written for: the newest Python of the ecosystem's version on this machine, else the one we run on.

    Plugins use what later versions have dropped (such as `audioop`); the daemon always takes this one (protocol.md 3.2).
    """
    of_version = [one for one in _search() if satisfies(one.release, f"=={ECOSYSTEM}.*")]
    return of_version[0].path if of_version else sys.executable


def choose(python: str, requires: str) -> Interpreter:
    """Return the configured Python if it satisfies `requires` (of a ``pyproject.toml``), else the newest found that does.

    EnvironmentFailed, naming what is needed and what there is, when none does.
    """
    wanted = _preferred(python)
    if wanted is not None and satisfies(wanted.release, requires):
        return wanted
    found = _search()
    suitable = [one for one in found if one.level == "final" and satisfies(one.release, requires)]
    if not suitable:
        known = ", ".join(one.version for one in found) or "none"
        raise EnvironmentFailed(
            f"the plugin needs Python {requires or python}, which is not on this machine (found: {known})",
            step="resolve",
        )
    return suitable[0]


def _preferred(python: str) -> Interpreter | None:
    """The configured interpreter: a path, or the newest of a version."""
    if not VERSION.match(python):
        found = probe(python)
        if found is None:
            raise EnvironmentFailed(f"{python} is not a Python that can be used for plugins", step="resolve")
        return found
    of_version = [one for one in _search() if satisfies(one.release, f"=={python}.*")]
    if not of_version:
        raise EnvironmentFailed(f"Python {python}, set for plugins, is not on this machine", step="resolve")
    return of_version[0]


def probe(path: str | Path) -> Interpreter | None:
    """Ask an executable what it is; None when it is no usable Python. Answers are remembered until the file changes."""
    try:
        return _probe(str(path), os.stat(path).st_mtime_ns)  # noqa: PTH116  # follows links, one call
    except OSError:
        return None


@lru_cache(maxsize=256)
def _probe(path: str, _changed: int) -> Interpreter | None:
    try:
        done = subprocess.run(
            [path, "-I", "-S", "-c", PROBE], capture_output=True, timeout=PROBE_TIMEOUT, check=True, env={}
        )
        base, release, *rest = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(base, tuple(release), *rest)


def _search() -> list[Interpreter]:
    """All interpreters of this machine, newest first."""
    found = {one.path: one for path in _candidates() if (one := probe(path)) is not None}
    return sorted(found.values(), key=lambda one: one.release, reverse=True)


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        # pyenv's shims only pass on to what is listed below
        if folder and not folder.endswith("/shims"):
            yield from (path for path in _listing(Path(folder)) if COMMAND.match(path.name))
    for versions in _version_folders():
        yield from (path / "bin" / "python3" for path in _listing(versions) if not path.name.startswith("2."))


def _version_folders() -> Iterator[Path]:
    """Where pyenv and uv keep theirs."""
    home = Path.home()
    yield Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    yield Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
