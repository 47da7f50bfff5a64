"""Search and lists: which plugins, in which order, which page of them. The weights are explained in docs/search.md."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, Unpack
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from marketplace.catalogue import counting, spelling, tokens
from marketplace.catalogue.engines import Alternatives, engine
from marketplace.catalogue.indexing import FOUND
from marketplace.catalogue.ranking import Term, Words, score
from marketplace.models import Plugin, PluginTag, SearchEntry

MOST_WORDS = 8  # of a query; what comes after them is not looked for
DEPTH = 100  # results that are put in order word by word, the first ones by the database's own rank
LARGEST_PAGE = 1000
# What lists may be sorted by; a query without one is sorted by how well a plugin answers it.
SORTS = ("install_count", "version_updated_at", "created_at")


@dataclass(frozen=True, slots=True)
class Hits:
    """Keys of the plugins on one page.

    `some`: no plugin has all the words, these have some of them. `corrected`: word → the words searched in its place.
    `more`: there are more than `total`, and nobody counted how many.
    """

    keys: list[UUID]
    total: int
    more: bool = False
    some: bool = False
    corrected: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of plugins, with their organization and the light part of their latest release at hand; the rest as in Hits."""

    plugins: list[Plugin]
    total: int
    more: bool = False
    some: bool = False
    corrected: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Wanted(TypedDict, total=False):
    """What a search may be narrowed and sorted by.

    `tags`: with any of them; `exclude`: plugin ids; `among`: only of these. `sort` is one of SORTS, `order` asc or desc; pages
    count from 1, and have 40 plugins unless `page_size` says otherwise.
    """

    category: str
    tags: Collection[str]
    exclude: Collection[str]
    sort: str
    order: str
    page: int
    page_size: int
    among: QuerySet[Plugin] | None


def search(query: str = "", **wanted: Unpack[Wanted]) -> Found:
    """Listed plugins."""
    found = hits(query, **wanted)
    return Found(in_order(found.keys), found.total, found.more, found.some, found.corrected)


def hits(query: str = "", **wanted: Unpack[Wanted]) -> Hits:
    """Listed plugins by their keys alone, for who reads the rest of them in another way."""
    size = max(1, min(wanted.get("page_size", 40), LARGEST_PAGE))
    start = (max(wanted.get("page", 1), 1) - 1) * size
    exclude, tags = tuple(wanted.get("exclude", ())), tuple(wanted.get("tags", ()))
    filters = Filters(wanted.get("category", ""), tags, exclude, wanted.get("among"))
    words = tokens.asked(query)[:MOST_WORDS]
    if query.strip() and not words:
        return Hits([], 0)
    column, order = wanted.get("sort", ""), wanted.get("order", "desc")
    column = column if column in SORTS else ""
    if not words:
        return listed(filters, by=ordering(column or SORTS[0], order), window=slice(start, start + size))
    terms = [Term(word, spelling.meant(word)) for word in words]
    return matched(filters, terms, by=ordering(column, order) if column else (), window=slice(start, start + size))


