"""The end of all addresses: what nobody has below `/api/v1` is told in the API's own way, which browsers can read."""

from django.urls import URLPattern, re_path

from marketplace.dify.urls import API, SITE
from marketplace.dify.views import profiles

urlpatterns: list[URLPattern] = [
    re_path(rf"^(?:/*){API}", profiles.not_here),
    re_path(rf"^{SITE}/+(?:s/[A-Za-z0-9_-]+/+)?{API}", profiles.not_here),
]
