"""The graph in a ``uv.lock``: what installing it brings, without the names and versions of the plugin itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Package = dict[str, Any]
LOCAL_SOURCES = frozenset({"path", "directory", "editable", "virtual"})


def is_local(packages: Iterable[Package]) -> bool:
    """Whether something is installed from the disk (the project itself, at ``.``, is not installed)."""
    return any(_is_local(package) for package in packages if not _is_root(package))


def closure(packages: list[Package]) -> list[Any] | None:
    """Describe all that the project's own dependencies bring in, in an order of its own; None without one project.

    Hashes are part of it: two locks that name the same version of other files are different.
    """
    roots = [package for package in packages if _is_root(package)]
    if len(roots) != 1:
        return None
    named = defaultdict(list)
    for package in packages:
        named[package["name"]].append(package)
    wanted: list[Package] = list(roots[0].get("dependencies", ()))
    return [sorted(wanted, key=str), *sorted(_walk(named, wanted), key=str)]


def _walk(named: dict[str, list[Package]], wanted: list[Package]) -> Iterator[Any]:
    waiting, seen = list(wanted), set()
    while waiting:
        edge = waiting.pop()
        for package in named[edge["name"]]:
            extras = tuple(edge.get("extra", ()))
            visit = (package["name"], package.get("version"), str(package["source"]), extras)
            if visit in seen or edge.get("version", package.get("version")) != package.get("version"):
                continue
            seen.add(visit)
            edges = list(_edges(package, extras))
            yield [*visit, sorted(edges, key=str), package.get("resolution-markers"), sorted(_hashes(package))]
            waiting.extend(edges)


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
