"""Traces: what callers say is kept, what is made is told to a real HTTP server, in one process and over a link."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from marketplace.difypkg import write_package
from runtime import metrics, tracing
from runtime.loglines import JsonLines
from runtime.otlp import OtlpExporter
from runtime.tracing import incoming
from tests.api import ROOT
from tests.programs import wait_until
from tests.sdk import tool

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADER = f"00-{TRACE}-{PARENT}-01"


@dataclass
class Heard:
    """A server that is a collector at /v1/traces, and a Dify's inner API at all other paths."""

    url: str = ""
    spans: list[dict[str, Any]] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    dify: list[str] = field(default_factory=list)  # the traceparent of each of its requests

    def hear(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        if path != "/v1/traces":
            self.dify.append(headers["traceparent"])
            return orjson.dumps({"data": {"result": True}, "error": ""})
        self.headers.append(headers)
        for told in orjson.loads(body)["resourceSpans"]:
            self.resources.append(json.dumps(told["resource"]))
            self.spans += [span for scope in told["scopeSpans"] for span in scope["spans"]]
        return b"{}"

    def named(self, name: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["name"] == name]


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = found.hear(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """The tests say what is of interest."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def exporter(heard: Heard) -> Iterator[OtlpExporter]:
    found = OtlpExporter(heard.url, headers={"x-token": "t"}, share=1.0, about={"service.name": "tests"})
    tracing.set_exporter(found)
    yield found
    tracing.set_exporter(None)
    found.close()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (HEADER, HEADER),
        (f" {HEADER.upper()} ", HEADER),
        (f"01-{TRACE}-{PARENT}-01", ""),
        (f"00-{'0' * 32}-{PARENT}-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"00-{TRACE}-{PARENT}-01-more", ""),
        ("nonsense\xff", ""),
    ],
)
def test_what_callers_say_is_kept_if_it_is_understood(said: str, kept: str) -> None:
    assert incoming(said.encode("latin-1")) == kept


def test_without_a_collector_nothing_is_made_and_what_came_goes_on() -> None:
    session = tool("echo")
    session.traceparent = HEADER
    with metrics.invocation(session) as call:
        assert call.span is None
    assert tracing.outgoing(session) == HEADER
    session.traceparent = ""
    assert tracing.outgoing(session).split("-")[1] == session.id.replace("-", "")


def test_a_call_is_a_span_below_its_callers(exporter: OtlpExporter, heard: Heard) -> None:
    session = tool("echo")
    session.traceparent = HEADER
    with metrics.invocation(session) as call:
        call.status = "timeout"
        with tracing.reverse_call(session, "llm"):
            below = tracing.outgoing(session)
    exporter.close()
    (door,), (reverse,) = heard.named("invoke_tool"), heard.named("reverse llm")
    assert (door["traceId"], door["parentSpanId"], door["kind"]) == (TRACE, PARENT, 2)
    assert door["status"] == {"code": 2, "message": "timeout"}
    assert (reverse["traceId"], reverse["parentSpanId"]) == (TRACE, door["spanId"])
    assert below == f"00-{TRACE}-{reverse['spanId']}-01"
    assert int(door["startTimeUnixNano"]) <= int(reverse["startTimeUnixNano"]) <= int(door["endTimeUnixNano"])
    assert {"key": "patchbay.session", "value": {"stringValue": session.id}} in door["attributes"]
    assert heard.headers[0]["x-token"] == "t"


def test_who_asks_not_to_be_traced_is_not(exporter: OtlpExporter, heard: Heard) -> None:
    session = tool("echo")
    session.traceparent = HEADER[:-2] + "00"
    with metrics.invocation(session), tracing.reverse_call(session, "llm") as span:
        assert span is None
        assert tracing.outgoing(session) == HEADER[:-2] + "00"
    exporter.share = 0.0
    fresh = tool("echo")
    with metrics.invocation(fresh):
        assert fresh.traceparent.endswith("-00")
    exporter.close()
    assert heard.spans == []


def test_a_collector_that_is_away_costs_spans_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    exporter = OtlpExporter("http://127.0.0.1:9", headers={}, share=1.0, about={})
    tracing.set_exporter(exporter)
    for _ in range(3):
        with metrics.invocation(tool("echo")):
            pass
    tracing.set_exporter(None)
    exporter.close()
    assert (exporter.sent, exporter.lost) == (0, 3)
    assert "takes nothing" in caplog.text


def test_log_lines_name_the_call_that_they_belong_to() -> None:
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, "It said %s", ("hi",), None)
    bare = orjson.loads(JsonLines().format(record))
    assert (bare["level"], bare["logger"], bare["message"]) == ("WARNING", "a.b", "It said hi")
    assert "session" not in bare
    session = tool("echo")
    session.traceparent = HEADER
    token = tracing.session.set(session)
    line = orjson.loads(JsonLines().format(record))
    tracing.session.reset(token)
    assert (line["session"], line["trace"]) == (session.id, TRACE)
    assert (line["plugin"], line["workspace"]) == (session.plugin, session.workspace)


@pytest.mark.redis
@pytest.mark.postgres
def test_one_trace_goes_through_door_link_plugin_and_dify(
    heard: Heard, split_hosts: Callable[..., Any], call: Callable[..., Any], tmp_path: Path
) -> None:
    """The web process makes the first span and that of the way to the worker, which makes the last: Dify is told of that."""
    host = split_hosts(
        OTEL_EXPORTER_OTLP_ENDPOINT=heard.url,
        DIFY_INNER_API_URL=heard.url,
        DIFY_INNER_API_KEY="key",
        LOG_FORMAT="json",
    )
    caller = call(host)
    package = tmp_path / "caller.difypkg"
    write_package(ROOT / "tests" / "plugins" / "caller", package)
    caller.install(caller.upload(package))
    caller.http.headers["traceparent"] = HEADER
    events = caller.tool("patchbay/caller", "moderation", text="t")
    assert [event["code"] for event in events] == [0]
    names = ("invoke_tool", "link", "reverse moderation")
    wait_until(lambda: all(map(heard.named, names)), what="the spans are told", seconds=30)
    (door,), (hop,), (reverse,) = map(heard.named, names)
    assert (door["traceId"], door["parentSpanId"]) == (TRACE, PARENT)
    assert (hop["traceId"], hop["parentSpanId"]) == (TRACE, door["spanId"])
    assert (reverse["traceId"], reverse["parentSpanId"]) == (TRACE, hop["spanId"])
    assert heard.dify == [f"00-{TRACE}-{reverse['spanId']}-01"]
    assert len(set(heard.resources)) == 2, "two processes"
    lines = host.programs["worker"].output.splitlines()
    assert any(orjson.loads(line)["logger"] for line in lines if line.startswith("{"))
