"""The runtime's addresses: the daemon's HTTP API and the pages of a workspace."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
