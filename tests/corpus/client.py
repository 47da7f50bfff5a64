"""A client of the HTTP API, as any other would be."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.corpus.calls import Call
from tests.corpus.reply import HostFault, Reply

POLL = 0.05  # seconds between two looks at a task
LONGEST_INSTALL = 900.0
UPLOAD_TIMEOUT = 120.0


class Client:
    """Everything happens in one workspace."""

    def __init__(self, url: str, key: str, workspace: str = "corpus") -> None:
        self.http = httpx.Client(base_url=url, headers={"X-Api-Key": key}, timeout=UPLOAD_TIMEOUT, trust_env=False)
        self.root = f"/plugin/{workspace}"

    def upload(self, package: Path) -> dict[str, Any]:
        with package.open("rb") as file:
            answer = self.manage("POST", "install/upload/package", files={"dify_pkg": file})
        return dict(answer)

    def install(self, identifier: str, watch: Callable[[], None] = lambda: None) -> None:
        """Returns when the task has ended well; `watch` is called at every look at it."""
        wanted = {"plugin_unique_identifiers": [identifier], "source": "package", "metas": [{}]}
        started = self.manage("POST", "install/identifiers", json=wanted)
        if started["all_installed"]:
            raise HostFault("it says that this is installed already")
        deadline = time.monotonic() + LONGEST_INSTALL
        while time.monotonic() < deadline:
            watch()
            task = self.manage("GET", f"install/tasks/{started['task_id']}")
            if task["status"] == "success":
                return
            if task["status"] == "failed":
                raise HostFault(f"install: {task['plugins'][0]['message']}")
            time.sleep(POLL)
        raise HostFault(f"install: not done after {LONGEST_INSTALL:.0f} s")

    def uninstall(self, plugin_id: str) -> None:
        """Also when it is not installed."""
        for row in self.manage("GET", "list", params={"page": 1, "page_size": 256})["list"]:
            if row["plugin_id"] == plugin_id:
                self.manage("POST", "uninstall", json={"plugin_installation_id": row["id"]})

    def manage(self, method: str, path: str, **request: Any) -> Any:
        """`data` of the answer; raises HostFault with the host's words."""
        response = self.http.request(method, f"{self.root}/management/{path}", **request)
        try:
            envelope = response.json()
        except ValueError:
            raise HostFault(f"{path}: HTTP {response.status_code} {response.text[:200]}") from None
        if envelope.get("code") != 0:
            raise HostFault(f"{path}: {envelope.get('message')}")
        return envelope["data"]

    def call(self, plugin_id: str, call: Call, limit: float) -> Reply:
        """Reads until the stream ends, or leaves after `limit` seconds."""
        reply, began = Reply(), time.monotonic()
        body = {"user_id": "corpus", "data": call.data}
        try:
            with self.http.stream(
                "POST",
                f"{self.root}/dispatch/{call.path}",
                json=body,
                headers={"X-Plugin-ID": plugin_id},
                timeout=limit,
            ) as response:
                for line in response.iter_lines():
                    take(reply, line)
                    if time.monotonic() - began > limit:
                        reply.late = True
                        break
        except httpx.TimeoutException:
            reply.late = True
        except httpx.HTTPError as error:
            reply.trouble = f"{type(error).__name__}: {error}"
        reply.seconds = time.monotonic() - began
        return reply


def take(reply: Reply, line: str) -> None:
    """One line of the stream; an error before the stream is one line as well (protocol.md 8.3)."""
    if not line:
        return
    try:
        envelope = json.loads(line.removeprefix("data: "))
    except ValueError:
        reply.trouble = line
        return
    if reply.fault is not None:
        reply.trouble = f"after an error: {line}"
    elif envelope.get("code") == 0:
        reply.chunks.append(envelope["data"])
    else:
        reply.fault = envelope
