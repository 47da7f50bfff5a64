"""ASGI applications of tests, served on a port while a test runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
import uvicorn


@contextlib.asynccontextmanager
async def served(application: Any, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(application, port=port, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore # they belong to pytest
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def read(receive: Any) -> dict[str, Any]:
    """The JSON object that was sent."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message.get("more_body", False)
    decoded: dict[str, Any] = orjson.loads(body)
    return decoded


async def send_while_there(receive: Any, send: Any, pieces: Any, pause: float) -> None:
    """Sends pieces of a body, `pause` seconds before each, until they end or whoever asked has left."""
    left = asyncio.ensure_future(receive())
    try:
        for piece in pieces:
            await asyncio.wait([left], timeout=pause)
            if left.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        left.cancel()
