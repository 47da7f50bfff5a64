"""Streams of JSON that mean to be server-sent events, made such where an endpoint's rules ask for it. Pure.

Some plugins send an object, then an empty line, without the `data:` of events: readers pass over what names no field (HTML
standard, 9.2.6), so their clients hear nothing. A host that passes bytes on cannot know better; its owner can.
"""

from endpoints.http import Headers, header, without

KINDS = (b"text/event-stream", b"event-stream")
EVENTS = (b"content-type", b"text/event-stream")
JSON_BEGINS = (b"{", b"[")


def is_meant(headers: Headers) -> bool:
    """Whether the answer says that it is events, also by the name that is no media type."""
    return header(headers, b"content-type").partition(b";")[0].strip().lower() in KINDS


def as_events(headers: Headers) -> Headers:
    """The headers under the right name, without a length that no longer holds."""
    return [*without(headers, b"content-type", b"content-length"), EVENTS]


class Framing:
    """Frames line by line what comes in pieces of any size."""

    def __init__(self) -> None:
        self.rest = b""

    def heard(self, piece: bytes, *, last: bool = False) -> bytes:
        *lines, self.rest = (self.rest + piece).split(b"\n")
        framed = b"".join(line_of(line) + b"\n" for line in lines)
        if not last or not self.rest:
            return framed
        rest, self.rest = self.rest, b""
        return framed + line_of(rest) + b"\n\n"


def line_of(line: bytes) -> bytes:
    return b"data: " + line if line.startswith(JSON_BEGINS) else line
