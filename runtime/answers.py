"""Frames of a plugin as answers of the dispatch door (protocol.md 8.3): events, merged events, or one document."""

import base64
from dataclasses import dataclass, field
from typing import Any

import orjson

from runtime.envelope import failure
from runtime.errors import PluginError, PluginGone, RuntimeFault
from runtime.link import LINK_FAULTS
from runtime.wire import END, STREAM, Frame, one_line

EVENT_HEAD, EVENT_TAIL = b'data: {"code":0,"message":"success","data":', b"}\n\n"
FILE_LIMIT = 15 << 20  # bytes of one file that an agent strategy sends in chunks
CHUNK_LIMIT = 8192  # bytes of one such chunk
BEGUN_LIMIT = 64 << 20  # bytes of all files of one answer that have begun and not ended


def plugin_fault(payload: bytes) -> RuntimeFault:
    """The fault behind an error frame: the plugin's own, or one that another node of ours met."""
    error = orjson.loads(payload)
    args = error.get("args") or {}
    if (fault := LINK_FAULTS.get(str(args.get("link_fault")))) is not None:
        return fault(error["message"])
    inner = {"args": args, "error_type": error.get("error_type", ""), "message": error.get("message", "")}
    kind = PluginGone if error.get("error_type") == "ConnectionClosedError" else PluginError
    return kind(orjson.dumps(inner).decode())


def failure_event(fault: RuntimeFault) -> bytes:
    return b"data: " + orjson.dumps(failure(fault)) + b"\n\n"


def events(frames: list[Frame]) -> bytes:
    """Server-sent events of frames that came together, in one piece; payloads pass through undecoded."""
    parts: list[bytes] = []
    for kind, payload in frames:
        if kind == STREAM:
            parts += (EVENT_HEAD, one_line(payload), EVENT_TAIL)
        elif kind != END:
            parts.append(failure_event(plugin_fault(payload)))
    return b"".join(parts)


@dataclass(slots=True)
class Merger:
    """Puts the blob chunks of an agent strategy together, as the daemon does on that route (protocol.md 6.5)."""

    files: dict[str, bytearray] = field(default_factory=dict)
    begun: int = 0  # bytes of these files

    def events(self, frames: list[Frame]) -> bytes:
        return events([frame for kind, payload in frames for frame in self.merged(kind, payload)])

    def merged(self, kind: int, payload: bytes) -> list[Frame]:
        if kind != STREAM or b'"blob_chunk"' not in payload:
            return [(kind, payload)]
        chunk = orjson.loads(payload)
        if not isinstance(chunk, dict) or chunk.get("type") != "blob_chunk":
            return [(kind, payload)]
        try:
            return self.add(chunk)
        except (KeyError, TypeError, ValueError):
            raise PluginError("The plugin sent a piece of a file that has not the form of one.") from None

    def add(self, chunk: dict[str, Any]) -> list[Frame]:
        message = chunk["message"]
        file = self.files.setdefault(str(message["id"]), bytearray())
        if message["end"]:
            del self.files[str(message["id"])]
            self.begun -= len(file)
            whole = {"type": "blob", "message": {"blob": base64.b64encode(file).decode()}, "meta": chunk.get("meta")}
            return [(STREAM, orjson.dumps(whole))]
        piece = base64.b64decode(message["blob"])
        if len(piece) > CHUNK_LIMIT:
            raise PluginError("single file chunk is too large")
        file += piece
        self.begun += len(piece)
        if len(file) > FILE_LIMIT or self.begun > BEGUN_LIMIT:
            raise PluginError("file is too large")
        return []
