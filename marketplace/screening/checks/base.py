"""What a check is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from marketplace.screening.findings import Finding, Section
from marketplace.screening.subject import Subject


class NotScanned(Exception):
    """The check could not look; the text says why, and what to do about it."""


class Check(ABC):
    """`enforced`: its blocking findings block; `required`: that it breaks blocks; `clean` is said when nothing was found."""

    name: ClassVar[str]
    title: ClassVar[str]
    clean: ClassVar[str]
    enabled: ClassVar[bool] = True
    enforced: ClassVar[bool] = True
    required: ClassVar[bool] = True
    version: ClassVar[str] = "1"

    @abstractmethod
    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        """Findings, one after another; what else is worth keeping goes into `evidence`. Raises NotScanned."""

    def place(self, finding: Finding) -> Finding:
        return replace(finding, section=self.name)

    def summary(self, section: Section) -> str:
        if not section.findings:
            return self.clean
        counts = {severity: sum(one.severity == severity for one in section.findings) for severity in _SEVERITIES}
        parts = [f"{count} {word if count == 1 else f'{word}s'}" for word, count in _words(counts)]
        return ", ".join(parts)


_SEVERITIES = ("error", "warning", "info")


def _words(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [({"info": "note"}.get(severity, severity), count) for severity, count in counts.items() if count]
