from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class FailEndpoint(Endpoint):
    """Raises, or answers with the status in the query."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        if "status" in r.args:
            return Response("refused as asked", status=int(r.args["status"]))
        raise ValueError("failed as asked")
