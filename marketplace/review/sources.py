"""Files of submitted packages, read from the archive as it was uploaded, without unpacking it."""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from marketplace import keeping

LARGEST_SHOWN = 300_000  # bytes of a file that is shown as text
TEXT_LIKE = 8_000  # bytes that are looked at to tell text from other things


class NoSuchFile(Exception):
    """The package has no file of this name, or is no longer kept."""


@dataclass(frozen=True)
class File:
    """A file's content as text; `why` says why there is none."""

    name: str
    size: int
    text: str = ""
    why: str = ""


@lru_cache(maxsize=128)
def digests(package: str) -> dict[str, str]:
    """SHA-256 of every file by name. By content: a checksum of the archive's own could be made to fit."""
    try:
        with keeping.opened(package) as kept, zipfile.ZipFile(kept) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            return {info.filename: sha256(archive.read(info)).hexdigest() for info in names}
    except (OSError, zipfile.BadZipFile) as error:
        raise NoSuchFile(str(error)) from error


def names(package: str) -> list[str]:
    """All files in the order of a tree: folders' files together."""
    return sorted(digests(package), key=lambda name: (name.rpartition("/")[0].lower(), name.lower()))


def read(package: str, name: str) -> bytes:
    """One file whole. Raises NoSuchFile."""
    try:
        with keeping.opened(package) as kept, zipfile.ZipFile(kept) as archive:
            return archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise NoSuchFile(name) from error


def shown(package: str, name: str) -> File:
    """A file for reading: its text, or the reason why it is not shown."""
    data = read(package, name)
    if len(data) > LARGEST_SHOWN:
        return File(name, len(data), why=f"It is larger than {LARGEST_SHOWN:,} bytes.")
    if b"\0" in data[:TEXT_LIKE]:
        return File(name, len(data), why="It is not text.")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return File(name, len(data), why="It is not text in UTF-8.")
    return File(name, len(data), text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True)
class Entry:
    """A file that is different between two packages, or in only one of them."""

    name: str
    change: str  # "added" | "removed" | "changed" | "same"


def compared(before: str | None, after: str) -> list[Entry]:
    """Every file of both packages with what became of it; changed ones first within their kind."""
    old, new = digests(before) if before else {}, digests(after)
    found = [Entry(name, change(old.get(name), new.get(name))) for name in sorted(old | new)]
    return sorted(found, key=lambda entry: (entry.change == "same", entry.name.lower()))


def change(old: str | None, new: str | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "same" if old == new else "changed"
