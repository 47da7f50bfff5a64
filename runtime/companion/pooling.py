"""Patch `pooling`: a call is handed to a thread of the plugin at once, not by way of ten turns of the loop.

The SDK's threads are greenlets, and its pool asks a semaphore whether one is idle: gevent lets all others run each time that
a lock is asked for without waiting, which the semaphore does five times for each call. One list says the same.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from .patching import NotApplied, Patch, Place

CALL = "_execute_request_in_thread"
Todo = tuple[Callable[..., Any], tuple[Any, ...]]


class Pool:
    """At most so many calls at a time; the rest wait in their order. Everything here runs in one native thread."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0
        self.idle: list[Any] = []  # inboxes of threads with nothing to do; the last to rest is the first to work
        self.waiting: deque[Todo] = deque()
        self.thread = import_module("threading").Thread
        self.inbox = import_module("gevent.queue").SimpleQueue
        self.timeout = import_module("gevent").Timeout

    def hand(self, call: Callable[..., Any], *values: Any) -> None:
        if self.idle:
            self.idle.pop().put((call, values))
        elif self.count < self.most:
            self.count += 1
            self.thread(target=self.work, args=((call, values),), daemon=True).start()
        else:
            self.waiting.append((call, values))

    def work(self, todo: Todo) -> None:
        inbox = self.inbox()
        while True:
            call, values = todo
            with contextlib.suppress(BaseException):  # as the SDK's pool, which keeps it for somebody who never asks
                call(*values)
            del call, values, todo  # nothing of a session is kept until the next
            todo = self.waiting.popleft() if self.waiting else self.next(inbox)

    def next(self, inbox: Any) -> Todo:
        self.idle.append(inbox)
        try:
            while True:
                with contextlib.suppress(Exception, self.timeout):  # what a session began and left behind ends here
                    todo: Todo = inbox.get()
                    return todo
        except BaseException:  # the thread itself is ended
            if inbox in self.idle:
                self.idle.remove(inbox)
            self.count -= 1
            raise


def apply(places: Sequence[Place]) -> None:
    (make,) = places
    if not import_module("gevent.monkey").is_module_patched("threading"):
        raise NotApplied("gevent does not run the threads of this plugin")
    original = make.original

    def init(self: Any, *values: Any, **named: Any) -> None:
        original(self, *values, **named)
        pool, submit = Pool(self.config.MAX_WORKER), self.executer.submit

        def to_whom(call: Any, /, *values: Any, **named: Any) -> Any:
            """Sessions go to the pool here; what else a plugin has done by these threads goes the usual way."""
            if named or getattr(call, "__name__", "") != CALL:
                return submit(call, *values, **named)
            return pool.hand(call, *values)

        self.executer.submit = to_whom

    make.replace(init)


PATCH = Patch(
    checked={"core.server.io_server:IOServer.__init__": frozenset({"d028908b386889eb"})},
    apply=apply,
)
