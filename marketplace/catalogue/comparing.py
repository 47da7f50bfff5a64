"""Two releases side by side: what changed in what the plugin may do, and in its files."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from marketplace import keeping
from marketplace.catalogue.powers import offered, powers
from marketplace.difypkg import BadPackage, open_package
from marketplace.models import Release
from marketplace.releasing import package_limits

LONGEST_DIFF = 400  # lines of one file
MOST_LINES = 1500  # of all files; the rest is only named
LARGEST = 200_000  # bytes of a file that is compared line by line
SIGNATURE = ".verification.dify.json"


@dataclass(frozen=True, slots=True)
class Change:
    """What one side has more than the other, by its subject."""

    title: str
    icon: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """`sign` is "+", "-", " ", or "@" for where the next part begins."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """`state` is added, removed or changed; without lines it is no text, or too long to show."""

    path: str
    state: str
    lines: list[Line]
    cut: bool = False


def change_in_power(old: Release, new: Release) -> list[Change]:
    """Permissions, hosts, dependencies and what is offered; kinds without a change are left out."""
    before, after = ({one.key: f"{one.title}: {one.detail}" for one in powers(each.declaration)} for each in (old, new))
    changes = [
        Change(
            _("Permissions"),
            "key-round",
            [text for key, text in after.items() if key not in before],
            [text for key, text in before.items() if key not in after],
        ),
        change(_("Hosts"), "globe", old=old.hosts, new=new.hosts),
        change(_("Dependencies"), "package", old=old.dependencies, new=new.dependencies),
        change(_("What it offers"), "wrench", old=names(old), new=names(new)),
    ]
    return [one for one in changes if one.added or one.removed]


def change(title: str, icon: str, *, old: Iterable[str], new: Iterable[str]) -> Change:
    before, after = set(old), set(new)
    return Change(title, icon, sorted(after - before), sorted(before - after))


def names(release: Release) -> list[str]:
    return [f"{kind.title}: {one.label}" for kind in offered(release.declaration) for one in kind.offers]


@lru_cache(maxsize=8)
def files_of(package: str) -> dict[str, bytes]:
    """Every file of a kept package; packages are named by their content, so this stays true."""
    with open_package(keeping.read(package), package_limits()) as opened:
        return {name: opened.read(name) for name in opened.files}


def files(old: Release, new: Release) -> list[FileChange]:
    """The files that differ, by path. Raises FileNotFoundError when a package is no longer kept."""
    before, after = files_of(old.package), files_of(new.package)
    found, left = [], MOST_LINES
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path) and path != SIGNATURE:
            one = file_change(path, before.get(path), after.get(path))
            one = one if len(one.lines) <= left else FileChange(path, one.state, [], cut=True)
            left -= len(one.lines)
            found.append(one)
    return found


def file_change(path: str, old: bytes | None, new: bytes | None) -> FileChange:
    state = "added" if old is None else "removed" if new is None else "changed"
    before, after = text_of(old), text_of(new)
    if before is None or after is None:
        return FileChange(path, state, [])
    lines = [line(text) for text in list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]]
    return FileChange(path, state, lines[:LONGEST_DIFF], cut=len(lines) > LONGEST_DIFF)


def line(text: str) -> Line:
    return Line("@", text.strip("@ ")) if text.startswith("@@") else Line(text[:1], text[1:])


def text_of(content: bytes | None) -> list[str] | None:
    """Lines; None for what is no text, or too large to compare."""
    if content is None:
        return []
    if len(content) > LARGEST or b"\0" in content[:8000]:
        return None
    return content.decode(errors="replace").splitlines()


def why_not(old: Release, new: Release) -> str:
    """A sentence when the files cannot be compared, "" when they can."""
    try:
        files_of(old.package)
        files_of(new.package)
    except (FileNotFoundError, BadPackage, keeping.Damaged):
        return _("The files of one of the two versions are no longer kept, so only what they declare is compared.")
    return ""
