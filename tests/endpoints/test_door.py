"""Answers of plugins through the public door: whole, streamed, broken, late, and refusals, over a real server."""

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.endpoints.conftest import Endpoints
from tests.programs import wait_until

ALL_BYTES = bytes(range(256)) * 40


def told(**answer: Any) -> bytes:
    return json.dumps(answer).encode()


def refusal(answer: httpx.Response) -> dict[str, Any]:
    """The decoded message of a refusal."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["data"] is None
    inner: dict[str, Any] = json.loads(answer.json()["message"])
    return inner


# Whole answers.


def test_status_headers_and_body_come_back(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    headers = [["X-Own", "yes"], ["Content-Type", "application/x-own"], ["ETag", '"1"']]
    body = told(status=418, headers=headers, body=ALL_BYTES.hex())
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=body)
    assert answer.status_code == 418
    assert answer.headers["x-own"] == "yes"
    assert answer.headers["content-type"] == "application/x-own"
    assert answer.headers["etag"] == '"1"'
    assert answer.content == ALL_BYTES
    assert answer.headers["content-length"] == str(len(ALL_BYTES))


def test_two_cookies_that_the_plugin_manages_to_send(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    """The SDK keeps one header of each spelling, so two spellings are two."""
    headers = [["Set-Cookie", "a=1; Path=/"], ["set-cookie", "b=2; Path=/"]]
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(headers=headers))
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]


def test_cookies_of_our_pages_are_out_of_reach(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    headers = [["Set-Cookie", "sessionid=evil; Path=/"], ["set-cookie", "fine=1"]]
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(headers=headers))
    assert answer.headers.get_list("set-cookie") == ["fine=1"]


@pytest.mark.parametrize(
    ("content_type", "sandboxed"),
    [
        ("text/html", True),
        ("image/svg+xml", True),
        ("application/xhtml+xml", True),
        ("application/json", False),
        ("image/png", False),
    ],
)
def test_pages_of_plugins_get_an_origin_of_their_own(
    mirror, endpoints: Endpoints, web: httpx.Client, content_type: str, sandboxed: bool
) -> None:
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(headers=[["Content-Type", content_type]]))
    assert ("sandbox" in answer.headers.get("content-security-policy", "")) is sandboxed


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body(mirror, endpoints: Endpoints, web: httpx.Client, status: int) -> None:
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(status=status, body="616263"))
    assert answer.status_code == status
    assert answer.content == b""
    assert web.get(endpoints.url(mirror[1], "/next")).json()["path"] == "/next"


@pytest.mark.parametrize("status", [200, 301, 404, 429, 500, 503])
def test_statuses_are_the_plugins(mirror, endpoints: Endpoints, web: httpx.Client, status: int) -> None:
    assert web.post(endpoints.url(mirror[1], "/answer"), content=told(status=status)).status_code == status


def test_a_status_that_is_none_is_a_bad_gateway(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(status=99))
    assert answer.status_code == 502
    assert "99" in refusal(answer)["message"]


def test_lines_cannot_be_smuggled_into_headers(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    headers = [["Connection", "upgrade"], ["Transfer-Encoding", "chunked"], ["X Bad", "1"], ["X-Good", "é"]]
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(headers=headers, body="6f6b"))
    assert answer.content == b"ok"
    assert "x bad" not in answer.headers
    assert answer.headers["x-good"].encode("latin-1") in ("é".encode(), "é".encode("latin-1"))


def test_an_answer_has_one_date(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    headers = [["Date", "Thu, 01 Jan 1970 00:00:00 GMT"], ["Server", "own"]]
    answer = web.post(endpoints.url(mirror[1], "/answer"), content=told(headers=headers))
    assert len(answer.headers.get_list("date")) == 1
    assert answer.headers["server"] == "own"


def test_ten_mebibytes_come_back(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    size = 10 << 20
    answer = web.get(endpoints.url(hooks, f"/bytes/{size}"))
    expected = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert hashlib.sha256(answer.content).hexdigest() == hashlib.sha256(expected).hexdigest()


# HEAD, OPTIONS, and routes of the SDK.


def test_head_is_get_without_the_body(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    answer = web.head(endpoints.url(hooks, "/bytes/100"))
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == "100"


def test_head_of_a_stream_ends_at_once(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    began = time.monotonic()
    assert web.head(endpoints.url(hooks, "/stream/600?delay_ms=100")).status_code == 200
    assert time.monotonic() - began < 30


def test_options_and_cors_are_the_plugins(hooks, mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    preflight = {"Origin": "https://a.test", "Access-Control-Request-Method": "POST"}
    assert web.options(endpoints.url(mirror[1], "/x"), headers=preflight).json()["method"] == "OPTIONS"
    refused = web.options(endpoints.url(hooks, "/echo"), headers=preflight)
    assert refused.status_code == 404
    assert "access-control-allow-origin" not in refused.headers


def test_the_session_says_which_endpoint_and_settings_have_defaults(
    hooks, endpoints: Endpoints, web: httpx.Client
) -> None:
    seen = web.get(endpoints.url(hooks, "/echo")).json()
    assert seen["session"] == {"endpoint_id": hooks["id"], "app_id": None}
    assert seen["settings"] == {"secret": "hush-hush", "greeting": "hello", "mode": "plain", "loud": False}


# Streams.


def test_events_flow_as_they_are_made(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    with web.stream("GET", endpoints.url(hooks, "/stream/5?delay_ms=500")) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        times = [time.monotonic() for line in answer.iter_lines() if line.startswith("data:")]
    assert len(times) == 5
    assert times[-1] - times[0] > 0.6


def test_the_head_comes_while_the_plugin_waits_for_what_it_sends_first(
    hooks, endpoints: Endpoints, web: httpx.Client
) -> None:
    with web.stream("GET", endpoints.url(hooks, "/stream/1?delay_ms=100000"), timeout=60) as answer:
        assert answer.status_code == 200


def test_a_long_stream_is_whole(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    text = web.get(endpoints.url(hooks, "/stream/3000?size=20")).text
    assert [line for line in text.splitlines() if line.startswith("id:")] == [f"id: {number}" for number in range(3000)]


def test_a_stream_with_a_promised_length(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    headers = [["Content-Length", str(len(ALL_BYTES))], ["Content-Type", "application/octet-stream"]]
    answer = web.post(
        endpoints.url(mirror[1], "/answer"), content=told(headers=headers, body=ALL_BYTES.hex(), pieces=7)
    )
    assert answer.content == ALL_BYTES
    assert answer.headers["content-length"] == str(len(ALL_BYTES))


@pytest.mark.parametrize("promised", [20_000, 5])
def test_a_promise_that_is_not_kept(mirror, endpoints: Endpoints, web: httpx.Client, promised: int) -> None:
    """Too little ends the connection, too much is cut; neither spoils the next request."""
    body = told(headers=[["Content-Length", str(promised)]], body=ALL_BYTES.hex(), pieces=3, delay_ms=20)
    if promised > len(ALL_BYTES):
        with pytest.raises(httpx.RemoteProtocolError):
            web.post(endpoints.url(mirror[1], "/answer"), content=body)
    else:
        assert web.post(endpoints.url(mirror[1], "/answer"), content=body).content == ALL_BYTES[:promised]
    assert web.get(endpoints.url(mirror[1], "/next")).json()["path"] == "/next"


def test_an_answer_that_breaks_off_does_not_look_whole(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    body = told(body=b"begun".hex(), pieces=2, delay_ms=100, breaks=True)
    with pytest.raises(httpx.RemoteProtocolError):
        web.post(endpoints.url(mirror[1], "/answer"), content=body)


@pytest.mark.parametrize("breaks", [False, True])
def test_who_knows_no_chunks_gets_the_bytes(
    mirror, endpoints: Endpoints, connection: socket.socket, breaks: bool
) -> None:
    """The end of the connection is the end of the answer: one that breaks off must not end like one that is whole."""
    body = told(body=b"by and by".hex(), pieces=3, delay_ms=50, breaks=breaks)
    head = f"POST /e/{mirror[1]['hook_id']}/answer HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    if breaks:
        with pytest.raises(ConnectionResetError):
            whole(connection)
        return
    head, _, answer = whole(connection).decode().partition("\r\n\r\n")
    assert answer == "by and by"
    assert "transfer-encoding" not in head


def whole(connection: socket.socket) -> bytes:
    """All that comes until the end of a connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_a_connection_outlasts_the_patience_of_clients(mirror, endpoints: Endpoints, connection: socket.socket) -> None:
    """Many give an idle one up after five seconds: whoever is first must be the client, or his next request is lost."""
    for pause in (0, 6):
        time.sleep(pause)
        connection.sendall(f"GET /e/{mirror[1]['hook_id']}/x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_head_without_an_end_is_refused_on_its_way(mirror, endpoints: Endpoints, connection: socket.socket) -> None:
    connection.sendall(f"GET /e/{mirror[1]['hook_id']}/x HTTP/1.1\r\nHost: x\r\nX-Long: ".encode())
    for _ in range(16):  # with what has been sent, just more than is listened to
        connection.sendall(b"a" * (1 << 16))
    answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 431 ")
    assert "ENDPOINT_MAX_HEADER_SIZE" in answer


@pytest.mark.parametrize("before", [b"", b"POST /e/%b/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"])
@pytest.mark.parametrize("pieces", [1, 3])
def test_a_head_that_is_too_large_is_counted_however_it_comes(
    mirror, endpoints: Endpoints, connection: socket.socket, before: bytes, pieces: int
) -> None:
    """65,536 bytes are allowed, of which some are the request line's and not counted."""
    hook = mirror[1]["hook_id"].encode()
    for size, status in ((65_000, b"200"), (65_600, b"431")):
        head = b"GET /e/%b/x HTTP/1.1\r\nHost: x\r\nX-Long: %b\r\n\r\n" % (hook, b"a" * size)
        sent = (before % hook if before else b"") + head
        part = len(sent) // pieces + 1
        for start in range(0, len(sent), part):
            connection.sendall(sent[start : start + part])
            time.sleep(0.1)
        answers = b""
        while answers.count(b"HTTP/1.1 ") < 1 + bool(before):
            answers += connection.recv(1 << 20)
        assert answers.rpartition(b"HTTP/1.1 ")[2].startswith(status)


def test_a_caller_who_leaves_ends_the_session(hooks, endpoints: Endpoints, connection: socket.socket) -> None:
    path = f"/e/{hooks['hook_id']}/stream/1000?delay_ms=50"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    wait_until(lambda: open_calls(endpoints) == 1, what="the call is open")
    connection.close()
    wait_until(lambda: open_calls(endpoints) == 0, what="the call has ended with its caller")


def open_calls(endpoints: Endpoints) -> float:
    text = httpx.get(f"{endpoints.host.url}/metrics/", trust_env=False).text
    return float(next(line for line in text.splitlines() if line.startswith("active_sessions_total")).split()[-1])


# Refusals.


def test_unknown_and_disabled_say_the_same(hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    unknown = web.get(f"{endpoints.host.url}/e/{'a' * 26}/echo")
    endpoints.post("disable", endpoint_id=hooks["id"])
    try:
        disabled = web.get(endpoints.url(hooks, "/echo"))
    finally:
        endpoints.post("enable", endpoint_id=hooks["id"])
    assert (disabled.status_code, disabled.content) == (unknown.status_code, unknown.content)
    assert disabled.status_code == 404
    assert refusal(disabled)["message"] == "endpoint not found"
    assert web.get(endpoints.url(hooks, "/echo")).status_code == 200


@pytest.mark.parametrize("path", ["/e/", "/e//", "/e/%00", "/e/é/x"])
def test_addresses_without_an_id(endpoints: Endpoints, web: httpx.Client, path: str) -> None:
    assert web.get(f"{endpoints.host.url}{path}").status_code == 404


def test_an_endpoint_reaches_only_its_own_plugin(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    """Headers by which dispatch names plugins and workspaces mean nothing here."""
    headers = {"X-Plugin-ID": "patchbay/hooks", "X-Api-Key": endpoints.host.key, "X-Plugin-Unique-Identifier": "a/b:1"}
    seen = web.get(endpoints.url(mirror[1], "/x"), headers=headers).json()
    assert seen["path"] == "/x"
    assert "greeting" not in seen["settings"]


# Rules.


@pytest.fixture
def ruled(hooks, endpoints: Endpoints) -> Iterator[Callable[..., None]]:
    """Gives the endpoint of `hooks` rules for one test."""

    def rule(secret: str | None = None, **rules: Any) -> None:
        endpoints.post("rules", endpoint_id=hooks["id"], rules=rules, secret=secret)

    yield rule
    endpoints.post("rules", endpoint_id=hooks["id"], rules={}, secret="")


def test_too_many_requests_a_minute(ruled, hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    ruled(rate=6, burst=2)
    answers = [web.get(endpoints.url(hooks, "/echo")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert refusal(answers[-1])["args"] == {"limit": "rate", "value": 6}


def test_strangers_who_cannot_sign_use_up_nothing(package_of, endpoints: Endpoints, web: httpx.Client) -> None:
    fresh = endpoints.set_up(package_of("hooks"), secret="hush-hush")
    endpoints.post("rules", endpoint_id=fresh["id"], rules={"rate": 6, "burst": 1, "scheme": "github"}, secret="key")
    assert {web.post(endpoints.url(fresh, "/echo"), content=b"x").status_code for _ in range(4)} == {401}
    headers = {"X-Hub-Signature-256": f"sha256={hmac.new(b'key', b'x', 'sha256').hexdigest()}"}
    answers = [web.post(endpoints.url(fresh, "/echo"), content=b"x", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    endpoints.post("remove", endpoint_id=fresh["id"])


def test_too_many_requests_at_once(ruled, hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    ruled(concurrency=1)
    with web.stream("GET", endpoints.url(hooks, "/stream/400?delay_ms=50")):
        refused = web.get(endpoints.url(hooks, "/echo"))
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    wait_until(lambda: web.get(endpoints.url(hooks, "/echo")).status_code == 200, what="there is room again")


def test_who_has_not_said_all_yet_takes_nobodys_place(
    ruled, hooks, endpoints: Endpoints, web: httpx.Client, connection: socket.socket
) -> None:
    """Else a few strangers who never end their bodies would keep everybody out, and need no signature for it."""
    ruled(concurrency=1, secret="key", scheme="github")
    head = f"POST /e/{hooks['hook_id']}/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 100 "), "the body is waited for"
    signature = hmac.new(b"key", b"x", "sha256").hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    assert web.post(endpoints.url(hooks, "/echo"), content=b"x", headers=headers).status_code == 200


def test_addresses_that_may_call(ruled, hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    ruled(allow=["192.0.2.0/24"])
    assert web.get(endpoints.url(hooks, "/echo"), headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
    ruled(allow=["127.0.0.0/8"])
    assert web.get(endpoints.url(hooks, "/echo")).status_code == 200


def test_signed_requests_alone_reach_the_plugin(ruled, hooks, endpoints: Endpoints, web: httpx.Client) -> None:
    ruled(secret="key", scheme="github")
    assert web.post(endpoints.url(hooks, "/echo"), content=b"x").status_code == 401
    signature = hmac.new(b"key", b"x", "sha256").hexdigest()
    right = web.post(
        endpoints.url(hooks, "/echo"), content=b"x", headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    assert right.status_code == 200
    assert right.json()["body"] == "x"


def test_platforms_that_try_an_address_without_signing_may_be_let_in(
    ruled, hooks, endpoints: Endpoints, web: httpx.Client
) -> None:
    """Meta's and Dropbox's first GET. Whatever else comes must be signed all the same."""
    ruled(secret="key", scheme="github")
    assert web.get(endpoints.url(hooks, "/echo?hub.challenge=1")).status_code == 401
    ruled(secret="key", scheme="github", unsigned_get=True)
    assert web.get(endpoints.url(hooks, "/echo?hub.challenge=1")).status_code == 200
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        assert web.request(method, endpoints.url(hooks, "/echo")).status_code == 401


def test_the_old_address_answers_for_a_while(mirror, endpoints: Endpoints, web: httpx.Client) -> None:
    _, endpoint = mirror
    rotated = endpoints.post("rotate", endpoint_id=endpoint["id"], grace=60)
    new = endpoint | {"hook_id": rotated["hook_id"]}
    assert web.get(endpoints.url(endpoint, "/old")).json()["path"] == "/old"
    assert web.get(endpoints.url(new, "/new")).json()["path"] == "/new"
    endpoint["hook_id"] = rotated["hook_id"]
