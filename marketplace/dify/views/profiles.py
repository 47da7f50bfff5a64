"""What newer Difys ask besides: publishers, and the templates and banners that this marketplace does not have."""

from typing import Any

from django.http import HttpRequest

from marketplace.dify import shapes
from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking
from marketplace.dify.door import answers, body
from marketplace.dify.offers import listed
from marketplace.dify.searching import search
from marketplace.dify.terms import terms_of
from marketplace.dify.views.lists import cards
from marketplace.models import Organization


@answers("GET")
def banners(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    return {"banners": []}


@answers("GET")
def template_collections(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    return {"collections": [], "total": 0}


@answers("GET", "POST")
def templates(request: HttpRequest, asking: Asking, *, name: str = "", handle: str = "") -> dict[str, Any]:
    body(request)
    return {"templates": [], "total": 0}


@answers("GET", "HEAD")
def not_here(request: HttpRequest, asking: Asking, /, **named: str) -> dict[str, Any]:
    """Single things of kinds that there are none of."""
    raise Declined(404, "This marketplace has no such thing.")


@answers("GET")
def creator(request: HttpRequest, asking: Asking, handle: str) -> dict[str, Any]:
    return {"creator": publisher(asking, handle)}


@answers("GET")
def organization(request: HttpRequest, asking: Asking, handle: str) -> dict[str, Any]:
    return {"organization": publisher(asking, handle)}


def publisher(asking: Asking, handle: str) -> dict[str, Any]:
    """A publisher of whom this asker may see something."""
    found = Organization.objects.filter(handle=handle).first()
    count = listed(terms_of(asking)).filter(organization=found).count() if found else 0
    if found is None or (asking.catalogue and not count):
        raise Declined(404, "There is no publisher of this name.")
    return shapes.creator(found, count)


@answers("GET")
def publisher_plugins(request: HttpRequest, asking: Asking, handle: str) -> dict[str, Any]:
    asked, terms = request.GET.dict(), terms_of(asking)
    found = search(listed(terms).filter(organization__handle=handle), asked)
    return {"plugins": cards(terms, asking, found.keys), "total": found.total}
