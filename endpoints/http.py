"""Requests as the SDK's parser takes them, and answers of plugins as HTTP has them (protocol.md 9.3, 9.4). Pure.

The parser of SDK 0.10 is strict: one Host, an exact Content-Length, no `_` in names, UTF-8 values; the one of 0.7 keeps
the last of several headers of a name. So the text is built here from what arrived, and nothing that one of them refuses is in it.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from runtime.kept import Kept, kept, of_pair
from runtime.numerals import whole

Headers = list[tuple[bytes, bytes]]

# RFC 9110 7.6.1, and what older proxies have; the framing of the body is ours to say.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade "
    b"expect http2-settings content-length host".split()
)
# Said anew from what we know ourselves: strangers could write anything here.
ROAD = frozenset(
    b"x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-forwarded x-real-ip x-original-forwarded-for "
    b"x-original-url x-original-host forwarded dify-hook-id dify-hook-url".split()
)
DROPPED = HOP_BY_HOP | ROAD
NOT_ANSWERED = (HOP_BY_HOP - {b"content-length"}) | {b"date"}  # the date is our own to say
# A second one of these means nothing, so the first one stands.
SINGLE = frozenset(
    b"age authorization content-type etag from if-modified-since if-unmodified-since last-modified location max-forwards "
    b"referer retry-after server user-agent".split()
)
NAME = re.compile(rb"[!#$%&'*+.^`|~0-9A-Za-z-]+\Z")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
UNSAFE_IN_TARGET = re.compile(rb"[^\x21-\x7e]")
HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::([0-9]{0,5}))?\Z")

NO_BODY = frozenset({204, 205, 304})


class BadAnswer(ValueError):
    """What the plugin answered cannot be said in HTTP."""


class BadHost(ValueError):
    """No Host, several that differ, or one that is none (RFC 9112 3.2)."""


@dataclass(slots=True)
class Arrived:
    """A request as it came: `target` is path and query after the hook, names of headers are in small letters.

    The body comes when the caller has been let in. `client`, `host` and `scheme` are those of the caller himself, whatever
    proxies stand between.
    """

    method: str
    target: bytes
    headers: Headers
    body: bytes
    client: str
    host: bytes
    scheme: str


# The request.


def target_of(path: bytes, query: bytes) -> bytes:
    """Path and query as they came; what may not stand in a request line is percent-encoded."""
    return sayable(b"%b?%b" % (path, query) if query else path)


@kept
def sayable(whole: bytes) -> bytes:
    if not whole.startswith(b"/"):
        whole = b"/" + whole
    if whole.isascii() and b" " not in whole and whole.decode().isprintable():
        return whole
    return UNSAFE_IN_TARGET.sub(lambda found: b"%%%02X" % found[0][0], whole)


def host_of(headers: Headers, fallback: bytes = b"localhost") -> bytes:
    """The Host; the fallback where there is none, as HTTP/1.0 may do it. Raises BadHost."""
    hosts = {value.strip(b" \t") for name, value in headers if name == b"host"} or {fallback}
    host = hosts.pop()
    if hosts or not is_host(host):
        raise BadHost
    return host


@kept
def is_host(host: bytes) -> bool:
    """Also as the SDK's parser reads it, which asks whether the address between brackets is one."""
    found = HOST.match(host)
    return found is not None and int(found[2] or 0) <= 65535 and (found[1] is None or is_ipv6(found[1].decode()))


def is_ipv6(text: str) -> bool:
    return ":" in text and is_address(text)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # zones mean something on the machine alone that has them


@kept
def passed_name(name: bytes) -> bytes:
    """The name as plugins get it; empty for one that is not passed on."""
    return name.title() if name not in DROPPED and NAME.match(name) else b""


@kept
def answered_name(name: str) -> bytes:
    """The same for a plugin's answer."""
    raw = name.encode("latin-1", "ignore").lower()
    return raw if raw not in NOT_ANSWERED and NAME.match(raw) else b""


def request_text(arrived: Arrived, hook: str) -> bytes:
    """The request as HTTP/1.1 text with one Host, one of each name and the exact Content-Length."""
    road = roads[arrived.client, arrived.scheme, b"%b/e/%b" % (arrived.host, hook.encode())]
    return b"%b %b HTTP/1.1\r\nHost: %b\r\n%bContent-Length: %d\r\n%b%b\r\n\r\n%b" % (
        arrived.method.encode("ascii", "replace"),
        arrived.target,
        arrived.host,
        end_to_end(arrived.headers),
        len(arrived.body),
        road,
        arrived.target.partition(b"?")[0],
        arrived.body,
    )


def road_of(way: tuple[str, str, bytes]) -> bytes:
    """What we say ourselves of where a request comes from and goes to: client, scheme, host with hook; the path follows."""
    client, scheme, address = way
    proto, hook = scheme.encode(), address.rpartition(b"/")[2]
    road = b"X-Forwarded-For: %b\r\nX-Forwarded-Proto: %b\r\n" % (client.encode(), proto)
    return b"%bDify-Hook-Id: %b\r\nDify-Hook-Url: %b://%b" % (road, hook, proto, address)


roads = Kept(road_of, lambda way: len(way[2]))


def end_to_end(headers: Headers) -> bytes:
    """The lines of the headers that are meant for the plugin."""
    named = dict(headers)
    if len(named) < len(headers) or b"connection" in named:
        return b"".join([b"%b: %b\r\n" % pair for pair in merged(headers).items()])
    return b"".join([known_lines[pair] for pair in headers])


