"""Lines of a plugin as frames, and back (protocol.md 3.4, 3.5).

The SDK writes its session events with fixed keys in a fixed order, so session and kind stand at known offsets and the
payload goes through as bytes. A line that is written in another way takes the slow road: decoded, checked, encoded.
"""

from typing import Any

import orjson

STREAM, ERROR, END, INVOKE, GONE = range(5)
Frame = tuple[int, bytes]
"""(kind, JSON payload). GONE is an error that the host says in the plugin's place."""

HEAD = b'{"event":"session","session_id":"'
AFTER_ID = b'","data":{"type":"'
KINDS = {b"stream": STREAM, b"error": ERROR, b"end": END, b"invoke": INVOKE}
MIDDLES = tuple((AFTER_ID + name + b'","data":', kind) for name, kind in KINDS.items())
STREAM_MIDDLE = MIDDLES[0][0]
SKIP, SKIP_MIDDLE = len(HEAD), len(STREAM_MIDDLE)

# httpx's line iterator, which Dify's client uses, splits at these (protocol.md 8.3). In JSON only strings have them.
NEXT_LINE, SEPARATORS = b"\xc2\x85", b"\xe2\x80"


def session_frame(line: bytes) -> tuple[bytes, int, bytes] | None:
    """(session id, kind, payload) of a session event, or None for every other line."""
    if not line.startswith(HEAD):
        return slow_frame(line) if b'"session"' in line else None
    end = line.find(b'"', SKIP)
    if line.startswith(STREAM_MIDDLE, end):
        return line[SKIP:end], STREAM, line[end + SKIP_MIDDLE : -2]
    for middle, kind in MIDDLES:
        if line.startswith(middle, end):
            return line[SKIP:end], kind, line[end + len(middle) : -2]
    return slow_frame(line)


def slow_frame(line: bytes) -> tuple[bytes, int, bytes] | None:
    """The same for a line whose keys are spaced or ordered in another way, or that is no session event at all."""
    message = decoded(line)
    data = message.get("data")
    session = message.get("session_id")
    if message.get("event") != "session" or not isinstance(data, dict) or not isinstance(session, str):
        return None
    kind = KINDS.get(str(data.get("type")).encode())
    if kind is None:
        text = f"unknown stream message type: {data.get('type')}"
        return session.encode(), ERROR, error_payload("unknown_stream_message_type", text)
    return session.encode(), kind, orjson.dumps(data.get("data"))


def decoded(line: bytes) -> dict[str, Any]:
    """The line as a mapping; an empty one where it is no JSON object."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return message if isinstance(message, dict) else {}


def error_payload(error_type: str, message: str, **args: Any) -> bytes:
    """What a plugin's error event carries, for errors that the host says in its place."""
    return orjson.dumps({"error_type": error_type, "message": message, "args": args})


def session_line(session_id: bytes, kind: int, payload: bytes) -> bytes:
    """A session event as the SDK writes it, for frames that cross from one of our processes to another."""
    middle = MIDDLES[kind][0] if kind != GONE else MIDDLES[1][0]
    return b"".join((HEAD, session_id, middle, payload, b"}}\n"))


def one_line(payload: bytes) -> bytes:
    """The payload without anything at which a reader of server-sent events would break the line."""
    if b"\r" in payload:
        payload = payload.replace(b"\r", b" ")
    if SEPARATORS in payload:
        payload = payload.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    if NEXT_LINE in payload:
        payload = payload.replace(NEXT_LINE, b"\\u0085")
    return payload
