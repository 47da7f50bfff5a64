"""Search and lists: which plugins, in which order, which page of them. The weights are explained in docs/search.md."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from marketplace.catalogue import spelling, tokens
from marketplace.catalogue.engines import engine
from marketplace.catalogue.indexing import FOUND
from marketplace.catalogue.ranking import Term, score
from marketplace.models import Plugin, PluginTag, SearchEntry

MOST_WORDS = 8  # of a query; what comes after them is not looked for
DEPTH = 100  # results that are put in order word by word, the first ones by the database's own rank
LARGEST_PAGE = 1000
# What lists may be sorted by; a query without one is sorted by how well a plugin answers it.
SORTS = ("install_count", "version_updated_at", "created_at")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of plugins, with their organization and the light part of their latest release at hand.

    `some`: no plugin has all the words, these have some of them. `corrected`: word → the words searched in its place.
    """

    plugins: list[Plugin]
    total: int
    some: bool = False
    corrected: dict[str, tuple[str, ...]] = field(default_factory=dict)


def search(
    query: str = "",
    *,
    category: str = "",
    tags: Collection[str] = (),
    exclude: Collection[str] = (),
    sort: str = "",
    order: str = "desc",
    page: int = 1,
    page_size: int = 40,
    among: QuerySet[Plugin] | None = None,
) -> Found:
    """Listed plugins. `tags`: with any of them; `exclude`: plugin ids; `among`: only of these. Pages count from 1."""
    size = max(1, min(page_size, LARGEST_PAGE))
    start = (max(page, 1) - 1) * size
    filters = Filters(category, tuple(tags), tuple(exclude), among)
    words = tokens.asked(query)[:MOST_WORDS]
    if query.strip() and not words:
        return Found([], 0)
    column = sort if sort in SORTS else ""
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
        return found if self.among is None else found.filter(plugin__in=self.among.values("pk"))


def tagged(tags: Collection[str]) -> QuerySet[PluginTag, UUID]:
    return PluginTag.objects.filter(tag__in=tags).values_list("plugin_id", flat=True)


def ordering(column: str, order: str) -> tuple[str, ...]:
    """By plugin id where the rest is equal, so that no plugin stands on two pages."""
    return (column if order.lower() == "asc" else f"-{column}", "plugin_id")


def listed(filters: Filters, *, by: Sequence[str], window: slice) -> Found:
    """Counted in the index, whose rows are small."""
    keys = filters.plugins().order_by(*by).values_list("pk", flat=True)
    return Found(in_order(keys[window]), filters.entries(SearchEntry.objects.all()).count())


def matched(filters: Filters, terms: Sequence[Term], *, by: Sequence[str], window: slice) -> Found:
    """With every word; where there is no such plugin, with any of them."""
    alternatives = [(term.word, term.near) for term in terms]
    entries = filters.entries(engine().matching(alternatives, every=True))
    total = entries.count()
    some = not total and len(terms) > 1
    if some:
        entries = filters.entries(engine().matching(alternatives, every=False))
        total = entries.count()
    if by:
        entries = entries.order_by(
            *(f"{name[:1]}plugin__{name[1:]}" if name[0] == "-" else f"plugin__{name}" for name in by)
        )
        keys = list(entries.values_list("plugin_id", flat=True)[window])
    else:
        keys = ranked(entries, terms, window)
    corrected = {term.word: term.near for term in terms if term.near}
    return Found(in_order(keys), total, some, corrected)


def ranked(entries: QuerySet[SearchEntry], terms: Sequence[Term], window: slice) -> list[UUID]:
    """The first hundred by our own measure, the same on every database; what comes after them by the database's."""
    first = best(entries) if window.start < DEPTH else []
    first.sort(key=lambda entry: score(entry, terms), reverse=True)
    keys: list[UUID] = [entry.plugin_id for entry in first][window]
    beyond = slice(max(window.start, DEPTH), window.stop)
    if beyond.start < beyond.stop:
        keys += entries.values_list("plugin_id", flat=True)[beyond]
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


def best(entries: QuerySet[SearchEntry]) -> list[SearchEntry]:
    """In two steps: what is sorted is only numbers, however many thousands of entries match."""
    ids = list(entries.values_list("id", flat=True)[:DEPTH])
    by_id = SearchEntry.objects.in_bulk(ids)
    return [by_id[one] for one in ids if one in by_id]


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
