"""Addresses below `plugin/<workspace>/management/`, made from the table."""

from django.urls import path

from runtime.management.routes import ROUTES
from runtime.management.views import BundleUpload, PackageUpload, TableView

urlpatterns = [
    path("install/upload/package", PackageUpload.as_view()),
    path("install/upload/bundle", BundleUpload.as_view()),
    *(path(route.path, TableView.as_view(route=route)) for route in ROUTES),
]
