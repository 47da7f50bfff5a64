"""What is known of what really becomes of data: hosts, what goes to them, and what is stored."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """Something at a place of the source; line 0 for what a rehearsal saw."""

    what: str
    path: str
    line: int
    carries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """`sends` is whether anything leaves at all, also through a library whose hosts are not known.

    `writes` are files and databases that are given what users enter, `counts` services that measure use; `beside` are
    texts about data that stand outside of the policy: their path, the line before the first one, and the text.
    """

    hosts: list[Seen] = field(default_factory=list)
    undeclared: list[Seen] = field(default_factory=list)
    chosen: list[Seen] = field(default_factory=list)
    stores: list[Seen] = field(default_factory=list)
    models: list[Seen] = field(default_factory=list)
    logs: list[Seen] = field(default_factory=list)
    writes: list[Seen] = field(default_factory=list)
    counts: list[Seen] = field(default_factory=list)
    sends: Seen | None = None
    text: str = ""
    beside: list[tuple[str, int, str]] = field(default_factory=list)
    names: frozenset[str] = frozenset()
