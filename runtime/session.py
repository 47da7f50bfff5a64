"""A session: one call, from the door that took it to the plugin and back (house.md 1, protocol.md 3.6)."""

import time
from dataclasses import dataclass, field
from os import register_at_fork, urandom
from typing import Any

import orjson

AT_ONCE = 256  # ids whose bytes are drawn together


# Drawn by the hundred, since asking the system costs more than all else about an id. A fork must not draw the same.
drawn: list[str] = []
register_at_fork(after_in_child=drawn.clear)


def new_session_id() -> str:
    """A random UUID (RFC 9562, version 4), written down without making an object of it."""
    try:
        one = drawn.pop()
    except IndexError:
        fresh = urandom(16 * AT_ONCE).hex()
        drawn.extend([fresh[start : start + 32] for start in range(32, 32 * AT_ONCE, 32)])
        one = fresh[:32]
    return f"{one[:8]}-{one[8:12]}-4{one[13:16]}-a{one[17:20]}-{one[20:]}"


@dataclass(slots=True)
class Session:
    """Only strings and plain data, so that it can cross a process border. Times are Unix seconds.

    `permission` is the manifest's `resource.permission`; what the plugin may call back is decided by it.
    """

    workspace: str
    plugin: str  # unique identifier
    type: str
    action: str
    data: dict[str, Any]
    user: str = ""
    conversation_id: str | None = None
    message_id: str | None = None
    app_id: str | None = None
    endpoint_id: str | None = None
    context: dict[str, Any] | None = None
    permission: dict[str, Any] = field(default_factory=dict)
    deadline: float = field(default_factory=lambda: time.time() + 600)
    depth: int = 0  # plugins that wait for this call's answer, one calling the next
    hops: int = 0  # links that the call has crossed
    satisfied: bool = False  # its caller has all that he asked for: what is still said need not be stopped
    traceparent: str = ""  # of the span that this session is (W3C Trace Context), "" where nobody traces
    trace: str = ""  # id of the session at the door; "" for that one itself
    id: str = field(default_factory=new_session_id)

    def request_line(self) -> bytes:
        """The line that hands the call to the plugin, newline included."""
        return self.line("request", {"user_id": self.user, "type": self.type, "action": self.action, **self.data})

    def cancel_line(self) -> bytes:
        """The line that ends the call in a plugin that understands it (runtime/companion/cancelling.py)."""
        return self.line("backwards_response", {"cancel": True})

    def line(self, event: str, data: dict[str, Any]) -> bytes:
        """A host-to-plugin message of this session: `event` is `request` or `backwards_response`."""
        return orjson.dumps(
            {
                "session_id": self.id,
                "conversation_id": self.conversation_id,
                "message_id": self.message_id,
                "app_id": self.app_id,
                "endpoint_id": self.endpoint_id,
                "context": self.context,
                "event": event,
                "data": data,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )

    def packed(self) -> dict[str, Any]:
        """The session as plain data, for another process; `newer.told_as` is the way back."""
        return {name: getattr(self, name) for name in Session.__slots__}
