"""Tags of the catalogue's pages: tiles, numbers and times in the language of the page."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from django import template
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from marketplace.catalogue import languages
from marketplace.catalogue.kinds import Text, tag_word

register = template.Library()
UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@register.inclusion_tag("catalogue/parts/tile.html")
def plugin_tile(card: Any, size: str = "") -> dict[str, object]:
    """A plugin's icon on a quiet tile; without one, its monogram."""
    label = str(card.label or "?")
    return {"card": card, "size": size, "monogram": label.strip()[:1].upper(), "tone": crc32(label.encode()) % 6}


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago, in one unit."""
    if moment is None:
        return ""
    now = datetime.now(UTC)
    if (now - moment).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, now, depth=1)}


@register.filter
def short(number: float) -> str:
    """A count in a few characters: 950, 1.2k, 20k, 3.4M."""
    size, unit = next(((size, unit) for size, unit in UNITS if number >= size), (1, ""))
    amount = number / size
    return f"{amount:.0f}{unit}" if amount >= 10 or not unit else f"{amount:.1f}{unit}".replace(".0", "")


@register.filter
def said(text: Any) -> str:
    return languages.said(text)


@register.filter
def tag_name(tag: str) -> Text:
    return tag_word(tag)


@register.filter
def of_five(stars: float) -> str:
    return f"{stars:.1f}"
