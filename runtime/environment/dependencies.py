"""What a plugin says it needs, and when two plugins need the same."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from runtime.environment import lockfile
from runtime.environment.failure import EnvironmentFailed

REQUIREMENTS, PROJECT, LOCK = "requirements.txt", "pyproject.toml", "uv.lock"
NOT_CODE = frozenset({"__pycache__", ".venv", ".git", ".uv-cache"})
# what a project may say about itself without needing other packages for it
COSMETIC = frozenset(
    {"name", "version", "description", "readme", "license", "authors", "maintainers", "keywords", "classifiers", "urls"}
)
LOCAL_REQUIREMENT = re.compile(
    r"^(?:-[rce]\b|--(?:requirement|constraint|editable)\b|\.{0,2}/|\.$)|file:|@\s*\.{0,2}/", re.M
)
# A folder of wheels that the package brings itself, as offline editions do.
ENCLOSED_WHEELS = re.compile(r"^(?:-f|--find-links)[ =]+(?![/~]|\w+:)(?!.*\.\.)", re.M)


@dataclass(frozen=True)
class Dependencies:
    """`canonical` is equal for plugins which can share an environment; with `locked` packages that depends on the Python.

    `pinned`: hashes fix every package, from any index. `local`: something in the plugin's own folder is installed, so
    that all of the folder counts.
    """

    kind: Literal["lock", "project", "requirements"]
    canonical: str
    requires_python: str = ""
    pinned: bool = False
    local: bool = False
    locked: tuple[dict[str, Any], ...] = ()

    def canonical_on(self, markers: Mapping[str, str]) -> str:
        """What is equal for plugins that can share an environment of this Python."""
        try:
            shared = lockfile.closure(list(self.locked), markers) if self.locked else None
        except (KeyError, TypeError, AttributeError) as error:
            raise EnvironmentFailed(f"{LOCK} cannot be read: {error!r} is missing or odd", step="resolve") from error
        return self.canonical if shared is None else _dump(shared)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that installing reads, if the folder is not needed as a whole."""
        return {"lock": (PROJECT, LOCK), "project": (PROJECT,), "requirements": (REQUIREMENTS,)}[self.kind]


def read(folder: Path, *, prefer_requirements: bool = False, ignore_lock: bool = False) -> Dependencies:
    """Choose and read the files that matter, in the daemon's order (protocol.md 3.2).

    `prefer_requirements`: a mirror is configured. EnvironmentFailed when there are none or they cannot be read.
    """
    listed = (folder / REQUIREMENTS).is_file()
    if listed and prefer_requirements:
        return _from_requirements(folder)
    document = _document(folder)
    if document is None and not listed:
        raise EnvironmentFailed("neither pyproject.toml nor requirements.txt found in plugin directory", step="resolve")
    if document is None or (listed and "project" not in document):
        return _from_requirements(folder)
    if "project" not in document:
        raise EnvironmentFailed("pyproject.toml has no [project] table, so it names no dependencies", step="resolve")
    if (folder / LOCK).is_file() and not ignore_lock:
        return _from_lock(folder, document)
    return _from_project(folder, document)


def _from_requirements(folder: Path) -> Dependencies:
    text = "\n".join(requirement_lines(_text(folder / REQUIREMENTS)))
    local = bool(LOCAL_REQUIREMENT.search(text) or ENCLOSED_WHEELS.search(text))
    return Dependencies("requirements", text + _content(folder, needed=local), local=local)


def requirement_lines(text: str) -> Iterator[str]:
    """The requirements in a file without comments, continued lines joined."""
    for line in text.replace("\\\n", " ").splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line).strip()
        if bare:
            yield " ".join(bare.split())


def _from_project(folder: Path, document: dict[str, Any]) -> Dependencies:
    project = document["project"]
    settings = document.get("tool", {}).get("uv", {})
    local = (
        "dependencies" in project.get("dynamic", ())
        or any({"path", "workspace"} & set(source) for source in _sources(settings))
        or LOCAL_REQUIREMENT.search("\n".join(project.get("dependencies", ()))) is not None
    )
    said = {name: value for name, value in project.items() if name not in COSMETIC}
    canonical = _dump([said, settings]) + _content(folder, needed=local)
    return Dependencies("project", canonical, project.get("requires-python", ""), local=local)


def _sources(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for source in settings.get("sources", {}).values():
        yield from source if isinstance(source, list) else [source]


def _from_lock(folder: Path, document: dict[str, Any]) -> Dependencies:
    settings = document.get("tool", {}).get("uv")
    packages = _parse(folder / LOCK).get("package", [])
    local = lockfile.is_local(packages)
    # with settings of its own, uv may install more or other things than the graph tells
    locked = tuple(packages) if settings is None and not local else ()
    canonical = _text(folder / LOCK) + _dump(document) + _content(folder, needed=local)
    requires = document["project"].get("requires-python", "")
    return Dependencies("lock", canonical, requires, pinned=True, local=local, locked=locked)


def _document(folder: Path) -> dict[str, Any] | None:
    return _parse(folder / PROJECT) if (folder / PROJECT).is_file() else None


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentFailed(f"{path.name} cannot be read: {error}", step="resolve") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFailed(f"{path.name} cannot be read: {error}", step="resolve") from error


def _content(folder: Path, *, needed: bool) -> str:
    """Hash of all that is in the folder; empty when that does not matter."""
    if not needed:
        return ""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not NOT_CODE.intersection(path.relative_to(folder).parts):
            digest.update(sha256(str(path.relative_to(folder)).encode()).digest())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
