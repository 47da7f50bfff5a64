"""Unpacked wheels in uv's cache: which of them no environment has, and their end."""

import os
import re
import shutil
import stat
import time
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

from runtime.environment import locking
from runtime.environment.options import EnvironmentOptions

LOCK = ".patchbay-lock"
TRASH = ".patchbay-trash-"
NOTES = (".http", ".msgpack", ".rev")


def linking(options: EnvironmentOptions) -> AbstractContextManager[None]:
    """While somebody links from the cache, nothing is removed from it."""
    return locking.shared(options.cache / LOCK)


def tidy(options: EnvironmentOptions, min_age: float, *, dry: bool = False) -> dict[str, int]:
    """Remove wheels that are `min_age` seconds old and of which no environment has a file; their names and sizes in bytes.

    They are fetched again when they are wanted. Nothing is done while somebody links,
    nor where environments are copies: then who has what cannot be seen.
    """
    if not options.cache.is_dir() or not options.root.is_dir() or _device(options.cache) != _device(options.root):
        return {}
    descriptor = locking.try_lock(options.cache / LOCK)
    if descriptor is None:
        return {}
    try:
        return _tidy(options.cache, time.time() - min_age, dry=dry)
    finally:
        os.close(descriptor)


def _tidy(cache: Path, oldest: float, *, dry: bool) -> dict[str, int]:
    old = [path for path in cache.glob("archive-v*/*") if path.is_dir() and path.stat().st_mtime <= oldest]
    sizes = {archive: size for archive in old if (size := unshared(archive)) is not None}
    found = {title(archive): size for archive, size in sizes.items()}
    if dry:
        return found
    forget(cache, {archive.name for archive in sizes})
    for archive in sizes:
        archive.rename(cache / f"{TRASH}{uuid4().hex}")
    for left in cache.glob(f"{TRASH}*"):
        shutil.rmtree(left, ignore_errors=True)
    return found


def forget(cache: Path, archives: set[str]) -> None:
    """Remove what leads uv to these: links, and notes with their names in them. It takes their being there for granted."""
    if not archives:
        return
    named = re.compile(b"|".join(re.escape(name.encode()) for name in archives))
    for bucket in (*cache.glob("wheels-v*"), *cache.glob("sdists-v*")):
        for folder, folders, files in os.walk(bucket):
            for path in (Path(folder, name) for name in (*folders, *files)):
                if path.is_symlink():
                    leads = path.readlink().name in archives
                else:
                    leads = path.suffix in NOTES and named.search(path.read_bytes()) is not None
                if leads:
                    path.unlink()


def unshared(archive: Path) -> int | None:
    """Bytes on the disk of a wheel, None as soon as a file of it has another name somewhere."""
    total = 0
    for folder, _names, files in os.walk(archive):
        for name in files:
            one = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - thousands of files
            if one.st_nlink > 1 and stat.S_ISREG(one.st_mode):
                return None
            total += one.st_blocks * 512
    return total


def title(archive: Path) -> str:
    """As in six-1.17.0, with the name of the folder, since several wheels may have that title."""
    about = next((path.name for path in archive.glob("*.dist-info")), "").removesuffix(".dist-info")
    return f"{about or 'unnamed'} ({archive.name})"


def _device(path: Path) -> int:
    return path.stat().st_dev
