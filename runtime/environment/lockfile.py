"""The graph in a ``uv.lock``: what installing it brings on one Python, without the plugin itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

Package = dict[str, Any]
LOCAL_SOURCES = frozenset({"path", "directory", "editable", "virtual"})


def is_local(packages: Iterable[Package]) -> bool:
    """Whether something is installed from the disk (the project itself, at ``.``, is not installed)."""
    return any(_is_local(package) for package in packages if not _is_root(package))


def closure(packages: list[Package], markers: Mapping[str, str]) -> list[Any] | None:
    """All that the project's own dependencies bring in on a Python with these markers, sorted; None without one project,
    or with a condition that cannot be read.

    Hashes are part of it: two locks that name the same version of other files are different. How a package came to be
    in it, and from which index, is not: that is what makes most plugins share one environment (runtime.md 5.2).
    """
    roots = [package for package in packages if _is_root(package)]
    if len(roots) != 1:
        return None
    named = defaultdict(list)
    for package in packages:
        named[package["name"]].append(package)
    brought = _walk(named, list(roots[0].get("dependencies", ())), Conditions(markers))
    try:
        return sorted({_content(package) for package in brought})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return None


class Conditions:
    """Which edges of the graph count on this Python."""

    def __init__(self, markers: Mapping[str, str]) -> None:
        self.markers = {"extra": "", **markers}
        self.known: dict[str, bool] = {}

    def hold(self, edge: Package) -> bool:
        text = edge.get("marker", "")
        if text and text not in self.known:
            self.known[text] = Marker(text).evaluate(self.markers)
        return not text or self.known[text]


def _walk(named: dict[str, list[Package]], waiting: list[Package], conditions: Conditions) -> Iterator[Package]:
    seen = set()
    while waiting:
        edge = waiting.pop()
        if not conditions.hold(edge):
            continue
        for package in named[edge["name"]]:
            extras = tuple(edge.get("extra", ()))
            visit = (package["name"], package.get("version"), str(package["source"]), extras)
            if visit in seen or edge.get("version", package.get("version")) != package.get("version"):
                continue
            seen.add(visit)
            yield package
            waiting.extend(_edges(package, extras))


def _content(package: Package) -> tuple[str, str, str, tuple[str, ...]]:
    """What of a package decides what is installed. An index only matters where no hash does."""
    source = package["source"]
    where = "" if "registry" in source else str(sorted(source.items()))
    return package["name"], package.get("version", ""), where, tuple(sorted(_hashes(package)))


def _edges(package: Package, extras: Iterable[str]) -> Iterator[Package]:
    yield from package.get("dependencies", ())
    for extra in extras:
        yield from package.get("optional-dependencies", {}).get(extra, ())


def _hashes(package: Package) -> Iterator[str]:
    for file in [*package.get("wheels", ()), package.get("sdist", {})]:
        yield str(file.get("hash") or file.get("url") or "")


def _is_root(package: Package) -> bool:
    source = package.get("source", {})
    return "." in {source.get("virtual"), source.get("editable"), source.get("directory")}


def _is_local(package: Package) -> bool:
    source = package.get("source", {})
    return bool(LOCAL_SOURCES & set(source)) or not str(source.get("registry", "https:")).startswith("http")
