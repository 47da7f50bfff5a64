from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class BytesEndpoint(Endpoint):
    """A body of a size in which every value of a byte occurs; query: mime."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        size = int(values["size"])
        body = (bytes(range(256)) * (size // 256 + 1))[:size]
        return Response(body, status=200, content_type=r.args.get("mime", "application/octet-stream"))
