"""Which versions a bundle's dependency accepts: exact, ^, ~, wildcards or a range (protocol 1.10)."""

import re
from dataclasses import dataclass

from .errors import BadPackage
from .identity import VersionKey, version_key
from .manifest import VERSION

_WILD = r"(?:[0-9]{1,4}|[xX])"
_EXACT = re.compile(rf"([~^]?)({VERSION})")
_WILDCARD = re.compile(rf"{_WILD}(?:\.{_WILD}){{2}}")
_RANGE = re.compile(rf"({VERSION})-({VERSION})")
_GITHUB = re.compile(r"([a-z0-9_-]{1,64})/([a-z0-9_-]{1,128}):([^/]+)/([^/]+)")
_MARKETPLACE = re.compile(r"([a-z0-9_-]{1,64})/([a-z0-9_-]{1,128}):([^/]+)")


@dataclass(frozen=True, slots=True)
class VersionConstraint:
    """A set of versions: from `low` to `high`, or below the numbers `ceiling`; `pattern` has None for wildcards."""

    text: str
    low: VersionKey
    high: VersionKey | None = None
    ceiling: tuple[int, ...] | None = None
    pattern: tuple[int | None, ...] | None = None

    def accepts(self, version: str) -> bool:
        """Whether a version is in the set; a wildcard accepts no pre-releases. Raises BadIdentifier."""
        key = version_key(version)
        if self.pattern is not None:
            wanted = zip(self.pattern, key[0][:3], strict=True)
            return key[1] and key[0][3] == 0 and all(want is None or want == have for want, have in wanted)
        below = self.ceiling is None or key[0][:3] < self.ceiling
        return key >= self.low and below and (self.high is None or key <= self.high)

    def __str__(self) -> str:
        return self.text


def parse_constraint(text: str) -> VersionConstraint:
    """`1.2.3`, `^1.2.3`, `~1.2.3`, `1.x.x` or `1.0.0-2.0.0`, both ends included. Raises BadPackage, rule `pattern`.

    `^` leaves the first number that is not 0 as it is, `~` the first two, as in npm.
    """
    if found := _EXACT.fullmatch(text):
        return _from_exact(text, found[1], found[2])
    if found := _RANGE.fullmatch(text):
        return VersionConstraint(text, version_key(found[1]), high=version_key(found[2]))
    if _WILDCARD.fullmatch(text):
        pattern = tuple(None if part in "xX" else int(part) for part in text.split("."))
        return VersionConstraint(text, version_key("0"), pattern=pattern)
    raise BadPackage("pattern", f"version {text[:64]!r} is none of 1.2.3, ^1.2.3, ~1.2.3, 1.x.x, 1.0.0-2.0.0")


def _from_exact(text: str, sign: str, version: str) -> VersionConstraint:
    low = version_key(version)
    major, minor, patch = low[0][:3]
    match sign:
        case "~":
            return VersionConstraint(text, low, ceiling=(major, minor + 1, 0))
        case "^" if major:
            return VersionConstraint(text, low, ceiling=(major + 1, 0, 0))
        case "^":
            return VersionConstraint(text, low, ceiling=(0, minor + 1, 0) if minor else (0, 0, patch + 1))
        case _:
            return VersionConstraint(text, low, high=low)


@dataclass(frozen=True, slots=True)
class GithubPattern:
    """A release asset of a repository: `owner/repo:1.2.3/asset.difypkg`."""

    owner: str
    repo: str
    release: VersionConstraint
    asset: str


@dataclass(frozen=True, slots=True)
class MarketplacePattern:
    """A plugin of a marketplace: `author/name:1.2.3`."""

    author: str
    name: str
    version: VersionConstraint

    @property
    def plugin_id(self) -> str:
        return f"{self.author}/{self.name}"


def parse_github(text: str) -> GithubPattern:
    """Raises BadPackage, rule `pattern`."""
    found = _GITHUB.fullmatch(text)
    if not found:
        raise BadPackage("pattern", f"{text[:128]!r} is not of the form owner/repo:1.2.3/asset.difypkg")
    return GithubPattern(found[1], found[2], parse_constraint(found[3]), found[4])


def parse_marketplace(text: str) -> MarketplacePattern:
    """Raises BadPackage, rule `pattern`."""
    found = _MARKETPLACE.fullmatch(text)
    if not found:
        raise BadPackage("pattern", f"{text[:128]!r} is not of the form author/name:1.2.3")
    return MarketplacePattern(found[1], found[2], parse_constraint(found[3]))
