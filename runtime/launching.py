"""What starting a plugin takes, how far a start is, and what all that one node starts has in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.fleet import CALLS_EACH
from runtime.gate import Gate
from runtime.headroom import Headroom
from runtime.limits import Limits
from runtime.spawning import Origin
from runtime.terms import Line, Terms


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a start is: a step in words, 0 to 100 percent, and the latest line of output."""

    step: str
    percent: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that starting a plugin takes."""

    argv: list[str]
    folder: Path
    environment: dict[str, str]
    limits: Limits = field(default_factory=Limits)
    origin: Origin | None = None  # what a fork of it takes the place of


Listener = Callable[[Progress], None]
Prepare = Callable[[str, Listener, Callable[[], bool]], Prepared]
"""Takes a unique identifier, who hears the progress, and whether to give up; runs in a thread and may take minutes."""


@dataclass(frozen=True, slots=True)
class Launching:
    """What the keepers of one node share."""

    prepare: Prepare
    gate: Gate
    options: dict[str, Any]  # of LocalOptions: limits, times and who answers reverse calls
    changed: Callable[[], None]
    terms: Terms = field(default_factory=Terms)  # of plugins of which nobody has said anything else
    line: Line = field(default_factory=Line)
    headroom: Headroom = field(default_factory=Headroom)
    calls_each: int = CALLS_EACH
    warm: int = 0  # of the plugins called within the hour, so many start with the node
