"""The reviewer's checklist: where the statement and the evidence do not fit."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .classes import DATA
from .denials import Denial, denials
from .evidence import Evidence
from .statement import Statement


@dataclass(frozen=True, slots=True)
class Item:
    """One point to be answered; `key` stays the same for the same point, so that answers survive a new run."""

    key: str
    kind: str
    text: str
    path: str = ""
    line: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"answer": "", "reason": ""}


def contradictions(statement: Statement, evidence: Evidence, denied: list[Denial] | None = None) -> list[Item]:
    """`denied` is what `denials` says of the same evidence, if it has been asked: it takes its time."""
    found = [
        *_hosts(statement, evidence),
        *_nothing(statement, evidence),
        *_storage(statement, evidence),
        *_sensitive(statement),
    ]
    found += [*_policies(statement), *_text(denials(evidence) if denied is None else denied), *_guesses(statement)]
    return list({item.key: item for item in found}.values())


def _hosts(statement: Statement, evidence: Evidence) -> Iterator[Item]:
    flows = {
        "input": "what users enter",
        "credential": "credentials",
        "environment": "the environment",
        "file": "files",
    }
    for seen in evidence.hosts:
        if statement.recipient_of(seen.what) is None:
            carried = [words for label, words in flows.items() if label in seen.carries]
            what = f" and is given {' and '.join(carried)}" if carried else ""
            yield Item(
                f"host:{seen.what}",
                "recipient",
                f"{seen.what} is contacted{what}, and is no stated recipient.",
                seen.path,
                seen.line,
            )
    if evidence.chosen and not statement.recipients:
        seen = evidence.chosen[0]
        yield Item(
            "host:chosen",
            "recipient",
            "A host that its caller chooses is contacted; the statement names no recipient.",
            seen.path,
            seen.line,
        )


def _nothing(statement: Statement, evidence: Evidence) -> Iterator[Item]:
    if statement.collects_nothing and evidence.sends:
        seen = evidence.sends
        yield Item(
            "nothing",
            "denial",
            f"The statement says that nothing is collected, and the code sends to {seen.what or 'a host'}.",
            seen.path,
            seen.line,
        )
    stated = {use.data for use in statement.uses}
    for label, data in (("input", "content"), ("credential", "credentials")):
        given = next((one for one in evidence.hosts if label in one.carries), None)
        if given and data not in stated and not (data == "content" and "files" in stated):
            yield Item(
                f"data:{data}",
                "data",
                f"{DATA[data].label} go to {given.what}, and the statement does not say so.",
                given.path,
                given.line,
            )


def _storage(statement: Statement, evidence: Evidence) -> Iterator[Item]:
    kept = statement.storage_retention or any(use.retention for use in statement.uses)
    if evidence.stores and not kept:
        seen = evidence.stores[0]
        yield Item(
            "retention",
            "retention",
            "The plugin stores data, and the statement does not say for how long.",
            seen.path,
            seen.line,
        )


def _sensitive(statement: Statement) -> Iterator[Item]:
    for use in statement.uses:
        if not DATA[use.data].sensitive:
            continue
        if not use.legal_basis:
            yield Item(
                f"basis:{use.data}",
                "legal basis",
                f"{DATA[use.data].label} are sensitive, and no legal basis is given.",
            )
        if not use.retention:
            yield Item(
                f"retention:{use.data}",
                "retention",
                f"{DATA[use.data].label} are sensitive, and it is not said how long they are kept.",
            )
        if not statement.deletion:
            yield Item("deletion", "deletion", "Sensitive data is used, and it is not said how to have it deleted.")


def _policies(statement: Statement) -> Iterator[Item]:
    for one in statement.recipients:
        if not one.policy:
            yield Item(
                f"policy:{one.name}",
                "policy",
                f"{one.name} is a recipient, and the statement has no link to its privacy policy.",
            )


def _text(denied: list[Denial]) -> Iterator[Item]:
    for denial in denied:
        yield Item(
            f"denial:{denial.kind}:{denial.line}" + (f":{denial.path}" if denial.path != "PRIVACY.md" else ""),
            "denial",
            f"“{denial.sentence}” – the code does otherwise: {denial.against}.",
            denial.path,
            denial.line,
        )


def _guesses(statement: Statement) -> Iterator[Item]:
    if statement.guessed:
        yield Item(
            "guessed",
            "guess",
            "The statement was read from PRIVACY.md by a program: confirm it or correct it.",
            "PRIVACY.md",
        )
    if statement.is_empty:
        yield Item("empty", "missing", "There is no statement: nobody can tell from it what becomes of data.")
