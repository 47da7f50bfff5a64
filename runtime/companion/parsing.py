"""Patch `parsing`: the HTTP request of an endpoint or a trigger is read in one go where it is plain, as what we send mostly is.

From 0.10.1 on the SDK checks each request by a state machine of HTTP. Whatever its grammar does not plainly allow, or the SDK
refuses, goes that way still, so that what a plugin sees and the errors are the SDK's own.
"""

import re
from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from .patching import Patch, Place

# A head of printable ASCII; no name with an underscore, no line that goes on in the next, no space at either end of a value.
PLAIN = re.compile(rb"[A-Z]+ [!-~]+ HTTP/1\.1(?:\r\n[A-Za-z0-9-]+: [!-~](?:[ -~]*[!-~])?)+")
HOST = re.compile(r"([A-Za-z0-9.-]+)(?::([1-9][0-9]{0,3}))?")
LENGTH = re.compile(r"[0-9]{1,15}")
CONTENT = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
UNUSUAL = "TRANSFER_ENCODING"


def apply(places: Sequence[Place]) -> None:
    (read,) = places
    original = read.original
    if "h11" not in original.__globals__:
        return  # an older release: it takes the text apart itself, with less work
    request = import_module("werkzeug").Request

    def deserialize_request(raw_data: bytes) -> Any:
        environ = environ_of(raw_data) if type(raw_data) is bytes else None
        return original(raw_data) if environ is None else request(environ)

    read.replace(deserialize_request)


def environ_of(raw: bytes) -> "dict[str, Any] | None":
    """The WSGI environment that the SDK makes of a request; None where the SDK has to look at it itself."""
    head, _, body = raw.partition(b"\r\n\r\n")
    if not PLAIN.fullmatch(head):
        return None
    first, *lines = head.decode("ascii").split("\r\n")
    method, target, protocol = first.split(" ")
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields[name.upper().replace("-", "_")] = value
    host, length = HOST.fullmatch(fields.get("HOST", "")), fields.get("CONTENT_LENGTH", "")
    if len(fields) < len(lines) or UNUSUAL in fields or not host:
        return None
    if not LENGTH.fullmatch(length) or int(length) != len(body):
        return None
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": host[1].lower(),
        "SERVER_PORT": host[2] or "80",
        "SERVER_PROTOCOL": protocol,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        **{name if name in CONTENT else f"HTTP_{name}": value for name, value in fields.items()},
    }


PATCH = Patch(
    {
        "core.plugin_executor:deserialize_request": frozenset(
            {"c331819f249162b0", "5fbedf29aac7fa8f", "710b3bde92388344"}
        )
    },
    apply,
)
