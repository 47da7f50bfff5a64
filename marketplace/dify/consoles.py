"""Consoles of Difys: which are believed, how they are named in addresses, and which versions they are."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from marketplace.dify.asking import VERSION
from marketplace.models import Catalogue

TIMES_ENCODED = 3  # once more than Dify does it
REMEMBERED = 30 * 24 * 3600  # seconds that a console's version is
KEPT = ("source", "language", "theme")  # of a console that we know
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}\Z")


def origin_of(text: str) -> str:
    """`scheme://host[:port]` in small letters, of an address that is nothing but an origin; "" for any other text."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    strange = parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment
    if strange or parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.:-]+", host):
        return ""
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def origins(catalogue: Catalogue | None) -> set[str]:
    """Consoles that are believed: those of the setting, and the catalogue's own."""
    named = [*settings.DIFY_ORIGINS, *(catalogue.origins if catalogue else [])]
    return set(filter(None, map(origin_of, named)))


def source_of(text: str, catalogue: Catalogue | None) -> str:
    """The console that an address says it comes from, however often encoded; "" where it is none that we know."""
    known = origins(catalogue)
    for _ in range(TIMES_ENCODED):
        if (found := origin_of(text)) in known:
            return found
        text = unquote(text)
    return ""


def chosen(request: HttpRequest) -> Catalogue | None:
    """The catalogue that the address of a page names with `?catalogue=`, if it is one."""
    token = request.GET.get("catalogue", "")
    return Catalogue.objects.filter(token=token).first() if TOKEN.match(token) else None


def through(request: HttpRequest, catalogue: Catalogue | None = None) -> dict[str, str]:
    """What links of our pages keep of an address: the catalogue that it is narrowed to, and the console that it comes from."""
    catalogue = catalogue or chosen(request)
    found = {"catalogue": catalogue.token} if catalogue else {}
    if source_of(request.GET.get("source", ""), catalogue):
        found |= {name: request.GET[name] for name in KEPT if name in request.GET}
    return found


def remember(request: HttpRequest, catalogue: Catalogue | None) -> None:
    """Keep in mind which version a console is: pages that it opens do not say so, and it installs only what it shows.

    Only of those that are believed: anybody can name any number of others.
    """
    version, origin = request.headers.get("X-Dify-Version", ""), origin_of(request.headers.get("Origin", ""))
    if VERSION.match(version) and origin and origin in origins(catalogue):
        cache.set(f"dify-version:{origin}", version.removeprefix("v"), REMEMBERED)


def version_at(origin: str) -> str:
    """The version that a console had when it last asked; "" when it did not, or long ago."""
    return str(cache.get(f"dify-version:{origin}", ""))
