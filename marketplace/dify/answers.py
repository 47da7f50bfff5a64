"""What every answer of the marketplace API has in common: the envelope, and leave for pages of other origins to read it."""

from typing import Any

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

# Consoles call from their own origin, without cookies, and with a header that makes browsers ask first.
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "X-Dify-Version, Content-Type",
    "Access-Control-Expose-Headers": "Content-Disposition, Content-Length, ETag",
    "Access-Control-Max-Age": "86400",
}


class Declined(Exception):
    """The answer is no: a status and a sentence that says why, and what to do where there is something."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def plain(data: Any, status: int = 200) -> HttpResponse:
    """JSON as it is."""
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json")


def agreed(data: Any) -> HttpResponse:
    return plain({"code": 0, "data": data, "msg": "ok"})


def declined(status: int, message: str) -> HttpResponse:
    return plain({"code": -1, "data": None, "msg": message}, status)


def shared[Response: HttpResponseBase](response: Response) -> Response:
    """The response as other origins may read it; what it says depends on which Dify asks."""
    for header, value in SHARED.items():
        response.headers[header] = value
    response.headers.setdefault("Cache-Control", "no-cache")
    patch_vary_headers(response, ("X-Dify-Version",))
    return response
