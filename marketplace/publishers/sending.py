"""Publishing from a terminal or a CI job to any Patchbay, over HTTP.

Where no token is given, a CI job shows its identity instead: GitHub's is asked for at the address that the job finds in its
environment; other systems put it into PATCHBAY_ID_TOKEN.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from marketplace.difypkg import OWN_LIMITS, Package, build_package, open_package

TIMEOUT = httpx.Timeout(30.0, read=300.0, write=300.0)
CHANGELOG = "CHANGELOG.md"
UNDER_WAY = frozenset({"received", "screening", "queued", "needs_info", "seconding", "approved"})
WAIT_BETWEEN = 5.0  # seconds


class NotSent(Exception):
    """A sentence for the terminal."""


@dataclass(frozen=True)
class Server:
    """A Patchbay and what opens it."""

    http: httpx.Client
    token: str

    def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The data of an answer. Raises NotSent with the server's own sentences."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return answered(self.http, method, f"/api/v1/publish{path}", headers=headers, **more)


def answered(http: httpx.Client, method: str, path: str, **more: Any) -> dict[str, Any]:
    try:
        answer = http.request(method, path, **more)
    except httpx.HTTPError as error:
        raise NotSent(f"{http.base_url} cannot be reached: {error}") from error
    try:
        body = answer.json()
    except ValueError:
        raise NotSent(f"{http.base_url} answers with {answer.status_code} and no JSON. Is it a Patchbay?") from None
    if answer.status_code >= 400 or not isinstance(body, dict) or body.get("code") != 0:
        problems = body.get("problems") if isinstance(body, dict) else None
        raise NotSent("\n".join(problems or [str(body)[:500]]))
    found = body.get("data")
    return found if isinstance(found, dict) else {}


def package_at(path: Path) -> bytes:
    """The bytes of a package file, or of the package that a directory makes. Raises BadPackage, OSError."""
    return build_package(path, OWN_LIMITS) if path.is_dir() else path.read_bytes()


def notes_for(data: bytes, given: str) -> str:
    """The release notes that were given, else what the package's CHANGELOG.md says below its version."""
    if given.strip():
        return given
    with open_package(data, OWN_LIMITS) as package:
        found = changes(package)
        version = package.version
    if not found:
        raise NotSent(f"Say what is new: --notes TEXT, --notes-file FILE, or a heading {version} in {CHANGELOG}.")
    return found


def changes(package: Package) -> str:
    if CHANGELOG not in package.files:
        return ""
    lines = package.read(CHANGELOG).decode(errors="replace").splitlines()
    heading = re.compile(rf"#+\s*\[?v?{re.escape(package.version)}(?![\w.-])")
    return "\n".join(section(lines, heading)).strip()


def section(lines: list[str], heading: re.Pattern[str]) -> Iterator[str]:
    """The lines between this heading and the next one of its level."""
    level = ""
    for line in lines:
        mark = re.match(r"#+", line)
        if level and mark and len(mark[0]) <= len(level):
            return
        if level:
            yield line
        elif mark and heading.match(line):
            level = mark[0]


def open_server(
    http: httpx.Client, token: str, *, plugin_id: str, environment: Mapping[str, str] = os.environ
) -> Server:
    """The server, opened with the token, or with the CI job's identity where there is none. Raises NotSent."""
    if token:
        return Server(http, token)
    server = Server(http, "")
    identity = identity_in(environment, server.call("GET", "/oidc/audience")["audience"])
    if not identity:
        raise NotSent("Give an upload token: --token, or PATCHBAY_TOKEN. CI jobs can be trusted without one.")
    given = server.call("POST", "/oidc/exchange", json={"token": identity, "plugin": plugin_id})
    return Server(http, str(given["token"]))


def identity_in(environment: Mapping[str, str], audience: str) -> str:
    """The identity of the CI job that this process is part of, "" outside of one."""
    if found := environment.get("PATCHBAY_ID_TOKEN"):
        return found
    address, secret = (environment.get(f"ACTIONS_ID_TOKEN_REQUEST_{part}") for part in ("URL", "TOKEN"))
    if not address or not secret:
        return ""
    headers = {"Authorization": f"Bearer {secret}"}
    try:
        answer = httpx.get(httpx.URL(address).copy_merge_params({"audience": audience}), headers=headers, timeout=30)
        return str(answer.raise_for_status().json()["value"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NotSent(f"The CI system gave no identity token: {error}. Does the job have id-token: write?") from error


def send(server: Server, data: bytes, *, name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Hand a package in; returns the submission as the server tells of it."""
    files = {"file": (name, data, "application/octet-stream")}
    found: dict[str, Any] = server.call("POST", "", data=dict(fields), files=files)["submission"]
    return found


def wait(server: Server, submission: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
    """Ask until the submission is decided upon, or the time is over; returns its last state."""
    until = time.monotonic() + seconds
    found = dict(submission)
    while found["state"] in UNDER_WAY and time.monotonic() < until:
        time.sleep(min(WAIT_BETWEEN, max(0.0, until - time.monotonic())))
        found = server.call("GET", f"/submissions/{found['id']}")["submission"]
    return found
