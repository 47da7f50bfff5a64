"""Pinned versions against a local copy of an advisory database."""

from collections.abc import Iterator
from typing import Any

from marketplace.screening.findings import Finding
from marketplace.screening.requirements import requirements_of
from marketplace.screening.subject import Subject

from .base import Check, NotScanned


class Vulnerabilities(Check):
    name = "vulnerabilities"
    title = "Known vulnerabilities"
    clean = "No pinned version has a known vulnerability."
    required = False

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        advisories = subject.context.advisories
        if advisories is None or not (described := advisories.described()):
            raise NotScanned("There is no advisory database here; bring one in with manage.py advisories FILE.")
        found, _ = requirements_of(subject.files)
        pinned = {(one.name, one.version): one for one in found if one.version}
        evidence |= {"database": described, "versions": len(pinned)}
        for (name, version), one in sorted(pinned.items()):
            for advisory in advisories.affecting(name, version):
                rule = "dependencies.malicious" if advisory.malicious else "dependencies.vulnerable"
                yield Finding(
                    rule, f"{name} {version}: {advisory.summary} ({advisory.id})", one.path, one.line, advisory.id
                )
