"""Files by the hash of their content: packages as they were uploaded, packages as they were signed, pictures.

They are in the storage "marketplace" (settings.STORAGES): files below DATA_DIR, or whatever Django storage is set.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

DIGEST = re.compile(r"[0-9a-f]{64}\Z")
INCOMING = "incoming"


class Damaged(Exception):
    """What is stored is no longer what was kept: restore it from a backup."""


def storage() -> Storage:
    return storages["marketplace"]


def place(digest: str) -> str:
    """The name of a kept file, below 256 folders. ValueError: this is no digest."""
    if not DIGEST.match(digest):
        raise ValueError(f"not a SHA-256 in hex: {digest[:80]!r}")
    return f"{digest[:2]}/{digest}"


def keep(data: bytes) -> str:
    """The SHA-256 in hex under which these bytes are found from now on; the same bytes are kept once."""
    digest = sha256(data).hexdigest()
    if not is_kept(digest, size=len(data)):
        write(place(digest), data)
    return digest


def is_kept(digest: str, *, size: int | None = None) -> bool:
    """Whether there is such a file, and of this size in bytes where one is given."""
    name, there = place(digest), storage()
    return there.exists(name) and (size is None or there.size(name) == size)


def write(name: str, data: bytes) -> None:
    """Put a file at exactly this name, whole or not at all, however many do so at once.

    On a disk it is written beside and renamed; object stores show an object only when it is complete.
    """
    there = storage()
    if not isinstance(there, FileSystemStorage):
        there.delete(name)
        there.save(name, ContentFile(data))
        return
    target = Path(there.path(name))
    written = there.save(f"{INCOMING}/{uuid4().hex}", ContentFile(data))
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(there.path(written)).replace(target)


def opened(digest: str) -> BinaryIO:
    """The file, to be closed by whoever asked. FileNotFoundError: nothing of this digest was kept."""
    return cast(BinaryIO, storage().open(place(digest)))


def read(digest: str) -> bytes:
    """The bytes, compared with their digest. Raises FileNotFoundError, or Damaged if they have changed."""
    with opened(digest) as file:
        data = file.read()
    if sha256(data).hexdigest() != digest:
        raise Damaged(f"{digest} has changed in storage")
    return data