@dataclass(frozen=True, slots=True)
class Filters:
    category: str
    tags: tuple[str, ...]
    exclude: tuple[str, ...]
    among: QuerySet[Plugin] | None

    def plugins(self) -> QuerySet[Plugin]:
        found = Plugin.objects.filter(status__in=FOUND, latest__isnull=False)
        found = found.filter(category=self.category) if self.category else found
        found = found.filter(pk__in=tagged(self.tags)) if self.tags else found
        found = found.exclude(plugin_id__in=self.exclude) if self.exclude else found
        return found if self.among is None else found.filter(pk__in=self.among.values("pk"))

    def entries(self, found: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
        found = found.filter(listed=True)
        found = found.filter(category=self.category) if self.category else found
        found = found.filter(plugin__in=tagged(self.tags)) if self.tags else found
        found = found.exclude(plugin__plugin_id__in=self.exclude) if self.exclude else found
        if self.among is None:
            return found
        # Asked of each entry that is looked at: to work out all that may be shown would cost more than the search. That is
        # what PostgreSQL makes of EXISTS where it has to keep an order.
        shown = Subquery(self.among.filter(pk=OuterRef("plugin")).values("pk")[:1])
        return found.alias(shown=shown).filter(shown__isnull=False)


def tagged(tags: Collection[str]) -> QuerySet[PluginTag, UUID]:
    return PluginTag.objects.filter(tag__in=tags).values_list("plugin_id", flat=True)


def ordering(column: str, order: str) -> tuple[str, ...]:
    """By plugin id where the rest is equal, so that no plugin stands on two pages."""
    return (column if order.lower() == "asc" else f"-{column}", "plugin_id")


def listed(filters: Filters, *, by: Sequence[str], window: slice) -> Hits:
    """Counted in the index, whose rows are small."""
    keys = filters.plugins().order_by(*by).values_list("pk", flat=True)
    return Hits(list(keys[window]), counted(filters))


def counted(filters: Filters) -> int:
    """From what is kept where the filters are those that pages link to."""
    if filters.exclude or filters.among is not None or len(filters.tags) > 1:
        return filters.entries(SearchEntry.objects.all()).count()
    if filters.tags:
        return counting.of_tag(filters.tags[0], filters.category)
    return sum(count for kind, count in counting.of_kinds().items() if filters.category in ("", kind))


def matched(filters: Filters, terms: Sequence[Term], *, by: Sequence[str], window: slice) -> Hits:
    """With every word; where there is no such plugin, with any of them."""
    words = [(term.word, term.near) for term in terms]
    asked = Matching(filters, words, every=True)
    first = counting.first(asked.by_standing())
    some = not first and len(terms) > 1
    if some:
        asked = Matching(filters, words, every=False)
        first = counting.first(asked.by_standing())
    more = len(first) > counting.MOST_COUNTED
    if by:
        keys = asked.by_column(by, window)
    elif more:
        keys = asked.of_many(terms, window, first)
    else:
        keys = asked.ranked(terms, window)
    corrected = {term.word: term.near for term in terms if term.near}
    return Hits(keys, min(len(first), counting.MOST_COUNTED), more, some, corrected)


@dataclass(frozen=True, slots=True)
class Matching:
    """What answers some words within some filters, in the orders that there are."""

    filters: Filters
    words: Alternatives
    every: bool

    def by_standing(self) -> QuerySet[SearchEntry]:
        return self.filters.entries(engine().found(self.words, every=self.every)).order_by("-standing", "id")

    def by_column(self, by: Sequence[str], window: slice) -> list[UUID]:
        order = [f"{'-' if name[0] == '-' else ''}plugin__{name.removeprefix('-')}" for name in by]
        entries = self.filters.entries(engine().found(self.words, every=self.every)).order_by(*order)
        return list(entries.values_list("plugin_id", flat=True)[window])

    def ranked(self, terms: Sequence[Term], window: slice) -> list[UUID]:
        """The first hundred by our own measure, the same on every database; what comes after them by the database's."""
        entries = self.filters.entries(engine().matching(self.words, every=self.every))
        keys = best(entries.values_list("id", flat=True)[:DEPTH], terms)[window] if window.start < DEPTH else []
        beyond = slice(max(window.start, DEPTH), window.stop)
        if beyond.start < beyond.stop:
            keys += entries.values_list("plugin_id", flat=True)[beyond]
        return keys

    def of_many(self, terms: Sequence[Term], window: slice, standing: Sequence[int]) -> list[UUID]:
        """Of more than are worth reading: those that are called so by the database's rank, then all by their standing, of
        which the first are known."""
        titled = self.filters.entries(engine().titled(self.words, every=self.every))
        first = list(titled.values_list("id", flat=True)[:DEPTH])
        keys: list[UUID] = []
        if window.start < DEPTH:
            called = set(first)
            keys = best([*first, *(one for one in standing if one not in called)][:DEPTH], terms)[window]
        beyond = slice(max(window.start, DEPTH) - len(first), window.stop - len(first))
        if beyond.start < beyond.stop and window.stop > DEPTH:
            keys += self.by_standing().exclude(id__in=first).values_list("plugin_id", flat=True)[beyond]
        return keys


LIGHT = (
    "version",
    "unique_identifier",
    "category",
    "status",
    "channel",
    "created_at",
    "minimum_dify_version",
    "outline",
)


def best(ids: Iterable[int], terms: Sequence[Term]) -> list[UUID]:
    """Keys of the entries' plugins, put in order by our own measure: only now are their words read."""
    ids = list(ids)
    rows = SearchEntry.objects.filter(id__in=ids).values_list("id", "plugin_id", "names", "marks", "brief", "standing")
    worth = {row[0]: (score(Words(*row[2:]), terms), row[1]) for row in rows}
    return [worth[one][1] for one in sorted((one for one in ids if one in worth), key=lambda one: -worth[one][0])]


def in_order(keys: Collection[UUID]) -> list[Plugin]:
    """Plugins by key, with what cards show: declarations and readmes of releases stay in the database."""
    keys = list(keys)
    by_key = {row.pk: row for row in light(Plugin.objects.filter(pk__in=keys))}
    return [by_key[key] for key in keys if key in by_key]


def light(plugins: QuerySet[Plugin]) -> QuerySet[Plugin]:
    """Plugins with their organization, icon, and the light part of their latest release, in one query."""
    own = [one.name for one in Plugin._meta.concrete_fields]
    more = [*(f"latest__{name}" for name in LIGHT), "search_entry__icon", "search_entry__icon_dark"]
    organization = [f"organization__{name}" for name in ("handle", "name", "verified_at", "closed_at", "standing")]
    return plugins.select_related("organization", "latest", "search_entry").only(*own, *organization, *more)
