from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class CookiesEndpoint(Endpoint):
    """Two cookies (the SDK keeps one of several headers of a name) and a header of its own, status 201."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        response = Response("baked", status=201, headers={"X-Hooks": "yes"})
        response.set_cookie("first", "1")
        response.set_cookie("second", "2")
        return response
