"""What the home page shows: collections by hand or by rule, and rankings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from marketplace.catalogue.cards import Card, cards
from marketplace.catalogue.counting import of_kinds
from marketplace.catalogue.kinds import KINDS, Kind
from marketplace.catalogue.languages import said
from marketplace.catalogue.searching import Found, in_order, light, search
from marketplace.models import Collection, CollectionItem, Plugin, SearchEntry

MOST_SHELVES, ON_A_SHELF, IN_A_RANKING = 4, 6, 5


@dataclass(frozen=True, slots=True)
class Shelf:
    name: str
    title: str
    about: str
    cards: list[Card]
    more: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """`shows` is what a row tells beside the name: installs or the time."""

    title: str
    icon: str
    shows: str
    sort: str
    cards: list[Card]


def counts() -> tuple[int, list[tuple[Kind, int]]]:
    """How many plugins there are, in all and of each kind."""
    found = of_kinds()
    return sum(found.values()), [(kind, found.get(kind.name, 0)) for kind in KINDS.values()]


def shelves() -> list[Shelf]:
    """The collections that come first, with their first plugins; empty ones are left out."""
    chosen = list(Collection.objects.exclude(name__startswith="__").order_by("-priority", "name")[: 2 * MOST_SHELVES])
    by_hand = hand_picked([one for one in chosen if not one.rule])
    found = [shelf(one, by_hand.get(one.pk)) for one in chosen]
    return [one for one in found if one.cards][:MOST_SHELVES]


def shelf(collection: Collection, picked: list[Plugin] | None) -> Shelf:
    plugins = picked or (by_rule(collection.rule, page_size=ON_A_SHELF + 1).plugins if collection.rule else [])
    shown = cards(plugins[:ON_A_SHELF])
    title = said(collection.label) or collection.name
    return Shelf(collection.name, title, said(collection.description), shown, len(plugins) > ON_A_SHELF)


def hand_picked(collections: Sequence[Collection]) -> dict[int, list[Plugin]]:
    """The first plugins of each collection, in two queries for all of them."""
    items = CollectionItem.objects.filter(collection__in=collections).order_by("collection", "position")
    pairs = items.filter(plugin__search_entry__listed=True).values_list("collection_id", "plugin_id")
    keys = {one: [key for _, key in rows][: ON_A_SHELF + 1] for one, rows in groupby(pairs, lambda pair: pair[0])}
    plugins = {plugin.pk: plugin for plugin in in_order({key for some in keys.values() for key in some})}
    return {one: [plugins[key] for key in some] for one, some in keys.items()}


def in_collection(collection: Collection, *, page: int, page_size: int, among: QuerySet[Plugin] | None = None) -> Found:
    """One page of a collection, whichever way it is made. `among`: only of these."""
    if collection.rule:
        return by_rule(collection.rule, page=page, page_size=page_size, among=among)
    items = collection.items.filter(plugin__search_entry__listed=True).order_by("position")
    if among is not None:
        items = items.filter(Exists(among.filter(pk=OuterRef("plugin"))))
    keys = items.values_list("plugin_id", flat=True)
    return Found(in_order(keys[(page - 1) * page_size : page * page_size]), keys.count())


def by_rule(rule: dict[str, Any], *, page: int = 1, page_size: int, among: QuerySet[Plugin] | None = None) -> Found:
    """The rule is what Dify calls search_params (marketplace.md A.5.2), with a category and tags on top."""
    return search(
        str(rule.get("query") or ""),
        category=str(rule.get("category") or ""),
        tags=[str(tag) for tag in rule.get("tags") or ()],
        sort=str(rule.get("sort_by") or ""),
        order=str(rule.get("sort_order") or "desc"),
        page=page,
        page_size=page_size,
        among=among,
    )


def rankings() -> list[Ranking]:
    """Trending only when something is: it needs installs of the last week."""
    found = [
        trending(),
        ranking(_("Most installed"), "download", shows="installs", sort="installs", by="-install_count"),
        ranking(_("Recently updated"), "rotate-cw", shows="updated", sort="updated", by="-version_updated_at"),
        ranking(_("New"), "sparkles", shows="added", sort="new", by="-created_at"),
    ]
    return [one for one in found if one.cards]


def ranking(title: str, icon: str, *, shows: str, sort: str, by: str) -> Ranking:
    active = Plugin.objects.filter(status=Plugin.Status.ACTIVE, latest__isnull=False).order_by(by, "plugin_id")
    return Ranking(title, icon, shows, sort, cards(light(active[:IN_A_RANKING])))


def trending() -> Ranking:
    """What was installed more in the last week than in those before."""
    rising = SearchEntry.objects.filter(listed=True, trend__gt=0).order_by("-trend", "plugin_id")
    keys = list(rising.values_list("plugin_id", flat=True)[:IN_A_RANKING])
    return Ranking(_("Trending this week"), "trending-up", "installs", "", cards(in_order(keys)))
