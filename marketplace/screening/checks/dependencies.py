"""Requirements: where they come from, how they are bounded, and names that are nearly those of others."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.findings import Finding
from marketplace.screening.popular import resembles
from marketplace.screening.requirements import Requirement, requirements_of
from marketplace.screening.subject import Subject

from .base import Check


class Dependencies(Check):
    name = "dependencies"
    title = "Dependencies"
    clean = "Requirements come from the index, are bounded, and have the names that they should."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        found, problems = requirements_of(subject.files)
        for path, line, rule, message in problems:
            yield Finding(rule, message, path, line)
        local = {name.partition(".")[0] for name in subject.program.modules} | set(subject.context.own_names)
        seen: set[tuple[str, str]] = set()
        for one in found:
            if (one.name, one.path) not in seen:
                seen.add((one.name, one.path))
                yield from _judge(one, local)
        evidence["requirements"] = sorted({one.text for one in found if not one.locked})
        evidence["locked"] = {one.name: one.version for one in found if one.locked}


def _judge(one: Requirement, local: set[str]) -> Iterator[Finding]:
    if one.url:
        yield Finding(
            "dependencies.url", f"{one.name} comes from an address, not from the index", one.path, one.line, one.text
        )
    elif not one.locked and not one.bounds:
        yield Finding(
            "dependencies.unpinned",
            f"{one.name} has no bound; say which versions are meant",
            one.path,
            one.line,
            one.text,
        )
    elif not one.locked and one.only_lower:
        yield Finding("dependencies.lower-bound", f"{one.name} has only a lower bound", one.path, one.line, one.text)
    if not one.name.isascii() and re.search(r"[a-z]", one.name):
        message = f"{one.name} has letters that only look like those of the alphabet; no index has such names"
        yield Finding("dependencies.typosquat", message, one.path, one.line, one.text)
    if (likeness := resembles(one.name)) and one.name.replace("-", "_") not in local:
        rule = "dependencies.typosquat" if likeness.near else "dependencies.dressed-up"
        yield Finding(
            rule, f"{one.name} is nearly {likeness.name}; is that what is meant?", one.path, one.line, one.text
        )
