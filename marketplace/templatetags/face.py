"""Tags for the parts that all pages are made of: icons, tiles, pills, identifiers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

register = template.Library()

TAIL = 6  # characters of a long identifier that are always seen


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; decorative, since a word always stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', extra, static("icons.svg"), name
    )


@register.simple_tag
def mark() -> SafeString:
    return format_html(
        '<svg class="icon mark" aria-hidden="true" viewBox="0 0 24 24"><use href="{}#mark"/></svg>', static("icons.svg")
    )


@register.simple_tag
def middle(text: str) -> SafeString:
    """A long identifier that is shortened in the middle when there is no room, with nothing left out of the page."""
    text = str(text)
    return format_html(
        '<code class="middle" title="{}"><span>{}</span><span>{}</span></code>', text, text[:-TAIL], text[-TAIL:]
    )


@register.inclusion_tag("parts/copyable.html")
def copyable(text: object, label: str = "") -> dict[str, object]:
    return {"text": str(text), "label": label}


@register.inclusion_tag("parts/tile.html")
def tile(plugin: Mapping[str, Any], slug: str, size: str = "") -> dict[str, object]:
    """A plugin's icon on a quiet tile: `plugin` needs label, icon, icon_dark. Without an icon, its monogram."""
    label = str(plugin.get("label") or "?")
    return {
        "slug": slug,
        "size": size,
        "icon": plugin.get("icon"),
        "icon_dark": plugin.get("icon_dark"),
        "monogram": label.strip()[:1].upper(),
        "tone": crc32(label.encode()) % 6,
    }


@register.inclusion_tag("parts/state.html")
def state(plugin_state: Any) -> dict[str, object]:
    return {"state": plugin_state}


@register.inclusion_tag("parts/trust.html")
def trust(signature: Any, href: str = "", *, short: bool = False) -> dict[str, object]:
    return {"trust": signature, "href": href, "short": short}


@register.filter
def ago(moment: datetime | float | None) -> str:
    """How long ago, in one unit: "3 minutes ago". Numbers are Unix seconds."""
    if not moment:
        return ""
    when = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    now = datetime.now(UTC)
    return "just now" if (now - when).total_seconds() < 60 else f"{timesince(when, now, depth=1)} ago"


@register.filter
def moment(seconds: float | None) -> datetime | None:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@register.filter
def grouped(number: int) -> str:
    """A whole number with thin spaces between its thousands: 128 000."""
    return f"{number:,}".replace(",", "\u202f")
