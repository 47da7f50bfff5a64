"""The web process: hot doors first, Django behind them, and the life of the node."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

import orjson
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from django.conf import settings
from django.db import connections

from debugging.consumers import DebugWebSocket
from endpoints.door import endpoint, head_too_large, is_endpoint
from marketplace.celery import app as celery_app
from runtime.connection import Connection
from runtime.dispatch import dispatch, is_dispatch
from runtime.door import JSON, AsgiVisit, Door, Message, Receive, Scope, Send, raw_path
from runtime.envelope import failure
from runtime.errors import BadRequest, RuntimeFault
from runtime.metrics import counts
from runtime.node import here
from runtime.numerals import whole
from runtime.process import running
from runtime.worker import EmbeddedWorker

debug_web_socket = DebugWebSocket.as_asgi()
LARGEST_UPLOAD = max(settings.MAX_PLUGIN_PACKAGE_SIZE, settings.MAX_BUNDLE_PACKAGE_SIZE) + (1 << 20)


def door_for(path: str, raw_path: bytes) -> Door | None:
    """The hot door for a path, None where Django answers."""
    if is_endpoint(raw_path):
        return endpoint
    return dispatch if is_dispatch(path) else None


class HotConnection(Connection):
    """Calls and webhooks go straight to their doors, all else through `application`."""

    largest_head = max(Connection.largest_head, settings.ENDPOINT_MAX_HEADER_SIZE + (1 << 16))

    def door_for(self, path: str, raw_path: bytes) -> Door | None:
        return door_for(path, raw_path)

    def head_too_large(self) -> RuntimeFault:
        return head_too_large() if is_endpoint(self.url) else super().head_too_large()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        counts.requests += 1
        try:
            await answer(scope, receive, send)
        finally:
            counts.requests -= 1
    elif scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await web_socket(scope, receive, send)


async def web_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Debugging is the only conversation that we have over WebSocket."""
    if scope["path"] == "/debugging/ws" and settings.PLUGIN_REMOTE_INSTALLING_ENABLED:
        await debug_web_socket(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close", "code": 4404})


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    if (door := door_for(scope["path"], raw_path(scope))) is not None:
        await door(AsgiVisit(scope, receive, send))
    elif declared_length(scope) > LARGEST_UPLOAD:
        await too_large(AsgiVisit(scope, receive, send))
    else:
        coming = Coming(receive)
        await behind(scope, coming.receive, send)
        if coming.size > LARGEST_UPLOAD:
            await too_large(AsgiVisit(scope, receive, send))


class Coming:
    """A request's body on its way: what grows too large, though it said nothing of its length, is not read on."""

    def __init__(self, receive: Receive) -> None:
        self.more = receive
        self.size = 0

    async def receive(self) -> Message:
        message = await self.more()
        self.size += len(message.get("body", b""))
        return message if self.size <= LARGEST_UPLOAD else {"type": "http.disconnect"}


async def too_large(visit: AsgiVisit) -> None:
    fault = BadRequest(f"file size exceeds the maximum limit of {LARGEST_UPLOAD} bytes")
    await visit.answer(413, orjson.dumps(failure(fault)), [*JSON, (b"connection", b"close")])


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Django has a thread of its own for each request, and the connections of a thread that ends would stay open until
    they are found by chance: they are closed in it.
    """
    async with ThreadSensitiveContext():
        try:
            await django_application(scope, receive, send)  # type: ignore[arg-type]
        finally:
            await sync_to_async(connections.close_all)()


def declared_length(scope: Scope) -> int:
    """The Content-Length, 0 where there is none: Django would spool a whole upload to disk before anybody looks."""
    found = dict(scope["headers"]).get(b"content-length", b"0")
    return whole(found) or 0


async def lifespan(receive: Receive, send: Send) -> None:
    """Brings everything up before the first request, and down after the last."""
    await receive()
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(running(serves=settings.EMBEDDED_WORKER))
            if settings.EMBEDDED_WORKER:
                await stack.enter_async_context(embedded_worker())
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


@contextlib.asynccontextmanager
async def embedded_worker() -> AsyncIterator[None]:
    worker = await asyncio.to_thread(EmbeddedWorker, celery_app)
    worker.start()
    try:
        yield
    finally:
        await here().stop()  # first, since tasks wait for the node, and the worker for its tasks
        await asyncio.to_thread(worker.stop)
