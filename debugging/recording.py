"""The last calls of one connected plugin, to be looked at and made again. In memory only, on the node that has it. Pure."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import orjson

from debugging.masking import masked
from runtime.session import Session
from runtime.wire import END, ERROR, GONE, INVOKE, STREAM, Frame

KEPT_CALLS = 200
NAMED_BY = ("tool", "model", "agent_strategy", "datasource", "event", "provider")  # what says which one was called
KEPT_FRAMES = 200  # of one call
KEPT_BYTES = 64 << 10  # of one frame, and of what a call was given
NAMES = {STREAM: "stream", ERROR: "error", END: "end", INVOKE: "invoke", GONE: "gone"}


@dataclass(slots=True)
class Call:
    """One call. Times are Unix seconds; `frames` are (milliseconds since the beginning, kind, text)."""

    number: int
    session: Session
    at: float = field(default_factory=time.time)
    frames: list[tuple[int, str, str]] = field(default_factory=list)
    chunks: int = 0
    ended: float | None = None
    outcome: str = "running"  # running | ok | error | gone | left
    turn: int = 0

    def see(self, frames: list[Frame]) -> None:
        after = int((time.time() - self.at) * 1000)
        for kind, payload in frames:
            self.chunks += kind == STREAM
            if kind != STREAM:
                self.outcome = {END: "ok", ERROR: "error"}.get(kind, "gone")
            if len(self.frames) < KEPT_FRAMES or kind != STREAM:
                self.frames.append((after, NAMES[kind], text_of(payload)))

    def end(self) -> None:
        self.ended = time.time()
        if self.outcome == "running":
            self.outcome = "left"

    def shown(self) -> dict[str, Any]:
        """For pages, with secrets masked. `seconds` is None while it runs."""
        return {
            "number": self.number,
            "at": self.at,
            "type": self.session.type,
            "action": self.session.action,
            "name": str(next((self.session.data[one] for one in NAMED_BY if self.session.data.get(one)), "")),
            "user": self.session.user,
            "given": cut(orjson.dumps(masked(self.session.data)).decode()),
            "frames": self.frames,
            "chunks": self.chunks,
            "outcome": self.outcome,
            "seconds": None if self.ended is None else round(self.ended - self.at, 4),
        }


def text_of(payload: bytes) -> str:
    if len(payload) > KEPT_BYTES:
        return cut(payload[: KEPT_BYTES + 4].decode(errors="replace"))
    try:
        return orjson.dumps(masked(orjson.loads(payload))).decode()
    except orjson.JSONDecodeError:
        return payload.decode(errors="replace")


def cut(text: str) -> str:
    return text if len(text) <= KEPT_BYTES else f"{text[:KEPT_BYTES]} …"


class Recorder:
    """Filled by the backend, asked by pages; all on one event loop."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self.number = 0
        self.turn = 0  # counts changes, so that who asks again gets what is new

    def begin(self, session: Session) -> Call:
        self.number += 1
        call = Call(self.number, session)
        self.calls.append(call)
        self.tell(call)
        return call

    def tell(self, call: Call) -> None:
        self.turn += 1
        call.turn = self.turn

    def find(self, number: int) -> Call | None:
        return next((call for call in self.calls if call.number == number), None)

    def since(self, turn: int) -> list[Call]:
        """The calls that have begun or changed after that turn, oldest first."""
        return [call for call in self.calls if call.turn > turn]
