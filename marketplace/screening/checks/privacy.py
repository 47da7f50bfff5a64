"""The privacy policy against what the code does."""

from collections.abc import Iterator
from typing import Any

from marketplace.privacy import BadStatement, Item, Statement, as_label, contradictions, denials, statement_in
from marketplace.privacy.reading import LONGEST
from marketplace.screening.evidence import evidence_of
from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check

_RULES = {
    "network": "privacy.denies-network",
    "collection": "privacy.denies-collection",
    "storage": "privacy.denies-storage",
    "models": "privacy.denies-use",
    "logs": "privacy.denies-use",
    "counts": "privacy.denies-use",
    "credentials": "privacy.denies-use",
}


class Privacy(Check):
    name = "privacy"
    title = "Privacy"
    clean = "The policy denies nothing that the code does."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        seen = evidence_of(subject)
        statement, source = Statement(), "guess"
        try:
            statement, source = statement_in(subject.files, subject.manifest)
        except BadStatement as error:
            yield Finding("privacy.unreadable", f"privacy.yaml cannot be read: {error}", "privacy.yaml")
        if subject.context.statement is not None:
            statement, source = subject.context.statement, "form"
        evidence |= {"statement": statement.model_dump(), "source": source, "label": as_label(statement)}
        denied = denials(seen)
        points = contradictions(statement, seen, denied)
        evidence["checklist"] = [item.as_json() for item in points]
        yield from _policy(seen.text, statement)
        for denial in denied:
            who = "The policy" if denial.path == "PRIVACY.md" else denial.path
            message = f"{who} says “{denial.sentence}”, and the code does otherwise: {denial.against}"
            yield Finding(_RULES[denial.kind], message, denial.path, denial.line, denial.sentence)
        yield from _unstated(statement, source, seen)
        yield from _to_be_said(points)
        for one in seen.undeclared:
            if "input" in one.carries:
                message = f"What users enter reaches {one.what}, which neither the listing nor the policy names"
                yield Finding("privacy.input-undeclared", message, one.path, one.line, one.what)


def _policy(text: str, statement: Statement) -> Iterator[Finding]:
    if len(text) == LONGEST:
        message = f"The policy is longer than {LONGEST} letters: nobody will read it, and its end was not looked at"
        yield Finding("privacy.unreadable", message, "PRIVACY.md")
    if not text and statement.is_empty:
        yield Finding("privacy.missing", "There is no privacy policy; say what becomes of people's data", "PRIVACY.md")
    elif "Please fill in" in text or (text and len(text.strip()) < 40):
        yield Finding("privacy.template", "The privacy policy has not been written", "PRIVACY.md")


def _unstated(statement: Statement, source: str, seen: Any) -> Iterator[Finding]:
    if source != "guess":
        hosts = {one.what: one for one in seen.hosts if statement.recipient_of(one.what) is None}
        for host, one in hosts.items():
            yield Finding(
                "privacy.unstated-host", f"{host} is contacted, and is no stated recipient", one.path, one.line, host
            )
        if statement.collects_nothing and seen.sends:
            place = seen.sends
            message = f"The statement says that nothing is collected, and the code sends to {place.what or 'a host'}"
            yield Finding("privacy.denies-collection", message, place.path, place.line)


def _to_be_said(points: list[Item]) -> Iterator[Finding]:
    for item in points:
        if item.kind == "retention":
            yield Finding("privacy.retention", item.text, item.path or "PRIVACY.md", item.line)
        elif item.kind == "legal basis":
            yield Finding("privacy.legal-basis", item.text, item.path or "PRIVACY.md", item.line)
