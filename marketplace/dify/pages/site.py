"""A catalogue's own pages: what its Dify may have, and where to ask for what it may not."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from marketplace.catalogue import searching
from marketplace.catalogue.cards import cards
from marketplace.catalogue.kinds import KINDS
from marketplace.dify import requesting
from marketplace.dify.asking import Asking
from marketplace.dify.catalogues import NEWEST
from marketplace.dify.consoles import through
from marketplace.dify.forms import AskForm
from marketplace.dify.offers import listed, offers_for
from marketplace.dify.policies import policy_of
from marketplace.dify.terms import terms_of
from marketplace.models import Catalogue, CatalogueRequest, Plugin
from marketplace.models.plugins import version_number

PAGE_SIZE = 30
LAST_PAGE = 5000


def catalogue_at(token: str) -> Catalogue:
    found = Catalogue.objects.filter(token=token).first()
    if found is None:
        raise Http404("There is no catalogue at this address.")
    return found


def visitor(catalogue: Catalogue) -> Asking:
    """Pages do not know the version of the Dify that they are opened from."""
    return Asking(catalogue=catalogue, dify=version_number(NEWEST))


@require_safe
def plugins(request: HttpRequest, token: str, category: str = "") -> HttpResponse:
    """What the catalogue has; searched, and by category, as Dify's links ask for it."""
    found = catalogue_at(token)
    among = listed(terms_of(visitor(found)))
    wanted = category or request.GET.get("category", "")
    query, page = request.GET.get("q", "").strip()[:200], page_number(request.GET.get("page", ""))
    kind = wanted if wanted in KINDS else ""
    results = searching.search(query, category=kind, among=among, page=page, page_size=PAGE_SIZE)
    context = {
        "catalogue": found,
        "cards": cards(results.plugins),
        "total": results.total,
        "query": query,
        "kinds": KINDS.values(),
        "kind": kind,
        "page": page,
        "more": results.total > page * PAGE_SIZE,
        "through": through(request, found),
        "requests": policy_of(found).requests,
    }
    return render(request, "dify/site.html", context)


def page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@require_safe
def plugin(request: HttpRequest, token: str, *, org: str, name: str) -> HttpResponse:
    """On to the plugin's page, with all that Dify has put into the address."""
    found = catalogue_at(token)
    kept = request.GET.copy()
    kept["catalogue"] = found.token
    response = redirect("catalogue-plugin", org, name)
    response.headers["Location"] += f"?{kept.urlencode()}"
    return response


def ask(request: HttpRequest, token: str, *, org: str, name: str) -> HttpResponse:
    """A plugin that the catalogue does not allow: who needs it says what for."""
    found = catalogue_at(token)
    row = Plugin.objects.select_related("organization").filter(plugin_id=f"{org}/{name}").first()
    if row is None or row.status != Plugin.Status.ACTIVE or not policy_of(found).requests:
        raise Http404("There is nothing to ask for here.")
    asking = visitor(found)
    form = AskForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            requesting.ask(found, row, **form.cleaned_data)
        except requesting.CannotAsk as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, "It has been asked for. Who runs the catalogue will answer.")
            return redirect("dify-catalogue-ask", token, org, name)
    last = CatalogueRequest.objects.filter(catalogue=found, plugin=row).order_by("-made_at").first()
    allowed = row.pk in offers_for(terms_of(asking), [row.pk])
    context = {"catalogue": found, "plugin": row, "form": form, "last": last, "allowed": allowed}
    return render(request, "dify/ask.html", context, status=422 if form.errors else 200)
