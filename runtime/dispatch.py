"""The hot door: a call of a plugin over HTTP (protocol.md 6, 8.2, 8.3)."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import orjson

from runtime import lookup, router
from runtime.actions import BY_PATH, Action, request_data
from runtime.answers import Merger, events, failure_event, plugin_fault
from runtime.auth import checked_workspace, is_server_key_bytes
from runtime.door import JSON, Visit
from runtime.envelope import ROUTE_NOT_FOUND, failure, success
from runtime.errors import BadIdentifier, BadRequest, Busy, NotFound, RuntimeFault, Unauthorized
from runtime.metrics import invocation
from runtime.session import Session
from runtime.tracing import incoming
from runtime.watch import Watched, watch
from runtime.wire import END, GONE, STREAM, Frame

ENDED_BY = {"left": "client_disconnect", "timeout": "timeout"}
EVENT_STREAM = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


async def dispatch(visit: Visit) -> None:
    """`POST /plugin/{workspace}/dispatch/{path}` and `POST /v2/invoke/dispatch/{path}`."""
    try:
        if visit.method != "POST":
            raise NotFound("route not found")
        action = action_for(visit.path)
        if not is_server_key_bytes(visit.headers.get(b"x-api-key", b"")):
            raise Unauthorized("unauthorized")
        session = await session_for(visit, action)
        await answer(visit, action, session)
    except RuntimeFault as fault:
        await refuse(visit, fault)
    except ConnectionResetError:
        return


async def refuse(visit: Visit, fault: RuntimeFault) -> None:
    """Says an error in the way that still is open: with a status, or as the last event."""
    if visit.begun:
        await visit.end(failure_event(fault))
    elif isinstance(fault, NotFound):
        await visit.answer(404, orjson.dumps(ROUTE_NOT_FOUND))
    else:
        headers = [*JSON, (b"retry-after", str(fault.retry_after).encode())] if isinstance(fault, Busy) else JSON
        await visit.answer(fault.status, orjson.dumps(failure(fault)), headers)


def is_dispatch(path: str) -> bool:
    """Whether this door is for that path, of `/plugin/{workspace}/dispatch/…` or `/v2/invoke/dispatch/…`."""
    parts = path.split("/", 4)
    return len(parts) == 5 and parts[3] == "dispatch" and (parts[1] == "plugin" or parts[1:3] == ["v2", "invoke"])


def action_for(path: str) -> Action:
    action = BY_PATH.get(path.split("/", 4)[-1])
    if action is None or (path.startswith("/v2/") and action.answer == "single"):
        raise NotFound("route not found")
    return action


async def session_for(visit: Visit, action: Action) -> Session:
    """The session that a request asks for; raises what is wrong with it."""
    request = decoded(await visit.body())
    if visit.path.startswith("/v2/"):
        workspace = checked_workspace(str(request.get("tenant_id") or ""))
        found = await lookup.uploaded(identifier_of(visit))
    else:
        workspace = checked_workspace(visit.path.split("/", 3)[2])
        plugin_id = visit.headers.get(b"x-plugin-id", b"").decode("latin-1")
        if not plugin_id:
            raise BadRequest("plugin_id is required")
        found = await lookup.installed(workspace, plugin_id)
    return Session(
        workspace=workspace,
        plugin=found.plugin,
        type=action.type,
        action=action.action,
        data=request_data(action, request.get("data")),
        user=str(request.get("user_id") or ""),
        conversation_id=request.get("conversation_id"),
        message_id=request.get("message_id"),
        app_id=request.get("app_id"),
        endpoint_id=request.get("endpoint_id"),
        context=request.get("context"),
        permission=found.permission,
        deadline=found.deadline(),
        traceparent=incoming(visit.headers.get(b"traceparent")),
    )


def identifier_of(visit: Visit) -> str:
    from marketplace.difypkg import parse_unique_identifier

    identifier = visit.headers.get(b"x-plugin-unique-identifier", b"").decode("latin-1")
    if not identifier:
        raise BadRequest("X-Plugin-Unique-Identifier header is required")
    try:
        parse_unique_identifier(identifier)
    except ValueError as error:
        raise BadIdentifier(str(error)) from None
    return identifier


def decoded(body: bytes) -> dict[str, Any]:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise BadRequest("The body must be a JSON object.")
    return request


async def answer(visit: Visit, action: Action, session: Session) -> None:
    """Streams the session until its end, its deadline, or until the caller left."""
    watched = watch().add(visit, session.deadline)
    with invocation(session) as outcome:
        try:
            if action.answer == "single":
                outcome.status = await answer_once(visit, session)
            else:
                encode = Merger().events if action.answer == "merged" else events
                outcome.status = await answer_events(visit, session, encode)
        except asyncio.CancelledError:
            outcome.status = ENDED_BY.get(watched.why, "cancelled")
            ended_by_watch(watched)
        except RuntimeFault:
            outcome.status = "error"
            raise
        finally:
            watch().drop(watched)


def ended_by_watch(watched: Watched) -> None:
    """Turns the watch's cancellation into what it means; any other goes on."""
    if not watched.why:
        raise asyncio.CancelledError
    watched.task.uncancel()
    if watched.why == "timeout":
        raise RuntimeFault("killed by timeout: the call took longer than PLUGIN_MAX_EXECUTION_TIMEOUT allows")


async def answer_events(visit: Visit, session: Session, encode: Callable[[list[Frame]], bytes]) -> str:
    """Streams; returns the status to count."""
    frames: list[Frame] = []
    plugin = await router.here().plugin_for(session)
    batches = plugin.stream(session)
    try:
        async for frames in batches:
            if not visit.begun:
                if frames[0][0] == GONE:
                    come_back(frames[0][1])
                await visit.begin(200, EVENT_STREAM)
            data = encode(frames)
            if frames[-1][0] == STREAM:
                await visit.send(data)
            else:
                await visit.end(data)
    finally:
        await batches.aclose()
    return "success" if frames and frames[-1][0] == END else "error"


def come_back(payload: bytes) -> None:
    """Raises Busy where that is what another node says: the caller is to see the status."""
    fault = plugin_fault(payload)
    if isinstance(fault, Busy):
        raise fault


async def answer_once(visit: Visit, session: Session) -> str:
    """The polling routes: one result as plain JSON; the plugin's error comes with status 500 (protocol.md 6.4)."""
    result: Frame | None = None
    async with aclosing(router.here().stream(session)) as batches:
        async for frames in batches:
            for frame in frames:
                result = frame if frame[0] != END and result is None else result
    if result is None:
        raise RuntimeFault("no polling result received from plugin")
    if result[0] != STREAM:
        await visit.answer(500, orjson.dumps(failure(plugin_fault(result[1]))), JSON)
        return "error"
    await visit.answer(200, orjson.dumps(success(orjson.loads(result[1]))), JSON)
    return "success"
