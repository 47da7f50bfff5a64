"""A running host with real plugins, as tests of accounts and apps use it."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

from tests.api import Api
from tests.browsing import Browser
from tests.servers import Host

FAKE = "patchbay/model/fake fake-chat"
PLUGINS = ("model", "agent", "echo", "locked", "caller")


class Studio:
    """A host with the plugins installed in its first workspace, and the browser of its owner."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host, self.browser = host, Browser(host)
        settings = self.browser.page("/w/default/settings")
        workspace = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", settings)
        assert workspace is not None
        self.api = Api(host.url, host.key, workspace[0])
        for name in PLUGINS:
            self.api.bring_up(name, folder)
        self.add("model", "model", {"value-api_key": "good-key"})

    def add(self, plugin: str, kind: str, fields: dict[str, str]) -> httpx.Response:
        return self.browser.send(f"/w/default/plugins/patchbay/{plugin}/-/credentials/add/{kind}", fields)

    def app(self, mode: str, **fields: str) -> str:
        """A new app's address below /w/default/apps."""
        made = self.browser.send("/w/default/apps/new", {"name": f"My {mode}", "mode": mode})
        edit = made.headers["location"]
        given = {f"recipe-{name}": value for name, value in fields.items() if "-" not in name}
        given |= {name: value for name, value in fields.items() if "-" in name}
        defaults = {"about-name": f"My {mode}", "recipe-model": FAKE, "recipe-memory": "10"}
        saved = self.browser.send(edit, {**defaults, **given})
        assert saved.status_code == 302, saved.text
        return edit.removesuffix("edit")

    def key(self, app: str) -> str:
        page = self.browser.send(f"{app}access", {"name": "Test"}).text
        found = re.search(r'data-copy="(app-[^"]+)"', page)
        assert found is not None
        return found[1]

    def ask(self, app: str, path: str = "chat-messages", **body: Any) -> httpx.Response:
        given = {"inputs": {}, "user": "ada", "response_mode": "blocking", **body}
        headers = {"Authorization": f"Bearer {self.key(app)}"}
        return httpx.post(f"{self.host.url}/v1/{path}", json=given, headers=headers, timeout=60, trust_env=False)

    def events(self, app: str, path: str = "chat-messages", **body: Any) -> list[dict[str, Any]]:
        answer = self.ask(app, path, **body, response_mode="streaming")
        assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
        return [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n\n") if line]
