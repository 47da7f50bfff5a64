"""From uv's output to what a person waiting for an installation wants to see."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from runtime.environment.failure import redact

Step = Literal["wait", "resolve", "download", "install", "compile", "verify", "ready"]
# the percentages at which each step begins and ends
SPANS: dict[Step, tuple[int, int]] = {
    "wait": (0, 0),
    "resolve": (1, 15),
    "download": (15, 65),
    "install": (65, 72),
    "compile": (72, 92),
    "verify": (92, 99),
    "ready": (100, 100),
}
KEPT_LINES = 300
UNCACHED = re.compile(r"^DEBUG Identified uncached distribution: (\S+)")
FETCHING = re.compile(r"^DEBUG Sending fresh GET request for: \S+/([^/\s#?]+\.(?:whl|zip|tar\.\w+|tgz))")
RESOLVING = re.compile(
    r"^DEBUG (?:Sending (?:fresh GET|revalidation) request for|Found fresh response for): \S+/([^/\s]+)/$"
)
BEGUN = re.compile(r"^\s*(?:Downloading|Building|Updating) (\S+)")
BEGUN_QUIETLY = re.compile(r"^DEBUG (?:Downloading source distribution|Preparing metadata for|Building): (\S+)")
DONE = re.compile(r"^\s*(?:Downloaded|Built|Updated) (\S+)")
MILESTONE = re.compile(r"^(Resolved|Prepared|Installed) ")
# what follows upon each
MILESTONES: dict[str, Step] = {"Resolved": "download", "Prepared": "install", "Installed": "install"}


@dataclass(frozen=True)
class Progress:
    """One piece of news. `percent` never falls during a build."""

    step: Step
    percent: int
    line: str


class Reporter:
    """Listens to one build: keeps what a failure has to tell, passes on what a person can use."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self.tell = tell
        self.step: Step = "resolve"
        self.percent = 0
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.uncached = 0
        self.fetched = 0
        self.begun: dict[str, None] = {}
        self.latest = ""
        self.said = ""

    @property
    def current(self) -> str:
        """The dependency uv works on: the large download or build begun first, else what it asked for last."""
        return next(iter(self.begun), self.latest)

    def report(self, step: Step, line: str, *, part: float = 0) -> None:
        """Tell `line`; `part` is how much of the step is done, 0 to 1."""
        first, last = SPANS[step]
        self.step, self.said = step, line
        self.percent = max(self.percent, first + int((last - first) * min(part, 1)))
        self.tell(Progress(step, self.percent, line))

    def begin(self, step: Step, line: str) -> None:
        """Enter a step: what the one before had in hand is done with."""
        self.begun.clear()
        self.latest = ""
        self.report(step, line)

    def hear(self, raw: str) -> None:
        """Take one line of uv's output."""
        line = redact(raw)
        self.lines.append(line)
        if line.startswith("DEBUG"):
            self._overhear(line)
        elif line.strip():
            self._listen(line)

    def _overhear(self, line: str) -> None:
        if UNCACHED.match(line):
            self.uncached += 1
        elif found := FETCHING.match(line):
            self.fetched += 1
            self.latest = found[1]
            self.report("download", f"fetching {found[1]}", part=self.fetched / (2 * max(self.uncached, self.fetched)))
        elif found := RESOLVING.match(line):
            self.latest = found[1]
            self.report("resolve", f"looking up {found[1]}", part=0.5)
        elif found := BEGUN_QUIETLY.match(line):
            self.latest = found[1]
            self.report("download", f"preparing {found[1]}", part=0.5)

    def _listen(self, line: str) -> None:
        text = line.strip()
        if found := BEGUN.match(line):
            self.begun[found[1]] = None
            self.report("download", text, part=0.5)
        elif found := DONE.match(line):
            self.begun.pop(found[1], None)
            self.report("download", text, part=0.75)
        elif found := MILESTONE.match(line):
            self.begin(MILESTONES.get(found[1], "install"), text)
        else:
            self.report(self.step, text)
