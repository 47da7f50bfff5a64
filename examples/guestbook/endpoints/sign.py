from collections.abc import Mapping
from typing import Any

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.entries import add


class Sign(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        name, text = r.form.get("name", "").strip(), r.form.get("text", "").strip()
        if not name or not text:
            return Response("Write your name and a word.", status=422, content_type="text/plain; charset=utf-8")
        add(self.session.storage, name=name, text=text)
        return Response("Thank you.", status=303, headers={"Location": "./"})
