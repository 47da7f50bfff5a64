"""Traces: one for all that follows from a call at our door, told to an OpenTelemetry collector where one is set.

A caller's `traceparent` (W3C Trace Context) is kept in any case: through session, link and reverse call to the host's own
requests. Spans are made only while there is an exporter; without one a call costs a comparison.
"""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import urandom
from typing import Protocol

from runtime.session import Session

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})\Z")
INTERNAL, SERVER, CLIENT = 1, 2, 3  # kinds of spans (OpenTelemetry's trace.proto)


@dataclass(slots=True)
class Span:
    """Times in nanoseconds of Unix time; `wrong` says what went wrong, "" where nothing did."""

    name: str
    kind: int
    trace: str
    parent: str = ""
    id: str = field(default_factory=lambda: urandom(8).hex())
    began: int = field(default_factory=time.time_ns)
    ended: int = 0
    about: dict[str, str] = field(default_factory=dict)
    wrong: str = ""

    @property
    def traceparent(self) -> str:
        """What children of this span are told."""
        return f"00-{self.trace}-{self.id}-01"


class Exporter(Protocol):
    """Where spans go; `share` of the traces that begin here are told, 0 to 1."""

    share: float

    def add(self, span: Span) -> None:
        """Takes an ended span without waiting."""


exporter: Exporter | None = None
calling: ContextVar[Span | None] = ContextVar("calling", default=None)
session: ContextVar[Session | None] = ContextVar("session", default=None)
"""What this task works for, for the log."""


def set_exporter(found: Exporter | None) -> None:
    global exporter  # noqa: PLW0603 - a process has at most one
    exporter = found


def incoming(header: bytes | None) -> str:
    """A caller's `traceparent`; "" where there is none that we understand."""
    if not header:
        return ""
    text = header.decode("latin-1").strip().lower()
    return text if TRACEPARENT.match(text) else ""


def outgoing(session: Session) -> str:
    """The `traceparent` for what is asked on behalf of a session: one trace for all that follows from one call."""
    span = calling.get()
    if span is not None:
        return span.traceparent
    return session.traceparent or f"00-{trace_of(session)}-{urandom(8).hex()}-01"


def trace_of(session: Session) -> str:
    """The id of the trace that begins with a session."""
    return (session.trace or session.id).replace("-", "").lower()


def opened(session: Session) -> Span | None:
    """The span of a call at a door, which is the session's from now on; None where it is not to be told."""
    if exporter is None:
        return None
    parent = TRACEPARENT.match(session.traceparent)
    trace = parent[1] if parent else trace_of(session)
    told = int(parent[3], 16) & 1 if parent else random.random() < exporter.share  # noqa: S311 - no secret
    if not told:
        session.traceparent = session.traceparent or f"00-{trace}-{urandom(8).hex()}-00"
        return None
    span = Span(session.action, SERVER, trace, parent[2] if parent else "", about=described(session))
    session.traceparent = span.traceparent
    return span


def described(session: Session) -> dict[str, str]:
    return {
        "patchbay.workspace": session.workspace,
        "patchbay.plugin": session.plugin.partition("@")[0],
        "patchbay.session": session.id,
        "patchbay.type": session.type,
    }


def close(span: Span, wrong: str = "") -> None:
    span.ended, span.wrong = time.time_ns(), wrong
    if exporter is not None:
        exporter.add(span)


def below(session: Session, name: str) -> Span | None:
    """A span below that of a session; None where it is not to be told."""
    if exporter is None:
        return None
    parent = TRACEPARENT.match(session.traceparent)
    if parent is None or not int(parent[3], 16) & 1:
        return None
    return Span(name, CLIENT, parent[1], parent[2], about=described(session))


@contextmanager
def reverse_call(session: Session, kind: str) -> Iterator[Span | None]:
    """What a plugin calls back is a span below its call; what the host asks for it meanwhile stands below that."""
    span = below(session, f"reverse {kind}")
    if span is None:
        yield None
        return
    calling.set(span)
    try:
        yield span
    except BaseException as error:
        span.wrong = span.wrong or type(error).__name__
        raise
    finally:
        calling.set(None)
        close(span, span.wrong)
