"""Addresses of the marketplace API, once below `/api/v1` and once for each catalogue; and pages of catalogues.

Slashes may be doubled and `/api/v1` too: so clients call when their setting ends in one, and they are told nothing then.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from marketplace.dify.pages import catalogues, site
from marketplace.dify.views import downloads, lists, lookups, pictures, profiles

PLUGIN, BUNDLE = "plugins/<str:org>/<str:name>", "bundles/<str:org>/<str:name>"
routes: list[URLPattern] = [
    path("dist/plugins/manifest.json", lists.snapshot),
    path("plugins/batch", lists.batch),
    path("plugins/search/advanced", lists.search_plugins),
    path("plugins/search/basic", lists.search_plugins),  # before 1.0
    path("bundles/search/advanced", lists.search_bundles),
    path("collections", lists.collections, name="dify-collections"),
    path("collections/<str:name>/plugins", lists.collection_plugins),
    path("plugins/identifier", lookups.identifier),
    path("plugins/identifier/batch", lookups.identifiers),
    path("plugins/versions/batch", lookups.by_tuples),
    path("plugins/download", downloads.download),
    path("plugins/download-url", downloads.download_url),
    path("stats/plugins/install_count", downloads.install_count),
    path("banners", profiles.banners),
    path("template-collections", profiles.template_collections),
    path("template-collections/<str:name>/templates", profiles.templates),
    path("templates/search/advanced", profiles.templates),
    path("templates/publisher/<str:handle>", profiles.templates),
    path("templates/<str:template>", profiles.not_here),
    path("templates/<str:template>/<str:part>", profiles.not_here),
    path("creators/<str:handle>", profiles.creator),
    path("organizations/<str:handle>", profiles.organization),
    path("creators/<str:handle>/<str:part>", profiles.not_here),
    path("organizations/<str:handle>/<str:part>", profiles.not_here),
    path("plugins/publisher/<str:handle>", profiles.publisher_plugins),
    path(PLUGIN, lookups.plugin),
    path(f"{PLUGIN}/icon", pictures.icon),
    path(f"{PLUGIN}/icon_dark", pictures.icon, {"dark": True}),
    path(f"{PLUGIN}/_assets/<path:file>", pictures.asset),
    path(f"{PLUGIN}/versions", lookups.versions),
    path(f"{PLUGIN}/<str:version>/download", downloads.download_version),
    path(f"{PLUGIN}/<str:version>", lookups.version),
    path(f"{BUNDLE}/icon", profiles.not_here),
    path(f"{BUNDLE}/<str:version>", profiles.not_here),
]
API = r"(?:api/v1/+)+"
SITE = r"c/(?P<token>[A-Za-z0-9_-]+)"
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^(?:/*){API}", include(routes)),
    re_path(rf"^{SITE}/s/(?P<secret>[A-Za-z0-9_-]+)/+{API}", include(routes)),
    re_path(rf"^{SITE}/+{API}", include(routes)),
    path("catalogues/", catalogues.index, name="dify-catalogues"),
    path("catalogues/new", catalogues.new, name="dify-catalogue-new"),
    path("catalogues/policy.schema.json", catalogues.policy_schema, name="dify-catalogue-schema"),
    path("catalogues/<uuid:catalogue_id>/", catalogues.catalogue, name="dify-catalogue"),
    path("catalogues/<uuid:catalogue_id>/secret", catalogues.secret, name="dify-catalogue-secret"),
    path("catalogues/<uuid:catalogue_id>/remove", catalogues.remove, name="dify-catalogue-remove"),
    path("catalogues/<uuid:catalogue_id>/requests/<int:request_id>", catalogues.answer, name="dify-catalogue-answer"),
    re_path(rf"^{SITE}/*$", site.plugins, name="dify-catalogue-site"),
    re_path(rf"^{SITE}/+plugins/?$", site.plugins),
    re_path(rf"^{SITE}/+plugins/(?P<category>[a-z-]+)/?$", site.plugins),
    re_path(rf"^{SITE}/+plugins/(?P<org>[A-Za-z0-9_-]+)/(?P<name>[a-z0-9_-]+)/?$", site.plugin),
    re_path(rf"^{SITE}/+ask/(?P<org>[A-Za-z0-9_-]+)/(?P<name>[a-z0-9_-]+)$", site.ask, name="dify-catalogue-ask"),
]
