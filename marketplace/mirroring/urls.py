"""Addresses of mirrors' pages."""

from django.urls import path

from marketplace.mirroring.pages import mirrors

urlpatterns = [
    path("desk/mirrors", mirrors.index, name="mirrors"),
    path("desk/mirrors/new", mirrors.new, name="mirror-new"),
    path("desk/mirrors/<uuid:mirror_id>", mirrors.mirror, name="mirror"),
    path("desk/mirrors/<uuid:mirror_id>/look", mirrors.look, name="mirror-look"),
    path("desk/mirrors/<uuid:mirror_id>/remove", mirrors.remove, name="mirror-remove"),
]
