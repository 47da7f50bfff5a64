"""What is known around a package when it is screened."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from marketplace.difypkg import Package
from marketplace.privacy import Statement


@dataclass(frozen=True, slots=True)
class Advisory:
    """One known problem of a package's versions; `malicious` means that the package itself is the problem."""

    id: str
    summary: str
    severity: str = ""
    malicious: bool = False


class Advisories(Protocol):
    """A local copy of an advisory database."""

    def affecting(self, name: str, version: str) -> list[Advisory]: ...

    def described(self) -> str:
        """What the copy is, for the summary; "" if it is empty."""
        ...


class Rehearsed(Protocol):
    """What a rehearsal saw, as the runtime has it."""

    installed: bool
    started: bool
    trouble: str
    hosts: list[str]
    requests: list[str]
    files: list[str]
    processes: list[str]
    build_hosts: list[str]
    build_files: list[str]
    named_hosts: list[str]
    closed: list[str]
    build_seconds: float
    start_seconds: float
    memory: int
    log: list[str]

    @property
    def answers(self) -> Sequence[tuple[str, str]]:
        """(what was asked, the error in short, "" if it was accepted)."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """`known` maps other plugins' ids to the sketches of their source; None means that nothing is known to compare with."""

    advisories: Advisories | None = None
    known: Mapping[str, frozenset[int]] | None = None
    statement: Statement | None = None
    own_names: Collection[str] = field(default_factory=frozenset)
    rehearse: Callable[[Package], Rehearsed] | None = None
    checks: tuple[str, ...] = ()  # dotted names; all of them if empty
