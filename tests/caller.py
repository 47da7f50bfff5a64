"""A client that watches calls while they go on, on top of the plain one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from tests.api import Api


class Caller(Api):
    """One workspace of one host."""

    def get(self, path: str, **query: Any) -> Any:
        """The data of a GET of the management API."""
        return self.data(self.http.get(self.path(f"management/{path}"), params=query))

    def begin_install(self, *identifiers: str) -> str:
        """Returns the task's id; "" when all is installed already."""
        body = {"plugin_unique_identifiers": identifiers, "source": "package", "metas": [{} for _ in identifiers]}
        return str(self.data(self.http.post(self.path("management/install/identifiers"), json=body))["task_id"])

    def install(self, *identifiers: str, seconds: float = 180) -> dict[str, Any]:
        """The task; one that failed fails the test."""
        task = super().install(*identifiers, seconds=seconds)
        assert not task or task["status"] == "success", task
        return task

    def installed(self) -> list[str]:
        """Unique identifiers of all that is installed."""
        return [row["plugin_unique_identifier"] for row in self.get("list", page=1, page_size=100)["list"]]

    @contextmanager
    def stream(self, plugin: str, tool: str, **parameters: Any) -> Iterator[Iterator[dict[str, Any]]]:
        """The events of a tool's call while it goes on."""
        data = {"provider": plugin.rpartition("/")[2], "tool": tool, "tool_parameters": parameters, "credentials": {}}
        body = {"user_id": "u", "data": data}
        path = self.path("dispatch/tool/invoke")
        with self.http.stream("POST", path, json=body, headers=self.headers(plugin)) as answer:
            yield events(answer)

    def texts(self, plugin: str, tool: str, **parameters: Any) -> list[str]:
        """The texts that a tool answers with; an error fails the test."""
        return [text_of(event) for event in self.tool(plugin, tool, **parameters)]

    def answers(self, plugin: str) -> bool:
        """Whether the echo tool of a plugin answers just now."""
        with suppress(httpx.TransportError), self.stream(plugin, "echo", text="?") as found:
            return [event["code"] for event in found] == [0]
        return False


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """Of a stream, or the one envelope of a refusal."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        answer.read()
        yield answer.json()
        return
    for line in answer.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


def text_of(event: dict[str, Any]) -> str:
    assert event["code"] == 0, event
    return str(event["data"]["message"]["text"])
