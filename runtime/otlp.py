"""Spans on their way to an OpenTelemetry collector: OTLP over HTTP with JSON (opentelemetry.io/docs/specs/otlp).

A thread of its own sends them in batches. A collector that is slow or away loses spans, never calls.
"""

import http.client
import logging
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson

from runtime.tracing import Span

log = logging.getLogger(__name__)

MOST = 8192  # spans that wait; of more the oldest are lost
BATCH = 512
EVERY = 1.0  # seconds between two batches
TIMEOUT = 10.0  # seconds for the collector
SILENT = 60.0  # seconds between two complaints


class OtlpExporter:
    """`endpoint` is the collector's address without `/v1/traces`."""

    def __init__(self, endpoint: str, *, headers: Mapping[str, str], share: float, about: Mapping[str, str]) -> None:
        self.url = endpoint.rstrip("/") + "/v1/traces"
        self.headers = {"Content-Type": "application/json", **headers}
        self.share = share
        self.resource = {"attributes": attributes(about)}
        self.waiting: deque[Span] = deque(maxlen=MOST)
        self.sent = self.lost = 0
        self.ending = threading.Event()
        self.complained = 0
        self.thread = threading.Thread(target=self.run, name="traces", daemon=True)
        self.thread.start()

    def add(self, span: Span) -> None:
        self.lost += len(self.waiting) == MOST
        self.waiting.append(span)

    def run(self) -> None:
        while not self.ending.wait(EVERY):
            self.flush()
        self.flush()

    def flush(self) -> None:
        while self.waiting:
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            try:
                self.post(batch)
                self.sent += len(batch)
            except (OSError, http.client.HTTPException) as error:
                self.lost += len(batch)
                self.complain(error)
                return

    def post(self, batch: list[Span]) -> None:
        scope = {"scope": {"name": "patchbay"}, "spans": [told(span) for span in batch]}
        body = orjson.dumps({"resourceSpans": [{"resource": self.resource, "scopeSpans": [scope]}]})
        request = urllib.request.Request(self.url, data=body, headers=self.headers)  # noqa: S310 - an operator's setting
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read()

    def complain(self, error: Exception) -> None:
        if self.complained % int(SILENT / EVERY) == 0:
            log.warning("The collector of traces at %s takes nothing: %s", self.url, error)
        self.complained += 1

    def close(self) -> None:
        """Sends what waits, once."""
        self.ending.set()
        self.thread.join(TIMEOUT + EVERY)


def attributes(found: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in found.items()]


def told(span: Span) -> dict[str, Any]:
    """A span in the JSON of OTLP: ids in hex, 64-bit numbers as text."""
    return {
        "traceId": span.trace,
        "spanId": span.id,
        "parentSpanId": span.parent,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.began),
        "endTimeUnixNano": str(span.ended),
        "attributes": attributes(span.about),
        "status": {"code": 2, "message": span.wrong} if span.wrong else {"code": 1},
    }
