"""Why a plugin may not be forked from a server: each rule in words (what a fork would find beside what `python -m` would)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.spawning import Launch, Origin

# What an interpreter, or a library as it is imported, reads of the environment: a fork comes too late for it.
READ_AT_START = re.compile(
    r"^(PYTHON|LANG|LC_|TZ$|LD_|MALLOC_|GLIBC_|GEVENT|PYDANTIC|OPENBLAS_|OMP_|MKL_|SSL_|OPENSSL_|PATCHBAY_HOST$)"
)
PLUGINS_OF_PYDANTIC = "[pydantic]"


class Refused(Exception):
    """This plugin is not forked; the message says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a fork-server says of itself once it is ready (`companion.importing`), and its environment's .pth files."""

    packages: Mapping[str, str]
    strange: tuple[str, ...]
    modules: frozenset[str]
    sought: frozenset[str]
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the plugin's interpreter would see: entries of its environment, and of its own folder."""

    site: frozenset[str]
    extends_pydantic: frozenset[str]  # packages of the environment that do
    modules: frozenset[str]  # of the plugin's folder, before all others
    folders: frozenset[str]  # of the plugin's folder, which are found where nothing else is

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(name for name in self.site if name.endswith(".pth"))


def told(message: dict[str, Any], site: Surroundings) -> Known:
    return Known(
        packages=message["packages"],
        strange=tuple(message["strange"]),
        modules=frozenset(message["modules"]),
        sought=frozenset(message["sought"]),
        paths=site.paths,
    )


def look_around(launch: Launch, origin: Origin) -> Surroundings:
    """Reads two folders."""
    site = [entry.name for entry in origin.site.iterdir()]
    entry_points = [origin.site / name / "entry_points.txt" for name in site if name.endswith(".dist-info")]
    own = list(launch.folder.iterdir())
    return Surroundings(
        site=frozenset(site),
        extends_pydantic=frozenset(path.parent.name for path in entry_points if extends_pydantic(path)),
        modules=frozenset(entry.name.partition(".")[0] for entry in own if is_module(entry)),
        folders=frozenset(entry.name for entry in own if entry.is_dir()),
    )


def extends_pydantic(path: Path) -> bool:
    try:
        return PLUGINS_OF_PYDANTIC in path.read_text(errors="replace")
    except OSError:
        return False


def is_module(entry: Path) -> bool:
    return entry.suffix in (".py", ".so") or (entry / "__init__.py").exists()


def environment_differs(known: Known, origin: Origin, around: Surroundings) -> str:
    """Why another fork-server is needed, or none will do; empty where this one serves."""
    for name, version in known.packages.items():
        own = origin.packages.get(name)
        if own is None:
            return f"{name} is loaded in the fork-server, and is not in its environment"
        if own != version:
            return f"its environment has {name} {own}, the fork-server has loaded {version}"
    if strange := [name for name in known.strange if name not in around.site]:
        return f"{strange[0]} is loaded in the fork-server, and is not in its environment"
    modules = {name.partition(".")[0] for name in around.site}
    if found := sorted(known.sought & modules):
        return f"its SDK would use {found[0]} of its environment, which the fork-server has not found"
    if missing := sorted(known.paths - around.paths):
        return f"{missing[0]} has run in the fork-server, and is not in its environment"
    return extends(around)


def extends(around: Surroundings) -> str:
    """No fork-server will do for such a plugin."""
    return f"{min(around.extends_pydantic)} extends pydantic as it is imported" if around.extends_pydantic else ""


def folder_differs(known: Known, around: Surroundings) -> str:
    """Why the plugin's own files forbid it: they stand before all others on its path."""
    if hidden := sorted(around.modules & (known.modules | known.sought)):
        return f"its own module {hidden[0]} takes the place of one that the SDK loads"
    if hidden := sorted(around.folders & known.sought):
        return f"its own folder {hidden[0]} would be found by the SDK"
    return ""
