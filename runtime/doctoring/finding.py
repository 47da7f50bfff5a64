"""One thing that was found: how bad it is, what it is about, what is the matter, what to do. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

LEVELS = ("ok", "note", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Finding:
    """`level` is one of LEVELS; `area` groups findings: database, redis, nodes, plugins, packages, processes, host, settings."""

    level: str
    area: str
    says: str
    to_do: str = ""
    about: str = ""

    def packed(self) -> dict[str, Any]:
        return asdict(self)


def worst(findings: Iterable[Finding]) -> str:
    return max((one.level for one in findings), key=LEVELS.index, default="ok")
