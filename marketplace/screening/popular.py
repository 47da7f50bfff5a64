"""Names that are nearly those of popular packages.

`data/popular.txt` holds the 12,000 most downloaded names, most downloaded first, from the monthly list that
github.com/hugovk/top-pypi-packages publishes (April 2026).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_LIST = Path(__file__).parent / "data" / "popular.txt"
_OURS = ("dify-plugin",)
# Successors that are not popular yet, and are what they say.
_MEANT = ("httpx2", "httpcore2")
# Required by many plugins, whatever their rank elsewhere.
_BY_PLUGINS = (
    "dify-plugin dashscope tavily-python notion-client zhipuai lark-oapi volcengine-python-sdk cos-python-sdk-v5 "
    "replicate firecrawl-py llama-cloud llama-cloud-services fish-audio-sdk cohere mistralai qdrant-client pymilvus "
    "atlassian-python-api todoist-api-python webdavclient3 pydub alibabacloud-oss-v2 unstructured-client"
)
# Asked for often, and nearly always in place of the other: names that have no use of their own.
_MISTAKEN = {
    "beautifulsoup": "beautifulsoup4",
    "pyyml": "pyyaml",
    "git-python": "gitpython",
    "google-oauth": "google-auth",
}
_NAMED_BY_ALL, _FIRST, _FAMOUS, _KNOWN = 100, 400, 1500, 12_000  # whose names are imitated
_LONGEST = 40  # letters of a name in which two mistakes are looked for
_SAME = {
    "python",
    "py",
    "lib",
    "pip",
    "official",
    "secure",
    "fixed",
    "patched",
    "original",
    "real",
    "pkg",
    "package",
    "py3",
    "python3",
    "latest",
    "fix",
    "patch",
    "fork",
    "stable",
    "updated",
    "new",
    "safe",
    "mirror",
    "clone",
    "copy",
    "free",
    "full",
    "pro",
    "plus",
    "premium",
    "master",
    "final",
    "module",
    "install",
    "installer",
    "the",
    "dev",
    "devel",
    "true",
    "trusted",
    "verified",
    "genuine",
    "hotfix",
    "bugfix",
    "release",
    "prod",
    "production",
    "build",
    "dist",
    "wheel",
    "src",
    "setup",
    "repo",
    "update",
    "upgraded",
    "current",
    "unofficial",
}
_ADDED = {
    "sdk",
    "client",
    "api",
    "utils",
    "util",
    "core",
    "tools",
    "tool",
    "ng",
    "next",
    "x",
    "v2",
    "v3",
    "helper",
    "toolkit",
    "wrapper",
    "lite",
    "fast",
    "ext",
}
_GLYPHS = (("0", "o"), ("1", "l"), ("rn", "m"), ("vv", "w"), ("5", "s"), ("i", "l"), ("cl", "d"))
_SOUNDS = (
    *(
        ("ph", "f"),
        ("qu", "kw"),
        ("ck", "k"),
        ("c", "k"),
        ("x", "ks"),
        ("z", "s"),
        ("th", "t"),
        ("oo", "u"),
        ("y", "i"),
    ),
    *(("ea", "e"), ("ai", "a"), ("aa", "a"), ("ee", "e"), ("ou", "u")),
)
_DRAWN = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("5", "s"), ("3", "e"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """`near`: a slip of the finger away, or the same name in another dress; else the name with something added."""

    name: str
    near: bool


@cache
def popular() -> dict[str, int]:
    """Rank by normalised name, from 0."""
    names = [*_OURS, *_LIST.read_text().split(), *_MEANT]
    return {name: rank for rank, name in reversed(list(enumerate(names)))}  # of two places the first one


@lru_cache(8192)  # what plugins require has no end
def resembles(name: str) -> Likeness | None:
    """The popular name that a normalised name is too like, None if it is popular itself or like none."""
    if name in _MISTAKEN:
        return Likeness(_MISTAKEN[name], True)
    if name in popular() or not 3 <= len(name) <= 100:
        return None
    return _slip(name) or _dress(name) or _affix(name) or _drawn(name)


def _slip(name: str) -> Likeness | None:
    """One insertion, loss, change or swap; two in a long name with the same beginning and end."""
    best: tuple[int, int, str] | None = None
    for other in _candidates(name):
        far = distance(name, other)
        rank = popular()[other]
        if (far == 1 and (len(other) >= 5 or rank < _FAMOUS) and not _differs_by_number(name, other)) or (
            far == 2
            and len(other) >= (7 if rank < _NAMED_BY_ALL else 8)
            and (rank < _FAMOUS or other in _BY_PLUGINS.split())
            and _same_beginning(name, other)
            and not _differs_by_number(name, other)
            and _one_part(name, other)
            and not _another_syllable(name, other)
        ):
            best = min(best or (9, 0, ""), (far, rank, other))
    return Likeness(best[2], True) if best else None


def _drawn(name: str) -> Likeness | None:
    """A slip in a name that is drawn with other letters as well."""
    plain = name
    for glyph, letter in _DRAWN:
        plain = plain.replace(glyph, letter)
    if plain == name or len(plain) < 7:
        return None
    found = Likeness(plain, True) if _is_famous(plain) else _slip(plain)
    return found if found and popular()[found.name] < _FAMOUS and distance(plain, found.name) <= 1 else None


def _candidates(name: str) -> set[str]:
    """Popular names that may be one edit away; of long ones that are famous, two."""
    found = {near for part in _shortened(name) for near in _index().get(part, ())}
    if 6 <= len(name) <= _LONGEST:
        found |= {near for part in _twice_shortened(name) for near in _index_of_two().get(part, ())}
    return found


def _same_beginning(name: str, other: str) -> bool:
    """The first letter, the first two swapped, or another vowel in a long name."""
    vowels = name[0] in "aeiou" and other[0] in "aeiou" and len(other) >= 9
    return name[0] == other[0] or name[:2] == other[1::-1] or vowels


def _another_syllable(name: str, other: str) -> bool:
    """Whether what differs is the end, and no slip of vowels: `graphlib` and `graphviz` are two words."""
    start = next((at for at, (one, two) in enumerate(zip(name, other, strict=False)) if one != two), 0)
    left, right = name[start:], other[start:]
    same = left[-1:] == right[-1:]
    return max(len(left), len(right)) <= 3 + same and not set(left + right) <= set("aeiouy") and left[-2:] != right[-2:]


def _one_part(name: str, other: str) -> bool:
    """Whether one part between hyphens differs and is long enough to be a slip, or two by a letter each."""
    parts, others = name.split("-"), other.split("-")
    if len(parts) != len(others):
        return len(other) >= 9
    different = [(one, two) for one, two in zip(parts, others, strict=True) if one != two]
    if len(different) == 2:
        return all(len(two) >= (3 if len(other) >= 12 else 4) and distance(one, two) == 1 for one, two in different)
    return len(different) == 1 and len(different[0][1]) >= (5 if len(other) >= 14 else 6)


def _differs_by_number(name: str, other: str) -> bool:
    """`cu11` and `cu12`: families of names that are numbered on purpose; a number that is only added is none."""
    if re.fullmatch(r"[a-z-]+\d", name) and name[:-1] == other[:-1] and _is_famous(other):
        return False  # `urllib5` is no older sister of `urllib3`
    left, right = re.findall(r"\d+", name), re.findall(r"\d+", other)
    return left != right and len(left) == len(right) > 0 and re.sub(r"\d+", "", name) == re.sub(r"\d+", "", other)


@cache
def _index() -> dict[str, list[str]]:
    """Popular names by themselves without one letter."""
    found: dict[str, list[str]] = {}
    for name, rank in popular().items():
        if rank < _KNOWN and len(name) >= (3 if rank < _NAMED_BY_ALL else 4):
            for part in _shortened(name):
                found.setdefault(part, []).append(name)
    return found


@cache
def _index_of_two() -> dict[str, list[str]]:
    """Famous names by themselves without one letter, and without two."""
    found: dict[str, list[str]] = {}
    famous = {name for name, rank in popular().items() if rank < _FAMOUS} | set(_BY_PLUGINS.split())
    for name in famous:
        if 7 <= len(name) <= _LONGEST:
            for part in _twice_shortened(name):
                found.setdefault(part, []).append(name)
    return found


def _twice_shortened(name: str) -> set[str]:
    once = set(_shortened(name))
    return once | {two for one in once for two in _shortened(one)}


def _shortened(name: str) -> Iterator[str]:
    yield name
    for index in range(len(name)):
        yield name[:index] + name[index + 1 :]


def distance(left: str, right: str) -> int:
    """Edits between two words, a swap of neighbours being one (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, one in enumerate(left, start=1):
        row = [i]
        for j, other in enumerate(right, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


@cache
def _dressed() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, rank in popular().items():
        if rank < _KNOWN and len(name) >= (4 if rank < _FIRST else 5):
            for form in _forms(name):
                found.setdefault(form, name)
        if rank < _FAMOUS and len(name) >= 6:
            found[_letters(name)] = name
            found.setdefault(_sound(name), name)
    return found


def _letters(name: str) -> str:
    """The same for names that differ in the order of the letters behind the first one."""
    return f"@{name[0]}{''.join(sorted(name.replace('-', '')))}"


def _sound(name: str) -> str:
    """How a name is heard."""
    for letters, heard in _SOUNDS:
        name = name.replace(letters, heard)
    return f"%{name}"


def _forms(name: str) -> set[str]:
    """What a name looks like at a glance: without hyphens, its parts in order, letters that look alike."""
    parts = name.split("-")
    forms = {name.replace("-", "")}
    if len(parts) > 1:
        forms.add("~" + "-".join(sorted(parts)))
    glance = name
    for glyph, letter in _GLYPHS:
        glance = glance.replace(glyph, letter)
    return forms | {"=" + glance}


def _dress(name: str) -> Likeness | None:
    for form in (*sorted(_forms(name)), _letters(name), _sound(name)):
        if other := _dressed().get(form):
            return Likeness(other, True)
    return None


def _affix(name: str) -> Likeness | None:
    """A famous name with a word before or behind it, or with more than one."""
    parts = name.split("-")
    for inner, word in (("-".join(parts[1:]), parts[0]), ("-".join(parts[:-1]), parts[-1])):
        if word in _SAME | _ADDED and _is_famous(inner):
            return Likeness(inner, word in _SAME or (word in ("sdk", "api") and popular()[inner] < _FIRST))
    for form in _bare(name):
        other = form if _is_famous(form) else _dressed().get(form.replace("-", ""), "")
        if form != name and len(form) >= 4 and _is_famous(other):
            return Likeness(other, True)
    if fuller := _with_a_word_less().get(name):
        return Likeness(fuller, True)
    more = next((one for one in (f"python-{name}", f"py{name}") if popular().get(one, _KNOWN) < _FIRST), "")
    return Likeness(more, True) if more and len(name) >= 5 else None


@cache
def _with_a_word_less() -> dict[str, str]:
    """Famous names of three words and more, without one of those in the middle."""
    found: dict[str, str] = {}
    for name, rank in popular().items():
        parts = name.split("-")
        for at in range(1, len(parts) - (len(parts) < 4)) if rank < _FAMOUS else ():
            found.setdefault("-".join(parts[:at] + parts[at + 1 :]), name)
    return found


def _bare(name: str) -> Iterator[str]:
    """The name without what dresses it up: `python-x2`, `libx`, `x-x`, `x-official-3`."""
    unnumbered = re.sub(r"-?v?\d+$", "", name)
    yield unnumbered
    yield from (name.removesuffix(end) for end in ("s", "es", "z") if len(name) >= 6 + len(end))
    for form in (name, unnumbered):
        half = len(form) // 2
        yield form[:half] if form[:half] == form[half + 1 :] else ""
        parts = "-".join(part for part in form.split("-") if part not in _SAME)
        yield from (parts, f"python-{parts}", *(f"{parts}{digit}" for digit in "234"))
        for word in ("py", "python", "lib"):
            for inner in (form.removeprefix(word).strip("-"), form.removesuffix(word).strip("-")):
                if inner != form and (len(inner) >= 5 or popular().get(inner, _KNOWN) < _FIRST):
                    yield inner


def _is_famous(name: str) -> bool:
    return len(name) >= 4 and (popular().get(name, _FAMOUS) < _FAMOUS or name in _BY_PLUGINS.split())
