"""Icons and other assets. They come from strangers: a browser must never take one for a page of ours."""

from mimetypes import guess_type
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers as drf
from rest_framework.request import Request

from runtime import installations, storing
from runtime.errors import NotFound
from runtime.management.serializers import IdentifierField, checked, merged
from runtime.management.workspace import WorkspaceView

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "image/x-icon", "image/avif"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
}
FOREVER = "private, max-age=31536000, immutable"


class AssetNotFound(NotFound):
    """The daemon answers an empty 200, which clients keep as an empty picture; Dify's client takes any other status for
    "not there" (`A:core/plugin/impl/asset.py`), so it gets the true one."""

    status = 404


class ExtractFields(drf.Serializer[Any]):
    plugin_unique_identifier = IdentifierField()
    file_path = drf.CharField(max_length=1024)


class Asset(WorkspaceView):
    """An asset by its id, which is a hash of its content: it may be kept forever."""

    def get(self, request: Request, workspace_id: str, asset_id: str) -> HttpResponse:
        content = storing.read_asset(asset_id)
        if content is None:
            raise AssetNotFound("asset not found")
        return asset_response(asset_id, content)


class ExtractAsset(WorkspaceView):
    """A file below `_assets/` of a stored package, by its name there."""

    def get(self, request: Request, workspace_id: str) -> HttpResponse:
        fields = checked(ExtractFields, merged(request.query_params, request.data))
        return asset_response(fields["file_path"], extracted(**fields))


def extracted(plugin_unique_identifier: str, file_path: str) -> bytes:
    if installations.find_package(plugin_unique_identifier) is None:
        raise AssetNotFound("plugin package not found")
    try:
        with storing.opened_package(plugin_unique_identifier) as opened:
            return opened.assets()[file_path]
    except FileNotFoundError:
        raise AssetNotFound("plugin package not found") from None
    except KeyError:
        raise AssetNotFound("asset not found") from None


def asset_response(name: str, content: bytes) -> HttpResponse:
    """Pictures as what their extension says, everything else as bytes to be saved."""
    kind, _ = guess_type(name)
    response = HttpResponse(content, content_type=kind if kind in PICTURES else "application/octet-stream")
    for header, value in HEADERS.items():
        response[header] = value
    response["Cache-Control"] = FOREVER
    return response
