"""Home, lists, search and its suggestions, collections."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.catalogue.cards import cards
from marketplace.catalogue.kinds import KINDS, MARKS, TAGS, tag_word
from marketplace.catalogue.languages import said
from marketplace.catalogue.searching import Found, search
from marketplace.catalogue.shelves import counts, in_collection, rankings, shelves
from marketplace.dify.asking import Asking
from marketplace.dify.consoles import chosen
from marketplace.dify.offers import listed
from marketplace.dify.terms import terms_of
from marketplace.models import Catalogue, Collection, Organization, Plugin, PluginTag
from marketplace.models.plugins import version_number

PAGE_SIZE = 30
LAST_PAGE = 5000
SUGGESTIONS = 7
ANY_DIFY = version_number("999.0.0")  # a page does not say which version its reader's Dify is
# What the address says, the column, and what people read.
SORTS = {
    "installs": ("install_count", gettext_lazy("Most installed")),
    "updated": ("version_updated_at", gettext_lazy("Recently updated")),
    "new": ("created_at", gettext_lazy("New")),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    total, kinds = counts()
    context = {"total": total, "kinds": kinds, "shelves": shelves(), "rankings": rankings(), "marks": MARKS}
    return render(request, "catalogue/home.html", {"place": "marketplace", **context})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list's address asks for; what makes no sense is left out."""

    query: str
    category: str
    tag: str
    sort: str
    page: int


def asked(request: HttpRequest, *, category: str = "", tag: str = "") -> Asked:
    get = request.GET.get
    wanted = get("category", "") if get("category", "") in KINDS else ""
    sort = get("sort", "") if get("sort", "") in SORTS else ""
    return Asked(get("q", "").strip()[:200], category or wanted, tag or get("tag", "")[:32], sort, page_number(request))


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@require_safe
def plugins(request: HttpRequest) -> HttpResponse:
    return listing(request, asked(request), title=_("All plugins"))


@require_safe
def category(request: HttpRequest, category: str) -> HttpResponse:
    if category not in KINDS:
        raise Http404("There is no such kind of plugin.")
    kind = KINDS[category]
    return listing(request, asked(request, category=category), title=str(kind.plural), about=str(kind.about))


@require_safe
def tag(request: HttpRequest, tag: str) -> HttpResponse:
    if tag not in TAGS and not PluginTag.objects.filter(tag=tag).exists():
        raise Http404("No plugin has this tag.")
    return listing(request, asked(request, tag=tag), title=str(tag_word(tag)), about=_("Plugins with this tag"))


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Search. Without words it is the list of all."""
    wanted = asked(request)
    title = _("Results for “%(query)s”") % {"query": wanted.query} if wanted.query else _("All plugins")
    return listing(request, wanted, title=title)


def listing(request: HttpRequest, wanted: Asked, **context: Any) -> HttpResponse:
    column = SORTS[wanted.sort][0] if wanted.sort else ""
    catalogue = chosen(request)
    found = search(
        wanted.query,
        category=wanted.category,
        tags=[wanted.tag] if wanted.tag else [],
        sort=column,
        page=wanted.page,
        page_size=PAGE_SIZE,
        among=allowed(catalogue),
    )
    sorts = [(name, word) for name, (_column, word) in SORTS.items()]
    here = {
        "asked": wanted,
        "kinds": counts()[1],
        "tags": [(name, word) for name, word in TAGS.items()],
        "sorts": sorts,
        **narrowing(request, catalogue),
    }
    return render(request, "catalogue/listing.html", {**shown(found, wanted.page), **here, **context})


def allowed(catalogue: Catalogue | None) -> QuerySet[Plugin] | None:
    """What a list is narrowed to; None: it is not."""
    return listed(terms_of(Asking(catalogue=catalogue, dify=ANY_DIFY))) if catalogue else None


def narrowing(request: HttpRequest, catalogue: Catalogue | None) -> dict[str, Any]:
    """What `catalogue/parts/narrowed.html` tells."""
    gone = bool(request.GET.get("catalogue")) and catalogue is None
    return {"narrowed_to": catalogue, "catalogue_is_gone": gone}


def shown(found: Found, page: int) -> dict[str, Any]:
    """What every list of plugins needs: the cards, and which pages there are."""
    pages = max(1, -(-found.total // PAGE_SIZE))
    return {
        "place": "marketplace",
        "found": found,
        "cards": cards(found.plugins),
        "page": page,
        "pages": pages,
        "near": [number for number in range(page - 2, page + 3) if 1 <= number <= pages],
    }


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The few best plugins while somebody types, as options of the search field's list."""
    query = request.GET.get("q", "")[:200]
    found = search(query, page_size=SUGGESTIONS, among=allowed(chosen(request))) if query.strip() else Found([], 0)
    context = {"cards": cards(found.plugins), "found": found, "query": query}
    return render(request, "catalogue/suggestions.html", context)


@require_safe
def collection(request: HttpRequest, name: str) -> HttpResponse:
    wanted = get_object_or_404(Collection, name=name)
    page, catalogue = page_number(request), chosen(request)
    found = in_collection(wanted, page=page, page_size=PAGE_SIZE, among=allowed(catalogue))
    context = {"title": said(wanted.label) or wanted.name, "about": said(wanted.description)}
    return render(
        request, "catalogue/collection.html", {**shown(found, page), **context, **narrowing(request, catalogue)}
    )


@require_safe
def short_address(request: HttpRequest, name: str) -> HttpResponse:
    """`/plugins/<kind>`, as Dify links to it, and `/plugins/<publisher>`, as people type it."""
    if name in KINDS:
        return redirect("category", name, permanent=True)
    if Organization.objects.filter(handle=name).exists():
        return redirect("publisher", name)
    raise Http404("There is no such kind of plugin, and no such publisher.")
