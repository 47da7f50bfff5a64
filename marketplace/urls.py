"""Where requests go once the hot doors have been passed."""

from django.urls import include, path

urlpatterns = [
    path("", include("debugging.urls")),
    path("", include("endpoints.urls")),
    path("", include("runtime.urls")),
    path("", include("marketplace.transparency.urls")),
    path("", include("marketplace.dify.urls")),
    path("", include("marketplace.site_urls")),
    path("", include("marketplace.dify.unknown")),
]
handler500 = "marketplace.failures.server_error"
