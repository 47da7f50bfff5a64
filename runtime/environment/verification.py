"""Looks at what was installed: does it hold together, and what is worth remembering about it."""

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from runtime.environment.commands import Place
from runtime.environment.planning import Plan
from runtime.environment.store import FACTS

SDK = "dify-plugin"
REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.\-]*)[^;]*$")
REQUIREMENT_NAME = re.compile(r"^[A-Za-z0-9][\w.\-]*")


@dataclass(frozen=True)
class Package:
    """An installed distribution; `needs`: names that it requires without any condition, `may_need`: with one."""

    name: str
    version: str
    needs: frozenset[str]
    may_need: frozenset[str]


def site_of(environment: Path) -> Path:
    """The folder of installed packages."""
    return next(iter(sorted(environment.glob("lib/python3*/site-packages"))), environment / "lib")


def installed(site: Path) -> dict[str, Package]:
    """All distributions by normalised name."""
    packages = (_package(path) for path in site.glob("*.dist-info/METADATA"))
    return {package.name: package for package in packages}


def base(packages: dict[str, Package], plan: Plan) -> str:
    """Name the SDK with all that it needs, in these exact versions on this Python; empty without an SDK.

    Environments with the same base behave alike as far as the SDK goes: it needs to be tried once, not once in each.
    """
    if SDK not in packages:
        return ""
    names, waiting = set(), [SDK]
    while waiting:
        name = waiting.pop()
        if name in packages and name not in names:
            names.add(name)
            waiting.extend(packages[name].needs | packages[name].may_need)
    exact = [f"{name}=={packages[name].version}" for name in sorted(names)]
    return sha256(json.dumps([plan.interpreter.identity, exact]).encode()).hexdigest()[:40]


def missing(packages: dict[str, Package]) -> list[str]:
    """Requirements that nothing fulfils, such as ``flask of dify-plugin``."""
    return sorted(
        f"{need} of {package.name}" for package in packages.values() for need in package.needs if need not in packages
    )


def facts(place: Place, plan: Plan, *, started: float) -> dict[str, Any]:
    """Collect what is recorded with an environment. Sizes in bytes: of all files, and of those that only it has."""
    site = site_of(place.environment)
    packages = installed(site)
    size, own = _sizes(place.environment)
    return {
        "key": plan.key,
        "kind": plan.dependencies.kind,
        "python": plan.interpreter.path,
        "python_version": plan.interpreter.version,
        "sdk": packages[SDK].version if SDK in packages else "",
        "base": base(packages, plan),
        "packages": {name: packages[name].version for name in sorted(packages)},
        "missing": missing(packages),
        "site": str(site.relative_to(place.environment)),
        "entries": sum(1 for _ in os.scandir(site)),
        "size": size,
        "own_size": own,
        "created": time.time(),
        "seconds": round(time.monotonic() - started, 3),
    }


def record(place: Place, known: dict[str, Any]) -> None:
    """Write the facts, through to the disk: they are what makes an environment a finished one."""
    with (place.environment / FACTS).open("w") as file:
        json.dump(known, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _package(path: Path) -> Package:
    """Only three of its headers are read, none of which may be folded: a whole parser takes a hundred times as long."""
    headers: dict[str, list[str]] = {"name": [], "version": [], "requires-dist": []}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if not name:
            break  # what follows describes it
        if name.lower() in headers:
            headers[name.lower()].append(value.strip())
    required = headers["requires-dist"]
    certain = frozenset(_normal(found[1]) for one in required if (found := REQUIREMENT.match(one)))
    named = frozenset(_normal(found[0]) for one in required if (found := REQUIREMENT_NAME.match(one)))
    (called, *_), (version, *_) = headers["name"] or [""], headers["version"] or [""]
    return Package(_normal(called), version, certain, named - certain)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sizes(folder: Path) -> tuple[int, int]:
    files = list(_files(folder))
    return sum(one.st_size for one in files), sum(one.st_size for one in files if one.st_nlink == 1)


def _files(folder: Path) -> Iterator[os.stat_result]:
    for root, _folders, names in os.walk(folder):
        for name in names:
            yield os.lstat(os.path.join(root, name))  # noqa: PTH118  # thousands of files
