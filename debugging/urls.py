"""Addresses of debugging: the daemon's API, and the pages."""

from django.urls import URLPattern, URLResolver, path

from debugging import pages
from debugging.api import KeyView

urlpatterns: list[URLPattern | URLResolver] = [
    path("plugin/<str:workspace_id>/debugging/key", KeyView.as_view()),
    path("plugin/<str:workspace_id>/debugging/key/rotate", KeyView.as_view(act="rotate")),
    path("plugin/<str:workspace_id>/debugging/key/revoke", KeyView.as_view(act="revoke")),
    path("w/<slug:slug>/debugging", pages.debugging, name="debugging"),
    path("w/<slug:slug>/debugging/key", pages.key, name="debugging-key"),
    path("w/<slug:slug>/debugging/<path:plugin_id>/-/calls", pages.session, name="debug-session"),
    path("w/<slug:slug>/debugging/<path:plugin_id>/-/replay/<int:number>", pages.replay, name="debug-replay"),
    path("w/<slug:slug>/debugging/<path:plugin_id>/-/patience", pages.patience, name="debug-patience"),
]
