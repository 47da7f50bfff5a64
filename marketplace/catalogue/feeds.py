"""Feeds of releases, of all plugins and of one, as RSS and as Atom."""

from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from marketplace.catalogue.indexing import FOUND
from marketplace.catalogue.languages import said
from marketplace.catalogue.showing import HEAVY, plugin_at
from marketplace.models import Plugin, Release

NEWEST = 40
LIGHT = [name for name in HEAVY if name != "notes"]


if TYPE_CHECKING:
    ReleaseFeed = Feed[Release, Plugin | None]
else:
    ReleaseFeed = Feed


class Releases(ReleaseFeed):
    """The newest releases, that anybody may see. With `org` and `name` of one plugin only."""

    feed_type: type[SyndicationFeed] = Rss201rev2Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Plugin | None:
        if "org" not in kwargs:
            return None
        plugin = plugin_at(f"{kwargs['org']}/{kwargs['name']}")
        if plugin.status not in FOUND:
            raise Http404("This plugin is no longer listed.")
        return plugin

    def title(self, obj: Plugin | None) -> str:
        return f"{said(obj.label)} · Patchbay" if obj else "Patchbay"

    def description(self, obj: Plugin | None) -> str:
        return said(obj.brief) if obj else "The newest releases of plugins."

    subtitle = description

    def link(self, obj: Plugin | None) -> str:
        return address_of(obj) if obj else reverse("home")

    def items(self, obj: Plugin | None) -> QuerySet[Release]:
        rows = Release.objects.filter(status=Release.Status.LISTED).exclude(channel=Release.Channel.UNLISTED)
        rows = rows.filter(plugin=obj) if obj else rows.filter(plugin__status__in=FOUND)
        return rows.select_related("plugin").defer(*LIGHT).order_by("-created_at")[:NEWEST]

    def item_title(self, item: Release) -> str:
        return f"{said(item.plugin.label)} {item.version}"

    def item_description(self, item: Release) -> str:
        return item.notes

    def item_link(self, item: Release) -> str:
        return f"{address_of(item.plugin)}?version={item.version}"

    def item_pubdate(self, item: Release) -> Any:
        return item.created_at

    item_updateddate = item_pubdate

    def item_guid(self, item: Release) -> str:
        return item.unique_identifier

    item_guid_is_permalink = False


class AtomReleases(Releases):
    feed_type = Atom1Feed


def address_of(plugin: Plugin) -> str:
    return reverse("catalogue-plugin", args=plugin.plugin_id.split("/"))
