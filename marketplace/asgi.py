"""The web process: hot doors first, Django behind them, and the life of the node."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from django.conf import settings

from marketplace.celery import app as celery_app
from runtime.dispatch import dispatch
from runtime.door import Receive, Scope, Send, Visit
from runtime.process import running
from runtime.worker import EmbeddedWorker


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        path: str = scope["path"]
        if path.startswith(("/plugin/", "/v2/invoke/")) and "/dispatch/" in path:
            await dispatch(Visit(scope, receive, send))
        else:
            await django_application(scope, receive, send)  # type: ignore[arg-type]
    elif scope["type"] == "lifespan":
        await lifespan(receive, send)


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
        await asyncio.to_thread(worker.stop)
