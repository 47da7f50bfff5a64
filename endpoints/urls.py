"""Addresses of endpoints: the public ones, the daemon's API, and the pages."""

from django.urls import URLPattern, URLResolver, path, re_path

from endpoints.api import ROUTES, EndpointView
from endpoints.views import endpoint

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^e/", endpoint),
    *(path(f"plugin/<str:workspace_id>/endpoint/{route.path}", EndpointView.as_view(route=route)) for route in ROUTES),
]
