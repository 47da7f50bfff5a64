"""From our pages to a Dify's console: it names itself in `source`, gets people back with a plugin to install, and newer ones
show a plugin's page in a frame of theirs. Only consoles that are known here are believed (marketplace.md A.6).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from marketplace.dify.asking import Asking
from marketplace.dify.consoles import chosen, source_of, version_at
from marketplace.dify.offers import Offered, offers_for
from marketplace.dify.terms import terms_of
from marketplace.models import Catalogue, Plugin
from marketplace.models.plugins import version_number

FIRST_WITH_FRAMES = "1.17.0"


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A visit from a console. `source` is its origin, believed; `identifier` what would be installed, "" = nothing."""

    source: str
    catalogue: Catalogue | None = None
    modal: bool = False
    may_install: bool = True
    installed: bool = False
    theme: str = ""
    offered: Offered | None = None

    @property
    def identifier(self) -> str:
        return self.offered.unique_identifier if self.offered else ""

    @property
    def host(self) -> str:
        return urlsplit(self.source).netloc

    @property
    def address(self) -> str:
        """Where the console asks whether to install it."""
        return f"{self.source}/plugins?{urlencode({'package-ids': json.dumps([self.identifier])}, quote_via=quote)}"

    @property
    def frame(self) -> str:
        """The template around a plugin's page: nothing of ours within a console's frame."""
        return "dify/modal.html" if self.modal else "catalogue/frame.html"


def handoff(request: HttpRequest, plugin: Plugin) -> Handoff | None:
    """What the address of a plugin's page says of the console that opened it; None when none that we know did."""
    catalogue, get = chosen(request), request.GET.get
    source = source_of(get("source", ""), catalogue)
    if not source:
        return None
    version = version_at(source) or FIRST_WITH_FRAMES
    terms = terms_of(Asking(catalogue=catalogue, dify=version_number(version)))
    return Handoff(
        source=source,
        catalogue=catalogue,
        modal=get("view") == "modal",
        may_install=get("canInstall") != "false",
        installed=get("installed") == "true",
        theme=get("theme", "") if get("theme") in ("light", "dark") else "",
        offered=offers_for(terms, [plugin.pk]).get(plugin.pk),
    )


def framable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that the console which opens it may show in a frame; no other page may."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.GET.get("view") != "modal":
            return response
        source = source_of(request.GET.get("source", ""), chosen(request))
        if source:
            response.xframe_options_exempt = True  # type: ignore[attr-defined]
            response._csp_config = settings.SECURE_CSP | {"frame-ancestors": ["'self'", source]}  # type: ignore[attr-defined]
        return response

    return framed
