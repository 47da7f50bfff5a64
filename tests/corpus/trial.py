"""The road of one plugin: packed, uploaded, installed cold, called, removed, installed warm, removed."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.corpus import known, processes, reply
from tests.corpus.calls import PARTS, choose
from tests.corpus.client import Client
from tests.corpus.processes import Process
from tests.corpus.reply import HostFault
from tests.corpus.server import MANAGE, RunningServer

PACKAGE_TIMEOUT = 120.0
GONE_TIMEOUT = 30.0
BUILT = "environments/[!.]*"  # not what the host has noted of wheels that it compiled


@dataclass(slots=True)
class Result:
    """What was measured, in seconds and bytes; None where it was not. README.md says what each figure means."""

    plugin: str
    kind: str = ""
    version: str = ""
    sdk: str = ""
    package: float | None = None
    upload: float | None = None
    cold: float | None = None
    warm: float | None = None
    heartbeat: float | None = None
    memory: int | None = None
    call: str = ""
    call_seconds: float | None = None
    verdict: str = ""
    detail: str = ""
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # what we did wrong although the call was answered

    @property
    def loud(self) -> bool:
        return self.verdict in reply.LOUD or bool(self.faults)


@dataclass(slots=True)
class Trial:
    """`check_only` ends after the upload; `limit` is how long a call may take, in seconds."""

    source: Path
    server: RunningServer
    client: Client
    workplace: Path
    limit: float = 60.0
    check_only: bool = False

    def run(self) -> Result:
        result = Result(f"{self.source.parent.name}/{self.source.name}")
        try:
            self.go(result)
        except (HostFault, httpx.HTTPError, subprocess.TimeoutExpired) as error:
            result.verdict, result.detail = reply.HOST_ERROR, reply.shortened(str(error) or type(error).__name__)
        return result

    def go(self, result: Result) -> None:
        package = self.pack(result)
        began = time.monotonic()
        uploaded = self.client.upload(package)
        result.upload = time.monotonic() - began
        package.unlink()
        declaration = uploaded["manifest"]
        result.kind, result.version = kind_of(declaration), declaration["version"]
        if self.check_only:
            result.verdict = "accepted"
            return
        plugin_id = f"{declaration['author']}/{declaration['name']}"
        try:
            self.install_and_call(result, uploaded["unique_identifier"], declaration)
        finally:
            self.remove(plugin_id, uploaded["unique_identifier"])

    def pack(self, result: Result) -> Path:
        """By the command that authors use; its warnings are kept."""
        target = self.workplace / f"{result.plugin.replace('/', '-')}.difypkg"
        argv = [sys.executable, str(MANAGE), "plugin", "package", str(self.source), "-o", str(target)]
        began = time.monotonic()
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PACKAGE_TIMEOUT, check=False)
        result.package = time.monotonic() - began
        if done.returncode:
            raise HostFault(f"package: {done.stderr.strip()}")
        result.warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
        return target

    def install_and_call(self, result: Result, identifier: str, declaration: dict[str, Any]) -> None:
        plugin_id = f"{declaration['author']}/{declaration['name']}"
        self.server.forget("environments", "uv-cache")
        result.cold = timed(lambda: self.client.install(identifier))
        before = self.server.process_of(identifier)
        result.sdk = self.server.sdk()
        self.ask(result, plugin_id, declaration)
        self.look_again(result, before, self.server.process_of(identifier))
        self.remove(plugin_id, identifier)
        self.server.forget(BUILT)
        result.warm = timed(lambda: self.client.install(identifier))
        if process := self.server.process_of(identifier):
            result.heartbeat = processes.now() - process.started
        elif self.server.local:
            result.faults.append("not running when the warm install was said to be done")

    def look_again(self, result: Result, before: Process | None, after: Process | None) -> None:
        """After the call: the plugin that was started must be the one that runs."""
        if after:
            result.memory = processes.memory(after.pid)
        if self.server.local and not before:
            result.faults.append("not running when the cold install was said to be done")
        elif before != after:
            result.faults.append("ended or was started anew during the call")

    def ask(self, result: Result, plugin_id: str, declaration: dict[str, Any]) -> None:
        one = known.KNOWN.get(declaration["name"])
        call = one.call if one else choose(declaration)
        result.call = call.path
        if not call.path:
            result.verdict, result.detail = reply.STARTED, "endpoints are not asked here"
            return
        answer = self.client.call(plugin_id, call, self.limit)
        result.call_seconds = answer.seconds
        result.verdict, result.detail = answer.verdict()
        if one and result.verdict == reply.ANSWERED:
            result.verdict = reply.RIGHT if one.right(answer.chunks) else reply.WRONG

    def remove(self, plugin_id: str, identifier: str) -> None:
        """Returns when its process is gone: only then may its files go."""
        self.client.uninstall(plugin_id)
        deadline = time.monotonic() + GONE_TIMEOUT
        while self.server.process_of(identifier):
            if time.monotonic() > deadline:
                raise HostFault(f"it still runs {GONE_TIMEOUT:.0f} s after it was uninstalled")
            time.sleep(0.05)


def timed(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def kind_of(declaration: dict[str, Any]) -> str:
    return next((part for part in PARTS if declaration.get(part)), "")
