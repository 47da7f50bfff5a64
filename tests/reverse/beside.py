"""ASGI applications of tests, served on a port while a test runs."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
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


@contextlib.contextmanager
def in_a_thread[T](serving: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What is served, on a loop of its own, for hosts in other processes."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    box: list[T] = []

    async def serve() -> None:
        async with serving() as served:
            box.append(served)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(60), "it does not begin"
    try:
        yield box[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


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
