"""One reverse call, from the check of what the plugin may to the last response."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from runtime import accounting, audit, policy, storage, tracing
from runtime.errors import RuntimeFault
from runtime.host import choice
from runtime.host.faults import HostFault
from runtime.reverse.table import BY_KIND, Row, checked_request, permitted
from runtime.session import Session

DEEPEST = 10  # plugins that may wait for each other in one chain of calls

UNKNOWN = "unknown"  # calls of no known type are recorded as one: a plugin can make up any number

Response = dict[str, Any]
"""`event`, `message` and `data` of one backwards_response."""


def failed(message: str) -> Response:
    return {"event": "error", "message": message, "data": None}


async def refusal(session: Session, kind: str) -> str:
    """Why this call is not answered, or "" when it may be; cheapest first."""
    row = BY_KIND.get(kind)
    if session.type == "model":
        return "you can not invoke dify from model"
    if row is None:
        return f"unsupported invoke type: {kind}"
    if not permitted(row, session.permission):
        return f"permission denied, you need to enable {row.needs} access in plugin manifest"
    if row.permission and await policy.denies(session, row.permission):
        return f"permission denied, this workspace does not grant {row.needs} access to the plugin"
    if row.nests and session.depth >= DEEPEST:
        return f"calls are nested more than {DEEPEST} deep: do plugins or apps call each other in a circle?"
    return ""


async def answer(session: Session, call: dict[str, Any]) -> AsyncGenerator[Response]:
    """The responses to a reverse call, without the end message, which the backend writes."""
    kind = str(call["type"])
    if why := await refusal(session, kind):
        await audit.refused(session, kind if kind in BY_KIND else UNKNOWN, why)
        yield failed(why)
        return
    row = BY_KIND[kind]
    with accounting.counted(session, kind) as spent, tracing.reverse_call(session, kind) as span:
        try:
            request = checked_request(row, session, call["request"])
        except HostFault as fault:
            spent.failed = True
            told(span, fault)
            yield failed(fault.message)
            return
        begun = False
        try:
            async with aclosing(responses(session, row, request)) as items:
                async for item in items:
                    begun = True
                    yield {"event": "response", "message": row.answer, "data": orjson.Fragment(item)}
        except RuntimeFault as fault:
            spent.failed = True
            told(span, fault)
            yield failed(f"{(begun and row.breaking) or row.failing}{fault.message}")


def told(span: tracing.Span | None, fault: RuntimeFault) -> None:
    """What went wrong, for who reads the trace."""
    if span is not None:
        span.wrong = fault.message


def responses(session: Session, row: Row, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    if row.kind == "storage":
        return storage.answer(session, request)
    return choice.here().answer(session, row.kind, request)
