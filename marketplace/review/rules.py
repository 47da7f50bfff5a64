"""The rule book: one file a rule in rulebook/, with every version of it, so that an old answer still says what it meant."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from marketplace.review.errors import NotPossible

BOOK = Path(__file__).with_name("rulebook")


@dataclass(frozen=True)
class Edition:
    """One version of a rule: its text, how to follow it, and the answer that reviewers begin with."""

    version: str
    since: date
    text: str
    fix: str
    answer: str
    change: str = ""  # what is different from the version before


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    area: str
    editions: tuple[Edition, ...]  # newest first

    @property
    def now(self) -> Edition:
        return self.editions[0]

    @property
    def version(self) -> str:
        return self.now.version

    def edition(self, version: str) -> Edition:
        """The version that somebody was answered with; the present one if it is not known."""
        return next((one for one in self.editions if one.version == version), self.now)


@cache
def book() -> dict[str, Rule]:
    """All rules by id, in the order of areas and titles."""
    found = [read(path) for path in BOOK.glob("*.yaml")]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: (rule.area, rule.title))}


def read(path: Path) -> Rule:
    written = yaml.safe_load(path.read_text())
    editions = tuple(Edition(**version) for version in written["versions"])
    return Rule(path.stem, written["title"], written["area"], editions)


def rule(rule_id: str) -> Rule:
    found = book().get(rule_id)
    if found is None:
        raise NotPossible("Choose the rule of the book that this is about.")
    return found
