import json
from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class EchoEndpoint(Endpoint):
    """Returns the request as the plugin saw it."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        body = r.get_data()
        seen = {
            "method": r.method,
            "path": r.path,
            "url": r.url,
            "query": r.args.to_dict(flat=False),
            "headers": [list(header) for header in r.headers],
            "values": dict(values),
            "settings": dict(settings),
            "length": len(body),
            "body": body[:4096].decode("utf-8", "replace"),
            "session": {"endpoint_id": self.session.endpoint_id, "app_id": self.session.app_id},
        }
        return Response(json.dumps(seen), status=200, content_type="application/json")
