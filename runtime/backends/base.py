"""What every way of running a plugin shares: a plugin is something that can be streamed from (house.md 1, 4)."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol

import orjson

from runtime import tracing
from runtime.backends.inbox import Inbox
from runtime.errors import PluginGone
from runtime.session import Session
from runtime.wire import GONE, INVOKE, Frame, error_payload, session_frame

log = logging.getLogger(__name__)

MOST_CALLS = 2000  # reverse calls of one session that are answered at the same time

Answer = Callable[[Session, dict[str, Any]], AsyncGenerator[dict[str, Any]]]
"""Answers a reverse call: takes the session and the call, yields the `data` of each backwards_response."""


class Plugin(Protocol):
    """Something that answers sessions."""

    def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        """Frames in order, those that came together in one list; the last one is END, ERROR or GONE."""
        ...


class Backend(Plugin, Protocol):
    """A plugin that this process runs."""

    async def start(self) -> None:
        """Returns when the plugin beats; raises StartFailed with a sentence for the user."""

    def poll(self) -> int | None:
        """None while it lives, else a number that says how it ended."""

    async def stop(self, grace: float) -> None:
        """Ends it, by force after `grace` seconds; returns when nothing of it is left."""


class Conversation:
    """One open session: its inbox, and the reverse calls that are being answered for it."""

    __slots__ = ("inbox", "session", "tasks")

    def __init__(self, session: Session, limit: int) -> None:
        self.session = session
        self.inbox = Inbox(limit)
        self.tasks: set[asyncio.Task[None]] = set()

    def drop_calls(self) -> None:
        for task in self.tasks:
            task.cancel()


class DuplexBackend(ABC):
    """Sessions over a pair of byte streams that carry lines.

    A subclass connects, says how to `write`, calls `feed` with what it reads and `lost` when nothing more will come.
    Invariant: a call never outlives its plugin.
    """

    def __init__(self, *, session_limit: int, line_limit: int, answer: Answer) -> None:
        self.conversations: dict[bytes, Conversation] = {}
        self.session_limit = session_limit
        self.line_limit = line_limit
        self.answer = answer
        self.partial: list[bytes] = []
        self.partial_size = 0
        self.skipping = False

    # What a subclass must say.

    @abstractmethod
    def write(self, line: bytes) -> None:
        """Hands a line to the other side without waiting; raises PluginGone when there is none."""

    async def drain(self) -> None:  # noqa: B027 - a side that always has room says nothing
        """Waits until the other side has room again."""

    def abandon(self, session: Session) -> None:  # noqa: B027 - a side that cannot be told says nothing
        """Tells the other side that nobody waits for this session any more; may raise PluginGone."""

    def other_line(self, line: bytes) -> None:  # noqa: B027 - a side that says nothing else need not hear it
        """A line that belongs to no session: heartbeats, log records, stray prints."""

    # The side of the callers.

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        key = session.id.encode()
        conversation = self.conversations[key] = Conversation(session, self.session_limit)
        try:
            self.write(self.opening_line(session))
            while not conversation.inbox.over or conversation.inbox.frames:
                yield await conversation.inbox.take()
        finally:
            self.close(key)

    def opening_line(self, session: Session) -> bytes:
        return session.request_line()

    def close(self, key: bytes) -> None:
        """Forgets a session; what the plugin still says of it is dropped, what it still asks is not answered."""
        conversation = self.conversations.pop(key, None)
        if conversation is None:
            return
        conversation.drop_calls()
        if not (conversation.inbox.finished or conversation.session.satisfied):
            with contextlib.suppress(PluginGone):
                self.abandon(conversation.session)

    # The side of the plugin.

    def feed(self, data: bytes) -> None:
        """Deals the lines of the next piece that was read. A line may be split over many pieces."""
        if b"\n" not in data:
            self.keep_partial(data)
            return
        first, _, rest = data.partition(b"\n")
        if self.partial or self.skipping:
            self.end_partial(first)
        elif first:
            self.deal(first)
        *lines, last = rest.split(b"\n")
        for line in lines:
            if line:
                self.deal(line)
        if last:
            self.keep_partial(last)

    def keep_partial(self, data: bytes) -> None:
        if self.skipping:
            return
        self.partial.append(data)
        self.partial_size += len(data)
        if self.partial_size > self.line_limit:
            self.refuse_line(b"".join(self.partial))
            self.partial, self.partial_size, self.skipping = [], 0, True

    def end_partial(self, data: bytes) -> None:
        if self.skipping:
            self.skipping = False
            return
        self.partial.append(data)
        line, self.partial, self.partial_size = b"".join(self.partial), [], 0
        if line:
            self.deal(line)

    def refuse_line(self, head: bytes) -> None:
        """A line over the limit ends its own session only; the rest of it is skipped."""
        start = head.find(b'"session_id":"') + len(b'"session_id":"')
        key = head[start : head.find(b'"', start)]
        self.end_session(
            key,
            "MessageTooLarge",
            f"The plugin sent one message of more than {self.line_limit} bytes; the limit is"
            " PLUGIN_RUNTIME_MAX_BUFFER_SIZE.",
        )

    def deal(self, line: bytes) -> None:
        frame = session_frame(line)
        if frame is None:
            self.other_line(line)
            return
        key, kind, payload = frame
        conversation = self.conversations.get(key)
        if conversation is None:
            return
        if kind == INVOKE:
            self.call_back(conversation, payload)
        else:
            conversation.inbox.put(kind, payload)

    def end_session(self, key: bytes, error_type: str, message: str) -> None:
        conversation = self.conversations.get(key)
        if conversation is not None:
            conversation.inbox.put(GONE, error_payload(error_type, message))

    def lost(self, reason: str) -> None:
        """Nothing more will be read: every open session hears it now, and what was done for it ends."""
        payload = error_payload("ConnectionClosedError", reason)
        for conversation in list(self.conversations.values()):
            conversation.inbox.put(GONE, payload)
            conversation.drop_calls()

    # What the plugin calls back.

    def call_back(self, conversation: Conversation, payload: bytes) -> None:
        try:
            call = orjson.loads(payload)
            identified = isinstance(call["request"], dict) and call["backwards_request_id"] and call["type"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            identified = False
        if not identified:
            message = "invoke dify failed: the call needs type, backwards_request_id and request"
            conversation.inbox.put(GONE, error_payload("invoke_dify_error", message))
            return
        answer = self.answer if len(conversation.tasks) < MOST_CALLS else too_many
        task = asyncio.get_running_loop().create_task(self.write_back(conversation.session, call, answer))
        conversation.tasks.add(task)
        task.add_done_callback(conversation.tasks.discard)

    async def write_back(self, session: Session, call: dict[str, Any], answer: Answer) -> None:
        """Writes what answers a reverse call; always ends it, also when the answer breaks off."""
        request_id = call["backwards_request_id"]
        tracing.session.set(session)

        def respond(event: str, message: str, data: Any = None) -> None:
            content = {"backwards_request_id": request_id, "event": event, "message": message, "data": data}
            self.write(session.line("backwards_response", content))

        with contextlib.suppress(PluginGone):
            try:
                async with contextlib.aclosing(answer(session, call)) as responses:
                    async for data in responses:
                        respond(**data)
                        await self.drain()
            except PluginGone:
                raise
            except Exception as error:
                log.exception("The reverse call %s of %s broke off", call["type"], session.plugin)
                respond("error", f"The host failed to answer {call['type']}: {error}")
            respond("end", "")


async def too_many(session: Session, call: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    yield {"event": "error", "message": f"more than {MOST_CALLS} reverse calls at once in one session", "data": None}
