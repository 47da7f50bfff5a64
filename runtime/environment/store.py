"""The folder of finished environments: looked up by name, added in one step, collected when nobody wants them."""

import itertools
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.environment import bytecode, locking
from runtime.environment.commands import Place
from runtime.environment.options import EnvironmentOptions
from runtime.environment.planning import forget_plans

FACTS = "environment.json"
LOCKS = ".locks"
BUILDING, TRASH = ".building-", ".trash-"


@dataclass(frozen=True)
class Environment:
    """A finished environment. Run a plugin as ``<python> -m <entrypoint>`` in the plugin's own folder."""

    path: Path
    python: Path
    key: str

    @property
    def facts(self) -> dict[str, Any]:
        """What was recorded when it was built: versions, packages, sizes in bytes, the time (`verification.facts`)."""
        return _read(self.path)


def find(key: str, options: EnvironmentOptions) -> Environment | None:
    """Return the environment if it is finished and, at a glance, whole; takes about 0.1 ms."""
    environment = Environment(options.root / key, options.root / key / "bin" / "python", key)
    facts = _read(environment.path)
    if facts.get("key") != key or not os.access(environment.python, os.X_OK):
        return None
    return environment if _entries(environment.path / facts["site"]) >= facts["entries"] else None


def touch(environment: Environment) -> None:
    """Note that it is wanted, so that `collect` leaves it for a while."""
    os.utime(environment.path / FACTS)


def lock(key: str, options: EnvironmentOptions, *, waiting: Callable[[], None]) -> AbstractContextManager[None]:
    """Be the only one on this machine who changes the environment."""
    return locking.held(options.root / LOCKS / key, waiting=waiting)


@contextmanager
def workplace(options: EnvironmentOptions) -> Iterator[Place]:
    """An empty folder to build in; removed at the end, or by the next builder if this one is killed.

    Its name is that of an earlier one: what uv has found out about the Python in it is still true.
    """
    root, descriptor = next(_free_places(options))
    try:
        yield Place(root)
    finally:
        remove(root)
        os.close(descriptor)


def _free_places(options: EnvironmentOptions) -> Iterator[tuple[Path, int]]:
    for number in itertools.count():
        root = options.root / f"{BUILDING}{number}"
        root.mkdir(parents=True, exist_ok=True)
        # between these two a sweeper may take the folder for abandoned: then the next one is taken
        descriptor = _lock_folder(root)
        if descriptor is not None:
            _empty(root)
            yield root, descriptor


def _empty(folder: Path) -> None:
    """What a builder that was killed may have left."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            remove(path)
        else:
            path.unlink()


def publish(place: Place, key: str, options: EnvironmentOptions) -> Environment:
    """Give the built environment its name, in place of a broken one of that name. The lock must be held."""
    _throw_away(options.root / key)
    place.environment.rename(options.root / key)
    return Environment(options.root / key, options.root / key / "bin" / "python", key)


def discard(key: str, options: EnvironmentOptions, *, waiting: Callable[[], None] = lambda: None) -> None:
    """Remove an environment that has proved broken, so that the next `build` makes it anew."""
    with lock(key, options, waiting=waiting):
        _throw_away(options.root / key)


def collect(keep: Collection[str], options: EnvironmentOptions, min_age: float) -> list[str]:
    """Remove environments not in `keep` that nobody has asked for in `min_age` seconds; returns their names.

    What a killed builder has left goes too; what is being built stays.
    """
    sweep(options)
    oldest = time.time() - min_age
    gone = [name for name in _names(options) if name not in keep and _collect(name, options, oldest)]
    # what failed to be built has left a lock and nothing else
    for path in _listing(options.root / LOCKS):
        if not (options.root / path.name).exists():
            _collect(path.name, options, oldest)
    bytecode.forget_marks(options)
    forget_plans(options, _names(options))
    return gone


def idle(keep: Collection[str], options: EnvironmentOptions, min_age: float) -> dict[str, int]:
    """What `collect` would remove, with the bytes that only it has."""
    oldest = time.time() - min_age
    old = [name for name in _names(options) if name not in keep and _last_wanted(options.root / name) <= oldest]
    return {name: int(_read(options.root / name).get("own_size", 0)) for name in old}


def sweep(options: EnvironmentOptions) -> None:
    """Remove the folders of builders that are no more."""
    for path in _listing(options.root):
        if path.name.startswith(TRASH):
            remove(path)
        elif path.name.startswith(BUILDING) and (descriptor := _lock_folder(path)) is not None:
            remove(path)
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a folder and all in it; what cannot be removed now is tried again by the next sweep."""
    shutil.rmtree(path, ignore_errors=True)


def _collect(name: str, options: EnvironmentOptions, oldest: float) -> bool:
    (options.root / LOCKS).mkdir(exist_ok=True)
    descriptor = locking.try_lock(options.root / LOCKS / name)
    if descriptor is None:
        return False
    try:
        if _last_wanted(options.root / name) > oldest:
            return False
        _throw_away(options.root / name)
        (options.root / LOCKS / name).unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)


def _last_wanted(path: Path) -> float:
    try:
        return (path / FACTS).stat().st_mtime
    except OSError:
        return 0


def _throw_away(path: Path) -> None:
    """Take the name away first: nobody may find an environment of which half is gone."""
    if path.exists():
        trash = path.with_name(f"{TRASH}{uuid.uuid4().hex}")
        path.rename(trash)
        remove(trash)


def _names(options: EnvironmentOptions) -> list[str]:
    return [path.name for path in _listing(options.root) if not path.name.startswith(".") and path.is_dir()]


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _lock_folder(path: Path) -> int | None:
    try:
        return locking.try_lock(path, flags=os.O_RDONLY)
    except FileNotFoundError:
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads((path / FACTS).read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _entries(folder: Path) -> int:
    try:
        return sum(1 for _ in os.scandir(folder))
    except OSError:
        return -1
