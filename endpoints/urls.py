"""Addresses of endpoints: the public ones, the daemon's API, and the pages."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from endpoints import delivery_pages, pages, trigger_pages
from endpoints.api import ROUTES, EndpointView
from endpoints.views import endpoint

one: list[URLPattern | URLResolver] = [
    path("", pages.endpoint, name="endpoint"),
    path("settings", pages.settings, name="endpoint-settings"),
    path("rules", pages.asked, name="endpoint-rules"),
    path("switch", pages.switch, name="endpoint-switch"),
    path("address", pages.rotate, name="endpoint-rotate"),
    path("remove", pages.remove, name="endpoint-remove"),
    path("deliveries", delivery_pages.deliveries, name="endpoint-deliveries"),
    path("deliveries/replay", delivery_pages.replay, name="endpoint-replay"),
    path("deliveries/<int:number>", delivery_pages.delivery, name="endpoint-delivery"),
]
triggers: list[URLPattern | URLResolver] = [
    path("new/<path:plugin_id>", trigger_pages.new, name="trigger-new"),
    path("<uuid:endpoint_id>/", trigger_pages.trigger, name="trigger"),
    path("<uuid:endpoint_id>/refresh", trigger_pages.refresh, name="trigger-refresh"),
    path("<uuid:endpoint_id>/end", trigger_pages.end, name="trigger-end"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^e/", endpoint),
    *(path(f"plugin/<str:workspace_id>/endpoint/{route.path}", EndpointView.as_view(route=route)) for route in ROUTES),
    path("w/<slug:slug>/triggers", trigger_pages.triggers, name="triggers"),
    path("w/<slug:slug>/triggers/", include(triggers)),
    path("w/<slug:slug>/endpoints", pages.endpoints, name="endpoints"),
    path("w/<slug:slug>/endpoints/new/<path:plugin_id>", pages.new, name="endpoint-new"),
    path("w/<slug:slug>/endpoints/<uuid:endpoint_id>/", include(one)),
]
