"""Findings, the sections that hold them, and the report that holds the sections."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .rules import RULES


def storable(value: Any) -> Any:
    """The same without what no database takes: a plugin's texts hold NULs, and halves of letters."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


class State(StrEnum):
    """As the rows of ScreeningSection have them."""

    PASSED = "passed"
    FINDINGS = "findings"
    FAILED = "failed"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed; `line` is from 1, 0 for the whole file; `evidence` shows no secret."""

    rule: str
    message: str
    path: str = ""
    line: int = 0
    evidence: str = ""
    severity: str = ""
    section: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "severity", self.severity or RULES[self.rule].severity)
        for name in ("message", "path", "evidence"):
            object.__setattr__(self, name, storable(getattr(self, name)))

    @property
    def blocking(self) -> bool:
        """Whether it alone keeps a package from being released, where its check is enforced."""
        return RULES[self.rule].blocking and self.severity == "error"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"blocking": self.blocking}


@dataclass(slots=True)
class Section:
    """What became of one check. Only PASSED means that it looked and found nothing."""

    name: str
    state: State
    enforced: bool
    required: bool
    summary: str
    version: str = "1"
    findings: list[Finding] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def blocks(self) -> bool:
        if self.state is State.FAILED:
            return self.required
        return self.enforced and any(finding.blocking for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"findings": [one.as_json() for one in self.findings], "blocks": self.blocks}


@dataclass(slots=True)
class Report:
    sections: list[Section]

    @property
    def findings(self) -> list[Finding]:
        return [finding for section in self.sections for finding in section.findings]

    @property
    def blocked_by(self) -> list[Section]:
        return [section for section in self.sections if section.blocks]

    @property
    def incomplete(self) -> list[Section]:
        """Sections that say nothing about the package: they broke, or could not look."""
        return [section for section in self.sections if section.state in (State.FAILED, State.NOT_SCANNED)]

    def section(self, name: str) -> Section:
        """Raises KeyError if there was no such check."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        return {
            "blocked": bool(self.blocked_by),
            "incomplete": [section.name for section in self.incomplete],
            "sections": [section.as_json() for section in self.sections],
        }
