"""Names of plugins: plugin id, version, checksum, and the unique identifier that joins them (protocol 1.5)."""

import re
from dataclasses import dataclass

from .errors import BadIdentifier

_UNIQUE = re.compile(
    r"(?:([a-z0-9_-]{1,64})/)?([a-z0-9_-]{1,255}):([0-9]{1,4}(?:\.[0-9]{1,4}){1,3}(?:-\w{1,16})?)@([a-f0-9]{32,64})",
    re.ASCII,
)
_VERSION = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4}){0,3})(?:-(\w{1,16}))?", re.ASCII)
_PIECES = re.compile(r"[0-9]+|[^0-9]+")

type VersionKey = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


@dataclass(frozen=True, slots=True, order=True)
class UniqueIdentifier:
    """`author/name:version@checksum`; the author may be empty in identifiers of old."""

    author: str
    name: str
    version: str
    checksum: str

    @property
    def plugin_id(self) -> str:
        """`author/name`, or `name` alone when there is no author."""
        return f"{self.author}/{self.name}" if self.author else self.name

    @property
    def identity(self) -> str:
        """`author/name:version`."""
        return f"{self.plugin_id}:{self.version}"

    def __str__(self) -> str:
        return f"{self.identity}@{self.checksum}"


def parse_unique_identifier(text: str) -> UniqueIdentifier:
    """The parts of a unique identifier. Raises BadIdentifier, whose text is the daemon's."""
    found = _UNIQUE.fullmatch(text)
    if not found:
        raise BadIdentifier("identifier", f"plugin_unique_identifier is not valid: {text}")
    author, name, version, checksum = found.groups()
    return UniqueIdentifier(author or "", name, version, checksum)


def version_key(version: str) -> VersionKey:
    """A key that sorts versions: by numbers, a suffix before none, rc2 before rc10. Raises BadIdentifier."""
    found = _VERSION.fullmatch(version)
    if not found:
        raise BadIdentifier("version", f"version is not valid: {version}")
    numbers = tuple(int(part) for part in found[1].split("."))
    suffix = found[2] or ""
    pieces = tuple((not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in _PIECES.findall(suffix))
    return numbers + (0,) * (4 - len(numbers)), not suffix, pieces
