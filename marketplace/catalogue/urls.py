"""Addresses of the catalogue for people."""

from typing import Any

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter
from django.views.i18n import set_language

from marketplace.catalogue.feeds import AtomReleases, Releases
from marketplace.catalogue.languages import View, spoken
from marketplace.catalogue.pages import listings, people, plugin
from marketplace.catalogue.pictures import picture


class Handle(StringConverter):
    """An author, or a plugin's name (marketplace.md A.3)."""

    regex = "[a-z0-9_-]{1,128}"


class Digest(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(Handle, "handle")
register_converter(Digest, "digest")
PLUGIN = "plugins/<handle:org>/<handle:name>"


def page(route: str, view: View, name: str, **more: Any) -> URLPattern:
    """A page in the reader's language."""
    return path(route, spoken(view), kwargs=more or None, name=name)


urlpatterns: list[URLPattern | URLResolver] = [
    page("", listings.home, "home"),
    page("plugins", listings.plugins, "catalogue"),
    page("plugins/<handle:name>", listings.short_address, "catalogue-short"),
    page("category/<slug:category>", listings.category, "category"),
    page("tag/<slug:tag>", listings.tag, "tag"),
    page("search", listings.results, "search"),
    page("search/suggest", listings.suggestions, "search-suggest"),
    page("collections/<slug:name>", listings.collection, "collection"),
    page("publishers/<handle:handle>", people.publisher, "publisher"),
    page(PLUGIN, plugin.overview, "catalogue-plugin"),
    page(f"{PLUGIN}/versions", plugin.history, "catalogue-versions"),
    page(f"{PLUGIN}/permissions", plugin.permissions, "catalogue-permissions"),
    page(f"{PLUGIN}/privacy", plugin.privacy, "catalogue-privacy"),
    page(f"{PLUGIN}/review", plugin.review, "catalogue-review"),
    page(f"{PLUGIN}/ratings", people.ratings, "catalogue-ratings"),
    page(f"{PLUGIN}/compare", plugin.compare, "catalogue-compare"),
    page(f"{PLUGIN}/report", people.report_page, "catalogue-report"),
    page(f"{PLUGIN}/use", plugin.use, "catalogue-use"),
    page(f"{PLUGIN}/unlisted/<str:link>", plugin.unlisted, "catalogue-unlisted"),
    *(
        page(f"{PLUGIN}/ratings/<int:rating_id>/{act}", people.rating_act, f"rating-{act}", act=act)
        for act in ("take-back", "reply", "hide", "show")
    ),
    path(f"{PLUGIN}/feed.rss", spoken(Releases()), name="plugin-rss"),
    path(f"{PLUGIN}/feed.atom", spoken(AtomReleases()), name="plugin-atom"),
    path("feed.rss", spoken(Releases()), name="rss"),
    path("feed.atom", spoken(AtomReleases()), name="atom"),
    path("pictures/<digest:digest>.<slug:ending>", picture, name="picture"),
    path("language", set_language, name="set-language"),
]
