"""The runtime's addresses: the daemon's HTTP API and the pages of a workspace."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from runtime import file_views
from runtime.envelope import route_not_found
from runtime.management.assets import Asset, ExtractAsset
from runtime.management.health import doctor, health_check, metrics
from runtime.views import dispatch

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/check", health_check, name="health"),
    path("health/doctor", doctor, name="doctor"),
    path("metrics/", metrics, name="metrics"),
    path("plugin/<str:workspace_id>/management/", include("runtime.management.urls")),
    path("plugin/<str:workspace_id>/asset/<str:asset_id>", Asset.as_view(), name="asset"),
    path("plugin/<str:workspace_id>/extract-asset/", ExtractAsset.as_view()),
    path("plugin/<str:workspace_id>/extract-asset", ExtractAsset.as_view()),
    path("plugin/<str:workspace_id>/dispatch/<path:action>", dispatch),
    path("v2/invoke/dispatch/<path:action>", dispatch),
    path("files/upload", file_views.upload, name="file-upload"),
    path("files/<uuid:key>/<path:name>", file_views.read, name="file"),
    path("v1/", include("runtime.studio.urls")),
    path("", include("runtime.pages.urls")),
    # Last, as everything else below plugin/ is unknown; apps that add addresses there are included before this file.
    re_path(r"^plugin/", route_not_found),
]
