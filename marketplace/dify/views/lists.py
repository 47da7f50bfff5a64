"""Lists of plugins: searches, collections, what workspaces have installed, and the snapshot of everything."""

from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from marketplace.catalogue.counting import KEPT, conditions
from marketplace.dify import shapes
from marketplace.dify.answers import plain
from marketplace.dify.asking import Asking
from marketplace.dify.door import answers, body, number, texts
from marketplace.dify.offers import best_of, listed, newest, newest_named, offers_for
from marketplace.dify.searching import Page, condition, narrowed, search, wants_bundles
from marketplace.dify.terms import RELEASES, Terms, terms_of
from marketplace.models import Collection, Plugin, Release

SHOWN = 20  # plugins of a collection, unless the asker says how many
RESERVED = "__"  # such collections are asked for by name, and shown nowhere else
NO_RELEASES = Plugin.Status.CLOSED, Plugin.Status.RECALLED


def cards(terms: Terms, asking: Asking, keys: list[Any]) -> list[dict[str, Any]]:
    """The plugins with these keys, in this order."""
    offers = offers_for(terms, keys)
    return [shapes.card(offers[key], asking) for key in keys if key in offers]


@answers("POST")
def search_plugins(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    asked, terms = body(request), terms_of(asking)
    if wants_bundles(asked):
        return {"bundles": [], "plugins": [], "total": 0}
    found = search(listed(terms), asked)
    return {"plugins": cards(terms, asking, found.keys), "total": found.total}


@answers("POST")
def search_bundles(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """Nobody publishes bundles here; Dify's own marketplace has none either."""
    body(request)
    return {"bundles": [], "plugins": [], "total": 0}


@answers("POST")
def batch(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """What is new of the plugins that somebody has. Those that we do not know, or may not show, are left out."""
    ids = texts(body(request), "plugin_ids")
    terms = terms_of(asking)
    known = Plugin.objects.filter(plugin_id__in=ids).select_related("organization")
    plugins = {plugin.plugin_id: plugin for plugin in known}
    offers = offers_for(terms, [plugin.pk for plugin in plugins.values()], readmes=True)
    last = last_ones([one.pk for one in plugins.values() if one.pk not in offers], terms)
    return {"plugins": [*shown(ids, plugins, offers=offers, last=last, asking=asking)]}


def shown(
    ids: list[str], plugins: dict[str, Plugin], *, offers: dict[Any, Any], last: dict[Any, Release], asking: Asking
) -> Any:
    for plugin_id in dict.fromkeys(ids):
        plugin = plugins.get(plugin_id)
        if plugin is None:
            continue
        if plugin.pk in offers:
            yield shapes.full(offers[plugin.pk], asking)
        elif plugin.pk in last and is_gone(plugin, last[plugin.pk]):
            yield shapes.gone(plugin, last[plugin.pk], asking)


def is_gone(plugin: Plugin, last: Release) -> bool:
    """Whether who has it must be told, and it is not only held back for a while."""
    return plugin.status in NO_RELEASES or last.status == Release.Status.RECALLED


def last_ones(keys: list[Any], terms: Terms) -> dict[Any, Release]:
    """The last release of plugins of which nothing is offered, where the policy would allow it."""
    if not keys:
        return {}
    rows = best_of(Plugin.objects.filter(pk__in=keys), terms.allows(RELEASES))
    return {one.plugin_id: one for one in Release.objects.filter(pk__in=rows)}


@answers("GET")
def snapshot(request: HttpRequest, asking: Asking) -> HttpResponse:
    """`dist/plugins/manifest.json`: all plugins with what is newest of each, by which Difys upgrade on their own.

    Made once a minute for the same terms: of many plugins it takes a second.
    """
    terms = terms_of(asking)
    if asking.private:  # its addresses hold the secret: they are kept nowhere
        return plain(everything(asking, terms))
    key = f"dify:snapshot:{conditions(newest(terms, Plugin.objects.all()))}:{asking.base}:{terms.policy.edition}"
    body = cache.get_or_set(sha256(key.encode()).hexdigest(), lambda: plain(everything(asking, terms)).content, KEPT)
    return HttpResponse(body, content_type="application/json")


def everything(asking: Asking, terms: Terms) -> dict[str, Any]:
    rows = [
        {
            "org": plugin_id.partition("/")[0],
            "name": plugin_id.partition("/")[2],
            "latest_version": version,
            "latest_package_identifier": identifier,
            "latest_package_url": asking.address(f"plugins/{plugin_id}/{version}/download"),
        }
        for plugin_id, version, identifier in newest_named(terms)
    ]
    return shapes.snapshot(rows, len(rows), timezone.now())


@answers("GET")
def collections(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    if wants_bundles(request.GET.dict()):
        return {"collections": [], "total": 0}
    found = Collection.objects.exclude(name__startswith=RESERVED).order_by("-priority", "name")
    size = number(request.GET.get("page_size"), "page_size", default=100, most=100)
    start = (number(request.GET.get("page"), "page", default=1, most=10_000) - 1) * size
    return {"collections": [collection(one) for one in found[start : start + size]], "total": found.count()}


def collection(row: Collection) -> dict[str, Any]:
    parameters = {key: str(row.rule[key]) for key in ("query", "sort_by", "sort_order") if key in row.rule}
    return {
        "name": row.name,
        "label": shapes.in_languages(row.label, otherwise=row.name),
        "description": shapes.in_languages(row.description, otherwise=""),
        "rule": "",
        "created_at": shapes.moment(row.created_at),
        "updated_at": shapes.moment(row.updated_at),
        "searchable": row.searchable,
        "search_params": parameters if row.searchable else {},
        "priority": row.priority,
    }


@answers("GET", "POST")
def collection_plugins(request: HttpRequest, asking: Asking, name: str) -> dict[str, Any]:
    """What is in a collection; one that is not there is as good as an empty one."""
    asked = request.GET.dict() | body(request)
    row = Collection.objects.filter(name=name).first()
    if row is None or wants_bundles(asked):
        return {"plugins": [], "total": 0}
    terms = terms_of(asking)
    limit = number(asked.get("limit"), "limit", default=SHOWN, most=100)
    found = members(row, listed(terms), condition(asked) | {"page_size": limit})
    return {"plugins": cards(terms, asking, found.keys), "total": found.total}


def members(row: Collection, found: QuerySet[Plugin], asked: dict[str, Any]) -> Page:
    """Plugins that were chosen, in the order they were put in; where none were, those that the rule finds."""
    if row.items.exists():
        place = row.items.filter(plugin=OuterRef("pk")).values("position")[:1]
        chosen = narrowed(found, asked).annotate(place=Subquery(place)).filter(place__isnull=False)
        keys = chosen.order_by("place", "plugin_id").values_list("pk", flat=True)
        return Page(list(keys[: asked["page_size"]]), keys.count())
    if not row.rule:
        return Page([], 0)
    return search(found, row.rule | {key: value for key, value in asked.items() if value})
