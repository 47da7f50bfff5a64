"""Removes from this host what no installed plugin needs: environments, unpacked packages with their homes, cached wheels.

By reference: what is installed, or being installed, in any workspace stays, and so does what was wanted a while ago. The
uploaded packages themselves are kept for longer, since nobody else may have them.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

from django.conf import settings
from django.db import close_old_connections

from marketplace.difypkg import BadPackage
from runtime import discarding, environment, owners, preparing
from runtime.environment import EnvironmentFailed, EnvironmentOptions, locking, wheels
from runtime.guarding import size_of
from runtime.models import UNFINISHED, Installation, InstallItem

DAY = 86_400.0
TRASH = ".trash-"


class Ages(TypedDict):
    days: float | None
    package_days: float | None


@dataclass
class Tidied:
    """What was, or would be, removed: names, and the bytes on the disk that come free with each."""

    environments: dict[str, int] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    wheels: dict[str, int] = field(default_factory=dict)
    packages: dict[str, int] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[dict[str, int], ...]:
        return self.environments, self.folders, self.wheels, self.packages

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(map(len, self.parts))

    @property
    def size(self) -> int:
        return sum(sum(part.values()) for part in self.parts)


def tidy(*, days: float | None, package_days: float | None = None, dry: bool = False) -> Tidied:
    """Remove what has not been wanted for so many days, None: nothing; with `dry` only look."""
    found = Tidied() if days is None else tidy_host(days * DAY, dry=dry)
    if package_days is not None:
        found.packages = discarding.tidy(package_days * DAY, dry=dry)
    return found


def usual() -> Ages:
    """For how many days what is kept, by the settings."""
    return {"days": settings.PLUGIN_UNUSED_DAYS or None, "package_days": settings.PLUGIN_PACKAGE_DAYS or None}


def tidy_host(age: float, *, dry: bool) -> Tidied:
    """What lies on this host, and can be made again."""
    options, found = preparing.environment_options(), Tidied()
    wanted = in_use()
    keep = set(keys_of(wanted, options))
    found.environments = environment.idle(keep, options, age)
    if not dry:
        environment.collect(keep, options, age)
    found.folders = tidy_folders(wanted, age, dry=dry)
    found.wheels = wheels.tidy(options, age, dry=dry)
    return found


def in_use() -> set[str]:
    """Unique identifiers of packages that are installed or being installed, by anybody anywhere."""
    close_old_connections()
    try:
        rows, items = Installation.objects, InstallItem.objects.filter(status__in=UNFINISHED)
        found = {
            *rows.values_list("package__unique_identifier", flat=True),
            *rows.values_list("shadowed__unique_identifier", flat=True),
            *items.values_list("package__unique_identifier", flat=True),
            *items.values_list("replaces__unique_identifier", flat=True),
        }
        return {name for name in found if name}
    finally:
        close_old_connections()


def keys_of(plugins: set[str], options: EnvironmentOptions) -> Iterator[str]:
    """The environments of these. One that was never unpacked here has none."""
    for plugin in plugins:
        folder = preparing.working_folder(plugin)
        with suppress(EnvironmentFailed, BadPackage, OSError):
            if folder.is_dir():
                yield environment.key(preparing.source_of(plugin, folder), options)


# Unpacked packages.


def tidy_folders(wanted: set[str], age: float, *, dry: bool) -> dict[str, int]:
    root = Path(settings.PLUGIN_WORKING_PATH)
    kept = {preparing.working_folder(plugin) for plugin in wanted}
    found = {}
    for folder in [path for path in root.glob("*/*@*") if not path.name.startswith(".")]:
        parts = parts_of(folder)
        if folder in kept or not is_old(folder, age):
            continue
        size = size_of(parts)
        if dry or take_away(folder, parts, age):
            found[str(folder.relative_to(root))] = size
    if not dry:
        for left in root.glob(f"*/{TRASH}*"):
            shutil.rmtree(left, ignore_errors=True)
    return found


def parts_of(folder: Path) -> list[Path]:
    """The folder of a plugin, its home, what it has for temporary files, and what its environment is made from."""
    home = folder.parent / f"{owners.HOME}{folder.name}"
    parts = (folder, home, preparing.temporary_of(folder), preparing.copy_of(folder))
    return [one for one in parts if one.is_dir()]


def take_away(folder: Path, parts: list[Path], age: float) -> bool:
    """Under the lock that unpacking takes: who wants it meanwhile has touched it, or finds it gone as a whole."""
    with locking.alone(preparing.unpacking_lock()):
        if not is_old(folder, age) or folder in map(preparing.working_folder, in_use()):
            return False
        for part in parts:
            part.rename(folder.parent / f"{TRASH}{uuid4().hex}")
    return True


def is_old(path: Path, age: float) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime < time.time() - age
    return False
