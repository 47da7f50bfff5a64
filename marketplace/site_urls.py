"""Addresses of the catalogue's own pages."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from marketplace import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("marketplace.catalogue.urls")),
    path("start", views.start, name="start"),
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("workspaces/new", views.new_workspace, name="new-workspace"),
    path("w/<slug:slug>/members", views.members, name="members"),
    path("w/<slug:slug>/members/<int:member_id>/role", views.member_role, name="member-role"),
    path("w/<slug:slug>/members/<int:member_id>/remove", views.member_removal, name="member-removal"),
    path("w/<slug:slug>/settings", views.settings_page, name="settings"),
    path("", include("marketplace.review.urls")),
]
