"""What Dify's API server and its pages do when they talk to a marketplace, with the test client in place of the network."""

import json
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import urlsplit

from django.test import Client

NEWEST = "1.17.1"


class Console:
    """A Dify of some version whose MARKETPLACE_API_URL ends in `prefix`."""

    def __init__(self, prefix: str = "", *, version: str | None = NEWEST) -> None:
        self.prefix = prefix
        self.http = Client(headers={"X-Dify-Version": version} if version else {}, raise_request_exception=False)

    def ask(self, method: str, path: str, payload: Any = None, **headers: str) -> Any:
        """The response to a call below /api/v1. Browsers and httpx get no cookies either way."""
        data = None if payload is None else json.dumps(payload)
        return self.http.generic(
            method,
            f"http://testserver{self.prefix}/api/v1/{path}",
            data or "",
            content_type="application/json",
            headers=headers,
        )

    def get(self, path: str) -> Any:
        return agreed(self.ask("GET", path))

    def post(self, path: str, payload: Any = None) -> Any:
        return agreed(self.ask("POST", path, payload))

    def fails(self, method: str, path: str, payload: Any = None) -> tuple[int, str]:
        """Status and sentence of an answer that must be a refusal."""
        response = self.ask(method, path, payload)
        said = response.json()
        assert (said["code"], said["data"]) == (-1, None), said
        assert response["Access-Control-Allow-Origin"] == "*"
        return response.status_code, said["msg"]

    def search(self, **asked: Any) -> list[str]:
        """Ids of the plugins that a search finds."""
        start = {"page": 1, "page_size": 40, "query": "", "sort_by": "install_count", "sort_order": "DESC"}
        found = self.post("plugins/search/advanced", start | {"category": "", "tags": [], "exclude": []} | asked)
        return [plugin["plugin_id"] for plugin in found["plugins"]]

    def latest(self, *plugin_ids: str) -> dict[str, str]:
        """The newest versions, as Dify's list of installed plugins shows them."""
        plugins = self.post("plugins/batch", {"plugin_ids": list(plugin_ids)})["plugins"]
        return {plugin["plugin_id"]: plugin["latest_version"] for plugin in plugins}

    def download(self, identifier: str) -> Any:
        """As the newest Dify does it: the checksum is dropped from the identifier."""
        plugin_id, _, version = identifier.partition("@")[0].rpartition(":")
        return self.ask("GET", f"plugins/{plugin_id}/{version}/download")

    def follow(self, address: str) -> Any:
        return self.http.get(urlsplit(address)._replace(scheme="", netloc="").geturl())


def agreed(response: Any) -> Any:
    assert response.status_code == 200, (response.status_code, response.content[:300])
    assert response["Access-Control-Allow-Origin"] == "*"
    said = response.json()
    assert (said["code"], said["msg"]) == (0, "ok")
    return said["data"]


def content(response: Any) -> bytes:
    assert response.status_code in (200, 206), (response.status_code, response.content[:300])
    return b"".join(cast(Iterable[bytes], response.streaming_content))
