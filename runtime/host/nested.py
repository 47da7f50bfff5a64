"""Calls of a plugin on behalf of another: one session inside another, ended with it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from runtime import accounting, router
from runtime.actions import BY_PATH, request_data
from runtime.host.faults import HostFault
from runtime.host.providers import Found
from runtime.session import Session
from runtime.tracing import outgoing
from runtime.wire import ERROR, GONE, STREAM


def nested(parent: Session, found: Found, *, path: str, data: dict[str, Any]) -> Session:
    """The session of a call that `parent` needs; `path` is one of runtime/actions.py. Raises BadRequest."""
    action = BY_PATH[path]
    return Session(
        workspace=parent.workspace,
        plugin=found.plugin,
        type=action.type,
        action=action.action,
        data=request_data(action, data),
        user=parent.user,
        conversation_id=parent.conversation_id,
        message_id=parent.message_id,
        app_id=parent.app_id,
        context=parent.context,
        permission=found.permission,
        deadline=parent.deadline,
        depth=parent.depth + 1,
        trace=parent.trace or parent.id,
        traceparent=parent.traceparent and outgoing(parent),
    )


async def stream(session: Session) -> AsyncGenerator[bytes]:
    """The chunks of a plugin's answer as JSON, undecoded; raises HostFault where the plugin fails."""
    async with aclosing(router.here().stream(session)) as batches:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    if session.type == "model":
                        accounting.saw(payload)
                    yield payload
                elif kind in (ERROR, GONE):
                    raise failure(payload)


async def only(session: Session) -> bytes:
    """The one chunk of an answer."""
    async with aclosing(stream(session)) as chunks:
        async for chunk in chunks:
            return chunk
    raise HostFault("the plugin ended without an answer")


def failure(payload: bytes) -> HostFault:
    """`<type>: <message>`, as a plugin's author knows errors; tracebacks stay with the plugin that failed."""
    error = orjson.loads(payload)
    return HostFault(f"{error.get('error_type') or 'error'}: {error.get('message', '')}")
