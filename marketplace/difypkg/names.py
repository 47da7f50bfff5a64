"""Which paths a package may contain: relative, clean, printable, and not two that one disk would take for the same."""

import re
import unicodedata
from collections.abc import Iterable

from .errors import BadPackage
from .limits import Limits

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def check_name(name: str, limits: Limits) -> None:
    """Refuse a path that could leave the target, that no disk or reader would keep as it is, or that is too long."""
    if not name:
        raise BadPackage("name-empty", "an entry has no name, repackage the plugin", file=name)
    if "\0" in name:
        raise BadPackage("name-nul", "the name contains a NUL byte, rename the file", file=name)
    if "\\" in name:
        raise BadPackage("name-backslash", "the name contains a backslash, separate folders by /", file=name)
    if not name.isprintable():
        raise BadPackage("name-characters", "the name contains invisible characters, rename the file", file=name)
    if name.startswith("/") or _DRIVE.match(name):
        raise BadPackage("path-absolute", "the path is absolute, make it relative to the package", file=name)
    if name.endswith("/"):
        raise BadPackage("directory-entry", "is a directory entry, package files only (zip -D)", file=name)
    _check_segments(name, limits)


def _check_segments(name: str, limits: Limits) -> None:
    segments = name.split("/")
    if ".." in segments:
        raise BadPackage("path-traversal", "the path leaves the package, remove its .. parts", file=name)
    if "" in segments or "." in segments:
        raise BadPackage("path-not-clean", "the path has empty or . parts, remove them", file=name)
    lengths = [len(segment.encode()) for segment in segments]
    if sum(lengths) + len(lengths) - 1 > limits.max_path_bytes or max(lengths) > 255:
        raise BadPackage("path-too-long", "the path is too long, shorten it", file=name[:128] + "…")
    if len(segments) > limits.max_path_depth:
        raise BadPackage("path-too-deep", "the path has too many folders, flatten it", file=name)
    if any(_RESERVED.fullmatch(s) or s[-1] in ". " for s in segments):
        raise BadPackage("name-reserved", "some systems reserve this name, rename the file", file=name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def check_distinct(names: Iterable[str]) -> None:
    """Refuse names that are equal, or equal but for case or Unicode form, and files that are also folders."""
    seen: dict[str, str] = {}
    for name in names:
        folded = _folded(name)
        if (other := seen.get(folded)) is not None:
            how = "is there twice" if other == name else f"differs from {other} in case or Unicode form only"
            raise BadPackage("name-duplicate", f"{how}, remove or rename one", file=name)
        seen[folded] = name
    folders = {parent for name in seen for parent in _parents(name)}
    if clash := min(folders & seen.keys(), default=None):
        raise BadPackage("path-conflict", "is a file and a folder, rename one", file=seen[clash])


def _parents(name: str) -> Iterable[str]:
    position = name.find("/")
    while position >= 0:
        yield name[:position]
        position = name.find("/", position + 1)
