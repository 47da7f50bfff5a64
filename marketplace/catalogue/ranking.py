"""How results are ordered. Every number here stands in docs/search.md too; a test compares them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log10

from marketplace.models import Plugin, SearchEntry

# What a word is worth, by where it was found and how closely.
FIELDS = {"names": 1.0, "marks": 0.5, "brief": 0.3, "readme": 0.1}
EXACT, START, NEAR = 1.0, 0.7, 0.4
WHOLE_NAME = 1.0  # on top, when the query is just the name or the label

# What the text's score is multiplied by: small, so that nothing beats a better match but among equals.
INSTALLS = 0.20  # reached with a million installs, by their logarithm
RATING = 0.06  # for five stars from at least ten people; two stars take as much away as four give
VERIFIED = 0.04
RECENT = 0.05  # for a release of today; nothing is left of it after a year
DEPRECATED = 0.4  # a factor
MANY_INSTALLS, ENOUGH_RATINGS, YEAR = 6.0, 10, 365.0


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: it may be the start of a word; `near` are words that may have been meant."""

    word: str
    near: tuple[str, ...] = ()


def standing(plugin: Plugin, now: datetime) -> float:
    """The factor of a plugin, with its organization at hand."""
    factor = 1.0 + INSTALLS * min(log10(1 + plugin.install_count) / MANY_INSTALLS, 1.0)
    factor += RATING * liking(plugin)
    factor += VERIFIED * bool(plugin.organization.verified_at)
    age = (now - (plugin.version_updated_at or plugin.created_at)).total_seconds() / 86400
    factor += RECENT * max(0.0, 1.0 - age / YEAR)
    return factor * (DEPRECATED if plugin.status == Plugin.Status.DEPRECATED else 1.0)


def liking(plugin: Plugin) -> float:
    """From -1 to 1; few ratings count less."""
    if not plugin.rating_count:
        return 0.0
    mean = plugin.rating_sum / plugin.rating_count
    return (mean - 3) / 2 * min(plugin.rating_count / ENOUGH_RATINGS, 1.0)


@dataclass(frozen=True, slots=True)
class Words:
    """What of a search entry counts."""

    names: str
    marks: str
    brief: str
    standing: float


def score(entry: Words | SearchEntry, terms: Sequence[Term]) -> float:
    """How well a plugin answers the words of a query; larger is better."""
    fields = {name: getattr(entry, name).split() for name in ("names", "marks", "brief")}
    text = sum(worth(term, fields) for term in terms) / max(len(terms), 1)
    if "".join(term.word for term in terms) in fields["names"]:
        text += WHOLE_NAME
    return text * entry.standing


def worth(term: Term, fields: dict[str, list[str]]) -> float:
    """The best of the fields; a word that stands in none of them was found in the readme."""
    found = (FIELDS[name] * closeness(term, words) for name, words in fields.items())
    return max(*found, FIELDS["readme"])


def closeness(term: Term, words: Sequence[str]) -> float:
    if term.word in words:
        return EXACT
    if any(word.startswith(term.word) for word in words):
        return START
    return NEAR if any(word in words for word in term.near) else 0.0
