"""Tags of the catalogue's pages: tiles, numbers and times in the language of the page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.catalogue import languages
from marketplace.catalogue.kinds import Text, Trust, tag_word

register = template.Library()
UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


# Of many rows of a list each has a tile and a pill: both are put together without a template.
PICTURE = (
    '<span class="tile {} {}" aria-hidden="true"><picture>{}<img src="/pictures/{}" alt="" width="40" height="40" '
    'loading="lazy" decoding="async"></picture></span>'
)
DARK = '<source srcset="/pictures/{}" media="(prefers-color-scheme: dark)">'
MONOGRAM = '<span class="tile {} tone-{}" aria-hidden="true">{}</span>'


@register.simple_tag
def plugin_tile(card: Any, size: str = "") -> SafeString:
    """A plugin's icon on a quiet tile; without one, its monogram."""
    if card.icon:
        dark = format_html(DARK, card.icon_dark) if card.icon_dark else ""
        return format_html(PICTURE, size, "" if dark else "bright", dark, card.icon)
    label = str(card.label or "?")
    return format_html(MONOGRAM, size, crc32(label.encode()) % 6, label.strip()[:1].upper())


@register.simple_tag
def trust_pill(trust: Trust) -> SafeString:
    """The pill of `trust` in its short form, made once a language."""
    return made_pill(trust, get_language() or "")


@lru_cache(maxsize=64)
def made_pill(trust: Trust, _language: str) -> SafeString:
    return render_to_string("parts/trust.html", {"trust": trust, "short": True})


@register.simple_tag(takes_context=True)
def kept(context: Context, **more: Any) -> str:
    """The end of an address: what is given and not empty, and what the reader came with (`through`); "" for nothing."""
    return query({**(context.get("through") or {}), **{name: value for name, value in more.items() if value}})


def query(fields: Mapping[str, Any]) -> str:
    return f"?{urlencode(fields)}" if fields else ""


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
