"""The requests of requests.json as bytes, sent through a bare socket, and the answers that come back."""

import hashlib
import http.client
import json
import random
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

Case = dict[str, Any]
CASES: list[Case] = json.loads(Path(__file__).with_name("requests.json").read_text())


@dataclass
class Answer:
    """An HTTP answer; status 0 where the connection ended without one."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for one, value in self.headers if one.lower() == name.lower()), None)

    @property
    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def text(value: Any) -> str:
    if isinstance(value, dict):
        before, unit, count = value["repeat"]
        return str(before + unit * count)
    return str(value)


def body_of(case: Case) -> bytes:
    match case.get("body"):
        case {"text": words}:
            return str(words).encode()
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case {"fill": [byte, count]}:
            return bytes.fromhex(byte) * int(count)
        case {"random": [seed, size]}:
            return bytes(random.Random(seed).randbytes(size))
    return b""


def head_of(case: Case, hook: str) -> bytes:
    target = f"/e/{hook}{text(case.get('target', ''))}"
    lines = [f"{case.get('method', 'GET')} {target} HTTP/{case.get('version', '1.1')}"]
    lines += [f"Host: {host}" for host in case.get("host", ["hooks.test"])]
    lines += [f"{name}: {text(value)}" for name, value in case.get("headers", [])]
    framing = case.get("framing", "length" if "body" in case else "none")
    if framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
    elif framing == "length":
        lines.append(f"Content-Length: {len(body_of(case))}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def sent_body(case: Case) -> bytes:
    """The body as it stands on the wire."""
    framing = case.get("framing", "length")
    if framing == "raw":
        return str(case["raw"]).encode()
    return chunked(body_of(case), case.get("chunks", [1000])) if framing == "chunked" else body_of(case)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    parts, start, number = [], 0, 0
    while start < len(body):
        piece = body[start : start + sizes[number % len(sizes)]]
        parts.append(b"%x\r\n%b\r\n" % (len(piece), piece))
        start, number = start + len(piece), number + 1
    return b"".join([*parts, b"0\r\n\r\n"])


def exchange(address: tuple[str, int], case: Case, hook: str) -> Answer:
    """Sends a case and reads its answer."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head, body = head_of(case, hook), sent_body(case)
        if "leaves" in case:
            whole = head + body
            connection.sendall(whole if case["leaves"] < 0 else whole[: case["leaves"]])
            return Answer()
        if case.get("waits"):
            connection.sendall(head)
            assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            head = b""
        # what refuses a large body may end the connection before all of it is sent
        with suppress(ConnectionError):
            send(connection, head + body, case.get("pieces", 0))
        return read(connection, case.get("method", "GET"))


def send(connection: socket.socket, data: bytes, pieces: int) -> None:
    if not pieces:
        connection.sendall(data)
        return
    for start in range(0, len(data), pieces):
        connection.sendall(data[start : start + pieces])
        time.sleep(0.0005)


def read(connection: socket.socket, method: str) -> Answer:
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        return Answer(response.status, response.getheaders(), response.read())
    except (http.client.HTTPException, ConnectionError):
        return Answer()
    finally:
        response.close()


def complaints(case: Case, answer: Answer, *, hook: str, decodes: bool) -> list[str]:
    """What is wrong with an answer; `decodes` says that the SDK takes percent-encoding out of paths, as 0.10 does."""
    wanted = case.get("status", [200])
    if "leaves" in case or (answer.status == 0 and case.get("may_close")):
        return []
    if answer.status not in wanted:
        return [f"status {answer.status}, not {wanted}: {answer.body[:300]!r}"]
    if answer.status != 200:
        names = case.get("names", "")
        return [] if names in answer.body.decode() else [f"{names} is not in {answer.body!r}"]
    if case.get("method") == "HEAD":
        return ["HEAD was answered with a body"] if answer.body else []
    return [*differences(case, answer.seen, decodes), *header_differences(case, answer.seen["headers"], hook)]


def differences(case: Case, seen: dict[str, Any], decodes: bool) -> list[str]:
    path, _, query = text(case.get("target", "")).partition("?")
    path = path if path.startswith("/") else f"/{path}"
    body = body_of(case)
    wanted = {
        "method": case.get("method", "GET"),
        "path": unquote_to_bytes(path).decode("latin-1") if decodes else path,
        "query": query,
        "length": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return [f"{key} is {seen[key]!r}, not {value!r}" for key, value in wanted.items() if seen[key] != value]


def header_differences(case: Case, headers: list[list[str]], hook: str) -> list[str]:
    arrived = {name.lower(): value for name, value in headers}
    wanted = {name.lower(): text(value).replace("{hook}", hook) for name, value in case.get("arrives", {}).items()}
    wrong = [
        f"{name} is {arrived.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if arrived.get(name) != value
    ]
    return wrong + [f"{name} has arrived" for name in case.get("absent", []) if name.lower() in arrived]
