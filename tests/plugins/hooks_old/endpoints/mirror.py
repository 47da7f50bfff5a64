import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class MirrorEndpoint(Endpoint):
    """Tells what arrived, or answers as it is told."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        body = r.get_data()
        if r.path == "/answer":
            return answer(json.loads(body))
        if r.path == "/ledger":
            told = json.loads(body)
            with open(told["ledger"], "a") as ledger:
                ledger.write(told["line"] + "\n")
            return Response("written", status=200)
        seen = {
            "method": r.method,
            "path": r.environ["PATH_INFO"],
            "query": r.environ["QUERY_STRING"],
            "headers": [list(header) for header in r.headers],
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "settings": dict(settings),
        }
        return Response(json.dumps(seen), status=200, content_type="application/json")


def answer(told: dict) -> Response:
    pause(told.get("holds", 0))
    while "until" in told and not os.path.exists(told["until"]):
        time.sleep(0.05)
    body, pieces = bytes.fromhex(told.get("body", "")), told.get("pieces", 0)
    response = Response(streamed(body, told) if pieces else body, status=told.get("status", 200))
    for name, value in told.get("headers", []):
        response.headers.add(name, value)
    return response


def streamed(body: bytes, told: dict) -> Iterator[bytes]:
    size = max(len(body) // told["pieces"], 1)
    for start in range(0, len(body), size):
        pause(told.get("delay_ms", 0) / 1000)
        yield body[start : start + size]
    if told.get("breaks"):
        raise ValueError("broken as told")


def pause(seconds: float) -> None:
    """Without one, no turn is given away either, as `sleep(0)` would."""
    if seconds:
        time.sleep(seconds)
