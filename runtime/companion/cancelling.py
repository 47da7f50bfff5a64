"""Patch `cancel`: a session that nobody waits for any more ends in the plugin, wherever it stands.

The SDK makes every thread a greenlet (gevent), so that a session that waits, for a server or for a reverse call, can be
ended by raising in it: what it has open is closed on the way out. The message that asks for it is one that an SDK without
this patch reads and drops: a `backwards_response` that answers nothing.
"""

import time
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from .patching import NotApplied, Patch, Place

GIVE_WAY = 0.02  # seconds after which sessions that only write let what was asked of the plugin be read
PAUSE = 0.001  # seconds; less, and whatever reads does not get its turn
OURS = "cancel"  # the key that no other backwards_response has


class Cancelled(BaseException):
    """The host waits for this session no longer. Not an Exception: no plugin takes it for a fault to try again after."""


class Work:
    """One session in the plugin, from the line that asked for it to its end."""

    __slots__ = ("cancelled", "greenlet")

    def __init__(self) -> None:
        self.cancelled = False
        self.greenlet: Any = None  # None before it begins, and again once Cancelled has been raised in it


class Works:
    """All sessions of the plugin. Everything here runs in one native thread: nothing changes between two switches.

    Writing to stdout is no switch (gevent leaves it alone), so a session never ends in the middle of a line.
    """

    def __init__(self) -> None:
        self.open: dict[str, Work] = {}
        self.gevent: Any = import_module("gevent")

    def cancel(self, session_id: str) -> None:
        work = self.open.get(session_id)
        if work is not None and not work.cancelled:
            work.cancelled = True
            self.gevent.get_hub().loop.run_callback(self.end, work)

    def end(self, work: Work) -> None:
        """Called by the hub, to which the greenlet goes back at its next wait; whoever throws waits for that."""
        greenlet, work.greenlet = work.greenlet, None
        if greenlet is not None:
            greenlet.throw(Cancelled())

    def writes(self, session_id: str | None) -> None:
        """Raises Cancelled where a session has been cancelled, which it may have missed or not heard of so far."""
        work = self.open.get(session_id or "")
        if work is None:
            return
        own = work.greenlet is self.gevent.getcurrent()
        if own and time.time() - self.gevent.get_hub().loop.now() > GIVE_WAY:  # it notes when it last looked for news
            self.gevent.sleep(PAUSE)
        if work.cancelled:
            if own:
                work.greenlet = None
            raise Cancelled


def apply(places: Sequence[Place]) -> None:
    receive, execute, put = places
    if not import_module("gevent.monkey").is_module_patched("threading"):
        raise NotApplied("gevent does not run the threads of this plugin")
    works = Works()
    receive.replace(receiving(works, receive.original))
    execute.replace(executing(works, execute.original))
    put.replace(putting(works, put.original))


def receiving(works: Works, original: Any) -> Any:
    def _process_line(self: Any, data: Any) -> None:
        if data.event.value == "request":
            works.open[data.session_id] = Work()
        elif data.data.get(OURS) is True and "backwards_request_id" not in data.data:
            works.cancel(data.session_id)
            return
        original(self, data)

    return _process_line


def executing(works: Works, original: Any) -> Any:
    def _execute_request_in_thread(self: Any, session_id: str, *rest: Any) -> None:
        _data, _reader, writer, *_ = rest
        work = works.open.setdefault(session_id, Work())
        work.greenlet = works.gevent.getcurrent()
        try:
            works.writes(session_id)  # it may have been cancelled before it began
            original(self, session_id, *rest)
        except Cancelled as cancelled:
            traceback.clear_frames(cancelled.__traceback__)  # closes generators that were left in the middle
            works.open.pop(session_id)
            writer.session_message(session_id=session_id, data=writer.stream_end_object())
        finally:
            work.greenlet = None  # from here on it may have another session
            works.open.pop(session_id, None)

    return _execute_request_in_thread


def putting(works: Works, original: Any) -> Any:
    def put(self: Any, event: Any, session_id: str | None = None, *data: Any) -> None:
        works.writes(session_id)
        original(self, event, session_id, *data)

    return put


PATCH = Patch(
    checked={  # in the releases 0.7.0 to 0.10.2
        "core.server.__base.request_reader:RequestReader._process_line": frozenset(
            {"1268f52e7522b9f2", "daea313d406325e6", "45eda6d50c62c4a9"}
        ),
        "core.server.io_server:IOServer._execute_request_in_thread": frozenset(
            {"846d01d7aeded000", "cd70b0bdeae5bd27", "3f688910d92be9fe"}
        ),
        "core.server.__base.response_writer:ResponseWriter.put": frozenset({"15b157fb489fd08f", "840ddfd04b57a43a"}),
    },
    apply=apply,
)
