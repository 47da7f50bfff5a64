"""Change in power (pure): what a plugin may and does, before and after, and which of it is more than before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# Areas in the order in which they are shown. Values are words for people; what is compared beside them is `size`.
AREAS = {
    "permissions": "Permissions",
    "hosts": "Hosts it talks to",
    "capabilities": "What its code can do",
    "privacy": "Personal data",
    "secrets": "Secrets it asks for",
    "endpoints": "Public addresses",
    "dependencies": "Dependencies",
}
MODEL_KINDS = ("llm", "text_embedding", "rerank", "tts", "speech2text", "moderation")
SECRET = "secret-input"  # noqa: S105 - a type of parameters
PINNED = 0.0
LOOSE = 1.0


@dataclass(frozen=True)
class Item:
    """One thing that a plugin may or does: a word for it, and how much of it there is where that can grow."""

    text: str = ""
    size: float = 0.0


Profile = Mapping[str, Mapping[str, Item]]  # area → key → item


@dataclass(frozen=True)
class Change:
    """A difference of one item. Increases need a tick and a reason before an approval."""

    area: str
    key: str
    kind: Literal["added", "removed", "changed"]
    before: str
    after: str
    grew: bool

    @property
    def id(self) -> str:
        return f"{self.area}:{self.key}"


@dataclass(frozen=True)
class Difference:
    """All changes between two profiles. Of a plugin that is new, one tick an area is enough: all of it is new."""

    changes: tuple[Change, ...]
    first: bool = False
    unchanged: Mapping[str, int] = field(default_factory=dict)

    @property
    def increases(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.grew)

    @property
    def ticks(self) -> list[str]:
        """Ids that must be ticked, each with a reason."""
        found = [change.area if self.first else change.id for change in self.increases]
        return list(dict.fromkeys(found))

    def by_area(self) -> Iterator[tuple[str, str, list[Change], int]]:
        """Area, its title, its changes and how many items stay as they were; areas without any are left out."""
        for area, title in AREAS.items():
            found = [change for change in self.changes if change.area == area]
            if found or self.unchanged.get(area):
                yield area, title, found, self.unchanged.get(area, 0)


def compare(before: Profile | None, after: Profile) -> Difference:
    """What has changed since `before`; None when nothing of the plugin was ever approved."""
    changes: list[Change] = []
    unchanged: dict[str, int] = {}
    for area in AREAS:
        old, new = dict((before or {}).get(area, {})), dict(after.get(area, {}))
        found = [change for key in sorted(old | new) if (change := differs(area, key, (old.get(key), new.get(key))))]
        changes += found
        unchanged[area] = len(old | new) - len(found)
    return Difference(tuple(changes), first=before is None, unchanged=unchanged)


def differs(area: str, key: str, pair: tuple[Item | None, Item | None]) -> Change | None:
    old, new = pair
    if old is None and new is not None:
        return Change(area, key, "added", "", new.text, grew=True)
    if old is not None and new is None:
        return Change(area, key, "removed", old.text, "", grew=False)
    if old is None or new is None or old == new:
        return None
    return Change(area, key, "changed", old.text, new.text, grew=new.size > old.size)


def permissions(declaration: Mapping[str, Any]) -> dict[str, Item]:
    """What the manifest asks for, each grant by itself: `model.llm`, `storage` with its size in bytes."""
    asked = (declaration.get("resource") or {}).get("permission") or {}
    found = {
        name: Item("yes") for name in ("tool", "node", "endpoint", "app") if (asked.get(name) or {}).get("enabled")
    }
    models = asked.get("model") or {}
    if models.get("enabled"):
        found |= {f"model.{kind}": Item("yes") for kind in MODEL_KINDS if models.get(kind)}
    storage = asked.get("storage") or {}
    if storage.get("enabled"):
        size = int(storage.get("size") or 0)
        found["storage"] = Item(in_bytes(size), size)
    return found


def in_bytes(size: int) -> str:
    """A size as people say it, exact where that is short."""
    for unit, name in ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size:,} bytes"


def endpoints(declaration: Mapping[str, Any]) -> dict[str, Item]:
    rows = (declaration.get("endpoint") or {}).get("endpoints") or []
    return {
        f"{row.get('method', 'ANY')} {row.get('path', '/')}": Item("hidden" if row.get("hidden") else "")
        for row in rows
    }


def secrets(declaration: Mapping[str, Any]) -> dict[str, Item]:
    """Every input that the manifest marks as a secret, under the path of its form."""
    return {path: Item(label) for path, label in secret_inputs(declaration, "")}


def secret_inputs(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        name = value.get("name") or value.get("variable")
        if value.get("type") == SECRET and name:
            yield f"{path}.{name}".lstrip("."), str((value.get("label") or {}).get("en_US") or name)
        for key, below in value.items():
            yield from secret_inputs(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for below in value:
            yield from secret_inputs(below, path)


def dependencies(lines: list[str]) -> dict[str, Item]:
    """Requirements by the package's name; one that is no longer pinned has grown, another pinned version has not."""
    return {
        requirement_name(line): Item(line, PINNED if "==" in line and "://" not in line else LOOSE) for line in lines
    }


def requirement_name(line: str) -> str:
    name = line
    for mark in (";", "@", "[", "=", "<", ">", "~", "!", " "):
        name = name.partition(mark)[0]
    return name.strip().lower().replace("_", "-").replace(".", "-") or line[:80]
