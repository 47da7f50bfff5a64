"""The daemon's HTTP API as a client uses it: what tests and benchmarks need to bring a plugin up."""

import json
import time
from pathlib import Path
from typing import Any

import httpx

from marketplace import difypkg

ROOT = Path(__file__).resolve().parent.parent


class Api:
    """One workspace of one server."""

    def __init__(self, url: str, key: str, workspace: str = "t-1") -> None:
        self.url, self.key, self.workspace = url, key, workspace
        self.http = httpx.Client(base_url=url, headers={"X-Api-Key": key}, timeout=60, trust_env=False)

    def path(self, tail: str) -> str:
        return f"/plugin/{self.workspace}/{tail}"

    def data(self, response: httpx.Response) -> Any:
        """The envelope's data; an AssertionError with the whole answer where there is none."""
        envelope = response.json()
        assert envelope["code"] == 0, envelope
        return envelope["data"]

    def upload(self, package: Path) -> str:
        """The unique identifier of an uploaded package."""
        with package.open("rb") as file:
            answer = self.http.post(self.path("management/install/upload/package"), files={"dify_pkg": file})
        return str(self.data(answer)["unique_identifier"])

    def install(self, *identifiers: str, seconds: float = 180) -> dict[str, Any]:
        """The ended task; waits for it."""
        body = {"plugin_unique_identifiers": identifiers, "source": "package", "metas": [{} for _ in identifiers]}
        answer = self.data(self.http.post(self.path("management/install/identifiers"), json=body))
        return {} if answer["all_installed"] else self.ended(answer["task_id"], seconds)

    def ended(self, task_id: str, seconds: float = 180) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            task: dict[str, Any] = self.data(self.http.get(self.path(f"management/install/tasks/{task_id}")))
            if task["status"] in ("success", "failed"):
                return task
            time.sleep(0.1)
        raise AssertionError(f"task {task_id} has not ended within {seconds} s: {task}")

    def bring_up(self, name: str, folder: Path) -> str:
        """Packages tests/plugins/<name> into `folder`, uploads and installs it; its plugin id."""
        package = folder / f"{name}.difypkg"
        difypkg.write_package(ROOT / "tests" / "plugins" / name, package)
        identifier = self.upload(package)
        task = self.install(identifier)
        assert not task or task["status"] == "success", task
        return identifier.partition(":")[0]

    def headers(self, plugin_id: str) -> dict[str, str]:
        return {"X-Plugin-ID": plugin_id, "Content-Type": "application/json"}

    def call(self, plugin_id: str, path: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        """A whole answer of a dispatch route."""
        body = {"user_id": "u", "data": data, **more}
        return self.http.post(self.path(f"dispatch/{path}"), json=body, headers=self.headers(plugin_id))

    def events(self, response: httpx.Response) -> list[dict[str, Any]]:
        """The envelopes of a stream, read as Dify's client reads them: line by line."""
        assert response.headers["content-type"].startswith("text/event-stream"), response.text
        lines = [line.strip() for line in response.iter_lines()]
        return [json.loads(line.removeprefix("data:")) for line in lines if line]

    def tool(self, plugin_id: str, tool: str, **parameters: Any) -> list[dict[str, Any]]:
        provider = plugin_id.rpartition("/")[2]
        data = {"provider": provider, "tool": tool, "tool_parameters": parameters, "credentials": {}}
        return self.events(self.call(plugin_id, "tool/invoke", data))
