"""Files in storage: packages by unique identifier, assets by the hash of their content (protocol.md 1.8, 1.9)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from marketplace import difypkg

PACKAGES = "plugin_packages"
ASSETS = "assets"
INCOMING = "incoming"
ASSET_ID = re.compile(r"[0-9a-f]{64}(\.[^/\\\x00-\x1f]{0,128})?\Z")


def package_name(unique_identifier: str) -> str:
    return f"{PACKAGES}/{unique_identifier}"


def keep_package(unique_identifier: str, content: BinaryIO) -> None:
    keep(package_name(unique_identifier), File(content))


def keep_asset(asset_id: str, content: bytes) -> None:
    """An asset's name is the hash of its content: what is there already is the same."""
    name = f"{ASSETS}/{asset_id}"
    if not (default_storage.exists(name) and default_storage.size(name) == len(content)):
        keep(name, ContentFile(content))


def keep(name: str, content: "File[bytes]") -> None:
    """Put a file at exactly this name, whole or not at all, however many do so at once.

    On a disk it is written beside and renamed; object stores show an object only when it is complete.
    """
    content.seek(0)
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.delete(name)
        default_storage.save(name, content)
        return
    target = Path(default_storage.path(name))
    written = default_storage.save(f"{INCOMING}/{uuid4().hex}", content)
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(default_storage.path(written)).replace(target)


def has_package(unique_identifier: str) -> bool:
    return default_storage.exists(package_name(unique_identifier))


def drop_package(unique_identifier: str) -> None:
    default_storage.delete(package_name(unique_identifier))


def open_stored_package(unique_identifier: str) -> BinaryIO:
    """The package's bytes as a file; FileNotFoundError when they are gone."""
    return cast(BinaryIO, default_storage.open(package_name(unique_identifier)))


@contextmanager
def opened_package(unique_identifier: str) -> Iterator[difypkg.Package]:
    """The package itself, within the limits that let it in; raises FileNotFoundError, BadPackage."""
    with open_stored_package(unique_identifier) as file, difypkg.open_package(file, package_limits()) as package:
        yield package


def package_limits(size: int = 0) -> difypkg.Limits:
    """For a package of at most `size` bytes, or of what the settings allow."""
    size = size or settings.MAX_PLUGIN_PACKAGE_SIZE
    return difypkg.Limits.of(size)


def read_asset(asset_id: str) -> bytes | None:
    """An asset's bytes, or None: there is none, or this is not the form of an asset id."""
    if not ASSET_ID.match(asset_id):
        return None
    try:
        with default_storage.open(f"{ASSETS}/{asset_id}") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