def line_of(pair: tuple[bytes, bytes]) -> bytes:
    """The line of a header that is the only one of its name; empty for one that is not passed on."""
    name = passed_name(pair[0])
    return b"%b: %b\r\n" % (name, clean_value(pair[1])) if name else b""


known_lines = Kept(line_of, of_pair)


def merged(headers: Headers) -> dict[bytes, bytes]:
    """End-to-end headers, one a name, in the order in which they came (RFC 9110 5.3; cookies by RFC 6265 5.4)."""
    found: dict[bytes, bytes] = {}
    hops: set[bytes] = set()
    for raw, value in headers:
        name = passed_name(raw)
        if not name:
            if raw == b"connection":
                hops |= named_hops(value)
        elif name not in found:
            found[name] = clean_value(value)
        elif raw not in SINGLE:
            found[name] += (b"; " if raw == b"cookie" else b", ") + clean_value(value)
    for hop in hops:
        found.pop(passed_name(hop), None)
    return found


def named_hops(connection: bytes) -> set[bytes]:
    """Headers that Connection names as meant for the next hop alone."""
    return {part.strip().lower() for part in connection.split(b",")}


def clean_value(value: bytes) -> bytes:
    """UTF-8 without control characters; what is no UTF-8 was Latin-1, as HTTP once had it."""
    value = value.strip(b" \t")
    if value.isascii() and value.decode().isprintable():
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return CONTROL.sub("", text).strip(" \t").encode()


def without_cookies(headers: Headers, names: frozenset[bytes]) -> Headers:
    """The same without those cookies: a browser sends the ones of our own pages along."""
    kept = [(name, rest_of_cookies(value, names) if name == b"cookie" else value) for name, value in headers]
    return [(name, value) for name, value in kept if value or name != b"cookie"]


def rest_of_cookies(value: bytes, names: frozenset[bytes]) -> bytes:
    parts = [part.strip() for part in value.split(b";")]
    return b"; ".join(part for part in parts if part and part.partition(b"=")[0].strip() not in names)


# The answer.


class Answer:
    """What a plugin's chunks amount to: a head as soon as it is known, and pieces of the body."""

    __slots__ = ("headers", "pieces", "status", "whole")

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: Headers | None = None
        self.pieces: list[bytes] = []
        self.whole = False  # status, headers and all of the body came as one, as the SDK says what it does not stream

    def hear(self, payload: bytes) -> None:
        """One chunk (protocol.md 9.4); raises BadAnswer."""
        try:
            chunk: dict[str, Any] = orjson.loads(payload)
            status, headers, result = chunk.get("status"), chunk.get("headers"), chunk.get("result")
            if status is not None:
                self.status = checked_status(status)
            if headers is not None:
                found = answered_headers(headers)
                self.headers = self.headers + found if self.headers else found
            if result:
                self.pieces.append(bytes.fromhex(result))
                length = (b"content-length", b"%d" % len(self.pieces[0]))
                self.whole = status is not None and length in (self.headers or ())
        except (AttributeError, TypeError, ValueError, orjson.JSONDecodeError) as error:
            raise BadAnswer(f"The plugin's answer is not one of an endpoint: {error}") from None

    @property
    def ready(self) -> bool:
        """Whether the head can be sent: a status with headers is there, or a part of the body."""
        return bool(self.pieces) or (self.status is not None and self.headers is not None)

    def head(self) -> tuple[int, Headers]:
        return self.status or 200, self.headers or []

    def taken(self) -> bytes:
        """The body that has come since the last time."""
        body = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces = []
        return body


def checked_status(status: Any) -> int:
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise BadAnswer(f"{status!r} is not a status that an answer can end with")
    return status


def answered_headers(headers: dict[str, Any]) -> Headers:
    """The plugin's headers with names that HTTP knows; a list of values is one header each."""
    found: Headers = []
    for name, value in headers.items():
        if type(value) is str:
            if (pair := known_headers[name, value]) is not None:
                found.append(pair)
        elif raw := answered_name(name):
            found += [(raw, answered_value(one)) for one in (value if isinstance(value, list) else [value])]
    return found


def answered_header(pair: tuple[str, str]) -> tuple[bytes, bytes] | None:
    """A header of an answer as it goes out; None for one that does not."""
    raw = answered_name(pair[0])
    return (raw, answered_value(pair[1])) if raw else None


known_headers = Kept(answered_header, of_pair)


def answered_value(value: Any) -> bytes:
    text = str(value)
    if text.isascii() and text.isprintable():
        return text.strip().encode()
    text = CONTROL.sub("", text).strip()
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def raw_answer(raw: bytes) -> tuple[int, Headers, bytes]:
    """An answer that comes as HTTP/1.1 text, as triggers give it; raises BadAnswer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest.partition(" ")[0]
    number = whole(status)
    if not version.startswith("HTTP/") or number is None:
        raise BadAnswer(f"{first[:100]!r} is no status line")
    pairs = [line.partition(":") for line in lines if ":" in line]
    headers = [one for name, _, value in pairs for one in answered_headers({name.strip(): value})]
    return checked_status(number), without(headers, b"content-length"), body


def content_length(headers: Headers) -> int | None:
    """What the plugin says of its body's length, if that is one number."""
    said = [value for name, value in headers if name == b"content-length"]
    return whole(said[0]) if said and said.count(said[0]) == len(said) else None


def without(headers: Headers, *names: bytes) -> Headers:
    return [(name, value) for name, value in headers if name not in names]


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The first header of a name, without the blanks around it (RFC 9112 5.1); empty where there is none."""
    for one, value in headers:
        if one == name:
            return value.strip(b" \t")
    return b""
