"""Plant, screen, compare: what was found of what was planted, and what was found where nothing was."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from marketplace.screening import Context, Finding, Subject, screen
from marketplace.screening.checks import CHECKS
from marketplace.screening.evidence import evidence_of
from tests.trust import planting_code, planting_files, twins
from tests.trust.copies import Copy

Mutation = Callable[[Copy, Random], str | None]


@dataclass(frozen=True)
class Kind:
    """What is planted, its clean twin, and the checks that should see it."""

    name: str
    plant: Mutation
    twin: Mutation
    checks: tuple[str, ...]


KINDS = (
    Kind("undeclared permission", planting_code.undeclared_permission, twins.declared_permission, ("permissions",)),
    Kind("undeclared host", planting_code.undeclared_host, twins.declared_host, ("network", "credentials")),
    Kind("credential exfiltration", planting_code.exfiltration, twins.own_service, ("credentials", "network")),
    Kind("obfuscated exec", planting_code.hidden_code, twins.plain_code, ("execution",)),
    Kind("secret in a file", planting_files.secret_in_file, twins.placeholder, ("secrets", "contents")),
    Kind("other plugins' files", planting_code.files_of_others, twins.own_files, ("files",)),
    Kind("typosquatted dependency", planting_files.typosquat, twins.real_requirement, ("dependencies",)),
    Kind(
        "privacy text that denies",
        partial(planting_files.denying_privacy, sends=True),
        twins.honest_privacy,
        ("privacy",),
    ),
)


@dataclass
class Row:
    planted: int = 0
    found: int = 0
    twins: int = 0
    alarms: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def false_rate(self) -> float:
        return self.alarms / self.twins if self.twins else 0.0


@dataclass
class Clean:
    plugins: int = 0
    blocked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.blocked) / self.plugins if self.plugins else 0.0


def blocking(copy: Copy, checks: Iterable[str] = ()) -> list[Finding]:
    names = tuple(name for name in CHECKS if not checks or name.split(".")[-2] in set(checks))
    with copy.opened() as package:
        return [
            one
            for section in screen(package, context=Context(checks=names)).blocked_by
            for one in section.findings
            if one.blocking
        ]


def same(one: Finding) -> tuple[str, str, str]:
    return one.rule, one.path, one.evidence


def sends(copy: Copy) -> bool:
    with copy.opened() as package:
        return evidence_of(Subject(package, Context())).sends is not None


def measure_clean(copies: Iterable[Copy]) -> Clean:
    clean = Clean()
    for copy in copies:
        clean.plugins += 1
        if found := blocking(copy):
            clean.blocked[copy.name] = sorted({one.rule for one in found})
    return clean


def measure(copies: list[Copy], kind: Kind, *, chance: Random, each: int) -> Row:
    row = Row()
    for copy in copies:
        before = Counter(same(one) for one in blocking(copy, kind.checks))
        if kind.name.startswith("privacy") and not sends(copy):
            continue
        for _ in range(each):
            _try(row, copy, before, kind=kind, chance=chance)
    return row


def _try(row: Row, copy: Copy, before: Counter[tuple[str, str, str]], *, kind: Kind, chance: Random) -> None:
    planted = copy.again()
    if (style := kind.plant(planted, chance)) is not None:
        row.planted += 1
        if Counter(same(one) for one in blocking(planted, kind.checks)) - before:
            row.found += 1
        else:
            row.missed.append(f"{copy.name}: {style}")
    twin = copy.again()
    if (style := kind.twin(twin, chance)) is not None:
        row.twins += 1
        if new := Counter(same(one) for one in blocking(twin, kind.checks)) - before:
            row.alarms += 1
            row.wrong.append(f"{copy.name}: {style}: {next(iter(new))}")
