"""A running Patchbay with plugins on it, and what its processes take."""

import contextlib
import json
import shutil
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from marketplace.difypkg import write_package
from tests.api import ROOT, Api
from tests.bench.load import END_OF_BODY
from tests.servers import Host


def processor_time(pids: Iterable[int]) -> float:
    """Seconds of processor time of all threads of these processes, exact."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


class Served:
    """One server. Requests are whole HTTP requests in bytes, ready to be sent."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.api = Api(host.url, host.key)
        self.installed: dict[str, str] = {}

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.host.port

    @property
    def hosts(self) -> list[int]:
        """Pids of our own processes."""
        return [program.pid for program in self.host.programs.values()]

    @property
    def plugins(self) -> list[int]:
        """Pids of the plugins that run."""
        return self.host.plugin_processes()

    def bring_up(self, name: str) -> str:
        """A plugin of tests/plugins, packaged, installed and answering; its id."""
        if name not in self.installed:
            self.installed[name] = self.api.bring_up(name, self.host.folder)
        return self.installed[name]

    def tool(self, name: str, plugin: str = "echo", **parameters: object) -> bytes:
        """A request that runs a tool."""
        plugin_id = self.bring_up(plugin)
        data = {"provider": plugin, "tool": name, "tool_parameters": parameters, "credentials": {}}
        body = orjson.dumps({"user_id": "u", "data": data})
        head = (
            f"POST /plugin/{self.api.workspace}/dispatch/tool/invoke HTTP/1.1\r\nHost: localhost\r\n"
            f"X-Api-Key: {self.host.key}\r\nX-Plugin-ID: {plugin_id}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def webhook(self, word: bytes, **told: Any) -> bytes:
        """A request to the endpoint, which answers with a word as it is told."""
        body = json.dumps({"body": (word + END_OF_BODY).hex(), **told}).encode()
        head = f"POST /e/{self.hook}/answer HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def get(self, path: str) -> bytes:
        return f"GET /e/{self.hook}{path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\r\n".encode()

    @cached_property
    def hook(self) -> str:
        """The hook of an endpoint of `hooks_old`, on the SDK of `echo`, of which the inspector takes no note."""
        identifier = self.bring_up_hooks()
        fields = {"plugin_unique_identifier": identifier, "user_id": "u", "name": "bench"}
        api = self.api
        api.data(api.http.post(api.path("endpoint/setup"), json=fields | {"settings": {"token": "s" * 20}}))
        [endpoint] = api.data(api.http.get(api.path("endpoint/list"), params={"page": 1, "page_size": 1}))
        asked = {"endpoint_id": endpoint["id"], "rules": {"inspect": False}}
        api.data(api.http.post(api.path("endpoint/rules"), json=asked))
        return str(endpoint["hook_id"])

    def bring_up_hooks(self) -> str:
        plugins, source = ROOT / "tests" / "plugins", self.host.folder / "hooks"
        package = self.host.folder / "hooks.difypkg"
        shutil.copytree(plugins / "hooks_old", source, ignore=shutil.ignore_patterns("__pycache__"))
        (source / "requirements.txt").write_text((plugins / "echo" / "requirements.txt").read_text())
        write_package(source, package)
        identifier = self.api.upload(package)
        self.api.install(identifier)
        return identifier
