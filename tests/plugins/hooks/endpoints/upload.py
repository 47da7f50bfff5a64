import hashlib
import json
from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class UploadEndpoint(Endpoint):
    """Tells size and SHA-256 of the body, and of each file of a form."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        raw = r.get_data(cache=True)
        files = {name: file.read() for name, file in r.files.items()}
        seen = {
            "length": len(raw),
            "sha256": hashlib.sha256(raw).hexdigest(),
            "form": r.form.to_dict(),
            "files": {name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in files.items()},
        }
        return Response(json.dumps(seen), status=200, content_type="application/json")
