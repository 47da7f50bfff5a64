"""A release's privacy label in words of the page's language."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.catalogue.languages import said

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of data: what for, who gets it, how long it is kept."""

    data: str
    purpose: str
    recipient: str
    retention: str


@dataclass(frozen=True, slots=True)
class PrivacyWords:
    short: str
    rows: list[Row]


def in_words(label: dict[str, Any]) -> PrivacyWords:
    """Of a label as marketplace/privacy makes it. Nothing stated is never taken for nothing sent."""
    if not label:
        return PrivacyWords(_("Its publisher has stated nothing"), [])
    rows = [row(one) for one in label.get("flows") or () if isinstance(one, dict)]
    recipients = list(dict.fromkeys(one.recipient for one in rows if one.recipient))
    if not rows:
        return PrivacyWords(_("It sends nothing away, its publisher states"), [])
    named = _(", ").join(recipients[:MOST_NAMED])
    more = len(recipients) - MOST_NAMED
    if more > 0:
        named += " " + ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return PrivacyWords(_("It sends data to %(names)s") % {"names": named}, rows)


def row(flow: dict[str, Any]) -> Row:
    return Row(*(text(flow.get(name)) for name in ("data", "purpose", "recipient", "retention")))


def text(value: Any) -> str:
    return _(", ").join(map(str, value)) if isinstance(value, list) else said(value)
