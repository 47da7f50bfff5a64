"""A cell's only door to the network: a proxy that writes down who is asked for, and lets through to a few.

It works outside, on a socket that was opened inside: what is asked for it looks up and connects to itself, so nothing in the cell
needs a network, nor the names of hosts, nor the password of the operator's own proxy.
"""

import base64
import re
import socket
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from runtime.cells.notes import Notes

LONGEST, MOST, PATIENCE, QUIET, CHUNK = 16384, 64, 10.0, 300.0, 1 << 16
REQUEST = re.compile(rb"^([A-Z]{3,16}) (\S{1,4000}) HTTP/1\.[01]\r?\n")
TARGET = re.compile(r"^(?:([a-z][a-z0-9+.-]*)://)?(?:[^/@]*@)?(\[[0-9a-fA-F:.]+\]|[^/:?#\[\]]+)(?::(\d{1,5}))?")
TEXT = b"the network is closed here: nothing but the package index can be reached\n"
ANSWER = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
CLOSED = (b"403 Forbidden", TEXT)
SECURE, PLAIN = 443, 80
KEPT = frozenset(
    {"accept", "accept-encoding", "range", "user-agent", "if-none-match", "cache-control", "authorization"}
)


def asked_for(head: bytes) -> tuple[str, str] | None:
    """(host, the request in short) of the first line of a request to a proxy; None if it is none."""
    match = REQUEST.match(head)
    target = match[2].decode("latin-1") if match else ""
    found = TARGET.match(target) if target and not target.startswith("/") else None
    if match is None or found is None:
        return None
    # a login, and what stands behind a question mark, may be what is to be sent away
    shown = re.sub(r"//[^/@]*@", "//", target.partition("?")[0])
    return found[2].strip("[]").lower(), f"{match[1].decode()} {shown[:300]}"


def port_of(head: bytes) -> int:
    """The port of a request for which `asked_for` has an answer."""
    match = REQUEST.match(head)
    found = TARGET.match(match[2].decode("latin-1")) if match else None
    usual = PLAIN if found and found[1] == "http" else SECURE
    return int(found[3]) if found and found[3] else usual


class Unreachable(Exception):
    """Whom it would let through to cannot be reached; the text says why."""


class Door:
    """`hosts`: whom it lets through to; `through`: proxies of the operator by variable, as in HTTPS_PROXY."""

    def __init__(self, notes: Notes, *, hosts: Collection[tuple[str, int]], through: Mapping[str, str]) -> None:
        self.notes, self.hosts, self.through = notes, frozenset(hosts), through
        self.places = threading.Semaphore(MOST)

    def keep(self, listening: socket.socket) -> None:
        """Answer whoever comes, until the process ends."""
        with suppress(OSError):
            while True:
                accepted, _address = listening.accept()
                self.places.acquire()
                threading.Thread(target=self.serve, args=(accepted,), daemon=True).start()

    def serve(self, accepted: socket.socket) -> None:
        try:
            with accepted, suppress(OSError, ValueError):
                accepted.settimeout(PATIENCE)
                self.answer(accepted, head_of(accepted))
        finally:
            self.places.release()

    def answer(self, accepted: socket.socket, head: bytes) -> None:
        asked = asked_for(head)
        if asked is None or (asked[0], port_of(head)) not in self.hosts:
            if asked is not None:
                self.notes.note("host", asked[0])
                self.notes.note("request", asked[1])
            return say(accepted, *CLOSED)
        try:
            if head.startswith(b"CONNECT "):
                return self.connect(accepted, asked[0], port_of(head))
            if head.startswith((b"GET ", b"HEAD ")):
                return self.fetch(accepted, head)
        except OSError as error:
            return say(accepted, b"502 Bad Gateway", str(error).encode() + b"\n")
        except Unreachable as error:
            self.notes.note("unreachable", f"{asked[0]}: {error}")
            return say(accepted, b"502 Bad Gateway", str(error).encode() + b"\n")
        return say(accepted, b"405 Method Not Allowed", b"only GET and HEAD\n")

    def connect(self, accepted: socket.socket, host: str, port: int) -> None:
        with self.reach(host, port) as other:
            accepted.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            accepted.settimeout(QUIET)
            back = threading.Thread(target=pour, args=(other, accepted), daemon=True)
            back.start()
            pour(accepted, other)
            back.join()

    def reach(self, host: str, port: int) -> socket.socket:
        """A connection to the host, through the operator's proxy if there is one for it."""
        proxy = self.proxy_for(host, "HTTPS")
        if not proxy:
            return self.call(host, port)
        other = self.call_proxy(proxy)
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        other.sendall(f"CONNECT {shown} HTTP/1.1\r\nHost: {shown}\r\n{login(proxy)}\r\n".encode())
        if not re.match(rb"HTTP/1\.[01] 2\d\d", said := head_of(other)):
            other.close()
            raise Unreachable(f"the proxy answers {said.partition(b'\r\n')[0].decode(errors='replace')}")
        return other

    def proxy_for(self, host: str, scheme: str) -> str:
        return "" if self.is_excepted(host) else self.through.get(f"{scheme}_PROXY", "")

    def call_proxy(self, proxy: str) -> socket.socket:
        where = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if where.scheme != "http" or not where.hostname:
            raise Unreachable("only a proxy whose address begins with http:// can be used here")
        return self.call(where.hostname, where.port or PLAIN)

    def call(self, host: str, port: int) -> socket.socket:
        try:
            return socket.create_connection((host, port), timeout=QUIET)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error

    def is_excepted(self, host: str) -> bool:
        names = [name.strip().lower().lstrip(".") for name in self.through.get("NO_PROXY", "").split(",")]
        return any(name and (name == "*" or host == name or host.endswith(f".{name}")) for name in names)

    def fetch(self, accepted: socket.socket, head: bytes) -> None:
        """One request without a body; what comes after it on the connection is not passed on."""
        match = REQUEST.match(head)
        where = urlsplit(match[2].decode("latin-1") if match else "")
        host, lines = where.hostname or "", head.decode("latin-1").splitlines()[1:]
        kept = "".join(f"{line}\r\n" for line in lines if line.partition(":")[0].lower() in KEPT)
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        site = where.netloc.rpartition("@")[2]
        proxy = self.proxy_for(host, "HTTP")
        target, known = (f"http://{site}{path}", login(proxy)) if proxy else (path, "")
        begins = f"{head.split(b' ')[0].decode()} {target} HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n"
        with self.call_proxy(proxy) if proxy else self.call(host, where.port or PLAIN) as other:
            other.sendall(f"{begins}{known}{kept}\r\n".encode("latin-1"))
            accepted.settimeout(QUIET)
            pour(other, accepted)


def login(proxy: str) -> str:
    where = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if where.username is None:
        return ""
    pair = f"{unquote(where.username)}:{unquote(where.password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}\r\n"


def head_of(connection: socket.socket) -> bytes:
    """All up to the empty line, and not a byte more; what is longer than a head may be is cut off."""
    head = bytearray()
    while not head.endswith((b"\r\n\r\n", b"\n\n")) and len(head) < LONGEST:
        more = connection.recv(1)
        if not more:
            break
        head += more
    return bytes(head)


def say(accepted: socket.socket, status: bytes, text: bytes) -> None:
    accepted.sendall(ANSWER % (status, len(text), text))


def pour(source: socket.socket, target: socket.socket) -> None:
    """All that comes from one goes to the other; then the other is told that there is no more."""
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
