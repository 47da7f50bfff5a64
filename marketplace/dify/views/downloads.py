"""Packages on their way to Difys, by any of the addresses that their versions have known, and counts of installs."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import urlencode

from marketplace.dify import shapes
from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking
from marketplace.dify.counting import count_install
from marketplace.dify.door import answers, body, text
from marketplace.dify.fetching import UNKNOWN, asked_for, by_identifier, by_version, refuse
from marketplace.dify.offers import Offered
from marketplace.dify.streaming import stream
from marketplace.dify.terms import terms_of

log = logging.getLogger(__name__)


@answers("GET", "HEAD")
def download(request: HttpRequest, asking: Asking) -> HttpResponseBase:
    """`plugins/download?unique_identifier=`"""
    offered, _ = asked_for(request.GET.get("unique_identifier", ""), asking)
    return package(request, offered)


@answers("GET", "HEAD")
def download_url(request: HttpRequest, asking: Asking) -> HttpResponseBase:
    """`plugins/download-url?unique_identifier=`: the way to the package, which is here."""
    identifier = request.GET.get("unique_identifier", "")
    asked_for(identifier, asking)
    return HttpResponseRedirect(f"{asking.address('plugins/download')}?{urlencode({'unique_identifier': identifier})}")


@answers("GET", "HEAD")
def download_version(request: HttpRequest, asking: Asking, *, org: str, name: str, version: str) -> HttpResponseBase:
    """`plugins/<org>/<name>/<version>/download`, with `?link=` for unlisted releases."""
    terms = terms_of(asking)
    offered = by_version(f"{org}/{name}", version, terms, link=request.GET.get("link", ""))
    if offered is None:
        raise Declined(404, UNKNOWN)
    refuse(offered, asking, terms)
    return package(request, offered)


def package(request: HttpRequest, offered: Offered) -> HttpResponseBase:
    """The signed file. A GET from its first byte on counts as an install, like at Dify's own marketplace."""
    file = offered.file
    try:
        response = stream(request, file.package, size=file.package_size, name=shapes.file_name(offered))
    except FileNotFoundError:
        log.exception("The package of %s is lost", file.unique_identifier)
        raise Declined(
            404, "This package is not in our storage any more. Tell whoever runs this marketplace."
        ) from None
    if request.method == "GET" and response.status_code == 200:
        count_install(offered.release)
    return response


@answers("POST")
def install_count(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """An install of a package that a Dify had already. Whatever we once handed out is counted: for an error an older
    Dify would fetch the package anew."""
    found = by_identifier(text(body(request), "unique_identifier"))
    if found is None:
        raise Declined(400, UNKNOWN)
    count_install(found.release)
    return {}
