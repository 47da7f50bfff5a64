"""Which release of each plugin an asker is offered; a few queries, however many plugins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Cast

from marketplace.dify.policies import Edition
from marketplace.dify.terms import LATEST, RELEASES, Terms
from marketplace.models import OfflineEdition, Plugin, Release

# Large, and shown on no list.
HEAVY = ("declaration", "readmes", "privacy_policy", "privacy_label", "dependencies", "hosts", "lineage", "notes")


@dataclass(frozen=True)
class Offered:
    """A release as it is handed out: itself, or its offline edition."""

    release: Release
    edition: OfflineEdition | None = None

    @property
    def file(self) -> Release | OfflineEdition:
        """What has the identifier, the checksum and the package."""
        return self.edition or self.release

    @property
    def plugin(self) -> Plugin:
        return self.release.plugin

    @property
    def version(self) -> str:
        return self.release.version

    @property
    def unique_identifier(self) -> str:
        return self.file.unique_identifier


def releases(*, readmes: bool = False) -> QuerySet[Release]:
    """Releases with what answers show of their plugins."""
    heavy = [name for name in HEAVY if not (readmes and name == "readmes")]
    return Release.objects.select_related("plugin__organization").defer(*heavy)


def listed(terms: Terms) -> QuerySet[Plugin]:
    """Plugins of which something is offered to who has none of them yet. Nearly always it is the newest, so that is
    asked for first."""
    others = Release.objects.filter(terms.offers(RELEASES), plugin=OuterRef("pk")).values("pk")[:1]
    # not EXISTS, which PostgreSQL answers by reading all releases once; few plugins come so far that it is asked for one
    active = Plugin.objects.filter(status=Plugin.Status.ACTIVE).alias(other=Subquery(others))
    return active.filter(Q(terms.offers(LATEST)) | Q(other__isnull=False))


def newest(terms: Terms, plugins: QuerySet[Plugin], *, readmes: bool = False) -> QuerySet[Release]:
    """The newest release of each that is offered."""
    return releases(readmes=readmes).filter(pk__in=best_of(plugins, terms.offers(RELEASES)))


def best_of(plugins: QuerySet[Plugin], fitting: Q) -> "QuerySet[Any, Any]":
    """Keys of the newest release of each that fits, as a query to be part of another."""
    best = Release.objects.filter(fitting, plugin=OuterRef("pk")).order_by("-order").values("pk")[:1]
    # cast, since PostgreSQL takes the NULL that stands for a condition that nothing meets for a text
    return plugins.order_by().annotate(best=Cast(Subquery(best), UUIDField())).values("best")


def offers_for(terms: Terms, keys: Iterable[Any], *, readmes: bool = False) -> dict[Any, Offered]:
    """What is offered of the plugins with these primary keys, by key; those of which nothing is are left out."""
    found = newest(terms, Plugin.objects.filter(pk__in=list(keys)), readmes=readmes)
    return {one.release.plugin_id: one for one in handed_out(terms, found)}


def handed_out(terms: Terms, found: Iterable[Release]) -> list[Offered]:
    """Releases as this asker gets them."""
    rows = list(found)
    if terms.policy.edition is None:
        return [Offered(row) for row in rows]
    editions = editions_of(rows, terms.policy.edition)
    return [Offered(row, editions.get(row.pk)) for row in rows]


def editions_of(rows: list[Release], edition: Edition) -> dict[Any, OfflineEdition]:
    fitting = OfflineEdition.objects.filter(python=edition.python, platform=edition.platform)
    return {row.release_id: row for row in fitting.filter(release__in=rows).defer("wheels")}


def newest_named(terms: Terms) -> list[tuple[str, str, str]]:
    """Plugin id, version and identifier of what is offered of every plugin, without making an object of each."""
    found = newest(terms, Plugin.objects.all()).order_by("plugin__plugin_id")
    rows = list(found.values_list("pk", "plugin__plugin_id", "version", "unique_identifier"))
    editions: dict[Any, str] = {}
    if edition := terms.policy.edition:
        fitting = OfflineEdition.objects.filter(python=edition.python, platform=edition.platform)
        editions = dict(fitting.values_list("release", "unique_identifier"))
    return [(plugin_id, version, editions.get(key, identifier)) for key, plugin_id, version, identifier in rows]


def version_list(terms: Terms, plugin: Plugin) -> QuerySet[Release]:
    """All that is offered of one plugin, newest first, with notes."""
    offered = plugin.releases.filter(terms.offers(RELEASES)).order_by("-order")
    return offered.defer(*[name for name in HEAVY if name != "notes"])
