"""Addresses of the catalogue's own pages."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from marketplace import inbox_views, registration_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("marketplace.catalogue.urls")),
    path("start", views.start, name="start"),
    path("", include("marketplace.publishers.urls")),
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("sign-up", registration_views.sign_up, name="sign-up"),
    path("sign-up/confirm/<str:code>", registration_views.confirm_address, name="sign-up-confirm"),
    path("inbox", inbox_views.inbox, name="inbox"),
    path("sign-up/<str:code>", registration_views.sign_up, name="sign-up-invited"),
    path("invitations", registration_views.invitations, name="invitations"),
    path("invitations/<int:invitation_id>/end", registration_views.invitation_end, name="invitation-end"),
    path("workspaces/new", views.new_workspace, name="new-workspace"),
    path("w/<slug:slug>/members", views.members, name="members"),
    path("w/<slug:slug>/members/<int:member_id>/role", views.member_role, name="member-role"),
    path("w/<slug:slug>/members/<int:member_id>/remove", views.member_removal, name="member-removal"),
    path("w/<slug:slug>/settings", views.settings_page, name="settings"),
    path("", include("marketplace.review.urls")),
    path("", include("marketplace.mirroring.urls")),
    path("", include("marketplace.signing.urls")),
]
