"""What came back from a call, and what it says of the plugin and of us."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

ANSWERED, RIGHT, PLUGIN_ERROR, STARTED = "answered", "right answer", "plugin error", "started"
HOST_ERROR, WRONG, NO_ANSWER = "HOST ERROR", "WRONG ANSWER", "NO ANSWER"
LOUD = (HOST_ERROR, WRONG, NO_ANSWER)
SHORT = 140

# The SDK could not read our request: whatever it is called, that is ours.
UNREADABLE = re.compile(
    r"validation errors? for \w*(Request|Session)|Failed to process request|is not a valid \w*Action"
)


class HostFault(Exception):
    """The host refused or failed where it should have answered."""


@dataclass(slots=True)
class Reply:
    """Chunks in the order they came; `fault` is an envelope with a negative code, `trouble` what was no envelope."""

    chunks: list[Any] = field(default_factory=list)
    fault: dict[str, Any] | None = None
    trouble: str = ""
    late: bool = False
    seconds: float = 0.0

    def verdict(self) -> tuple[str, str]:
        """One of the words above, and a short explanation."""
        if self.late:
            return NO_ANSWER, f"after {self.seconds:.0f} s, {len(self.chunks)} chunks"
        if self.trouble:
            return HOST_ERROR, shortened(self.trouble)
        if self.fault is not None:
            return judged(self.fault)
        if not self.chunks:
            return HOST_ERROR, "the stream ended without a word"
        return ANSWERED, shortened(described(self.chunks))


def judged(fault: dict[str, Any]) -> tuple[str, str]:
    """A plugin's own error is a JSON document inside the message inside the message (protocol.md 8.1)."""
    outer = decoded(fault.get("message"))
    inner = decoded(outer.get("message"))
    said = f"{inner.get('error_type')}: {inner.get('message')}"
    if outer.get("error_type") != "PluginInvokeError" or not inner.get("error_type") or UNREADABLE.search(said):
        return HOST_ERROR, shortened(json.dumps(fault, ensure_ascii=False))
    return PLUGIN_ERROR, shortened(said)


def decoded(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def described(chunks: list[Any]) -> str:
    if len(chunks) > 1:
        return f"{len(chunks)} chunks, last {json.dumps(chunks[-1], ensure_ascii=False)}"
    return json.dumps(chunks[0], ensure_ascii=False)


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"
