"""A small interface server: TCP connections as ASGI applications of type `tcp`."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from django.conf import settings

from debugging.arrival import close_all
from debugging.consumers import DebugTcp

log = logging.getLogger(__name__)

PIECE = 1 << 16  # bytes read at once
CLOSING = 5.0  # seconds for open connections when the process ends

Message = dict[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class Connection:
    """One accepted connection. The application reads at its own pace: nothing is read ahead of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.begun = self.over = False

    async def receive(self) -> Message:
        if not self.begun:
            self.begun = True
            return {"type": "tcp.connect"}
        data = b""
        if not self.over:
            with contextlib.suppress(OSError):
                data = await self.reader.read(PIECE)
        return {"type": "tcp.receive", "data": data} if data else {"type": "tcp.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "tcp.send":
            self.writer.write(message["data"])
            await self.writer.drain()
        else:
            self.over = True
            self.writer.close()

    async def run(self, application: Application) -> None:
        scope = {"type": "tcp", "client": self.writer.get_extra_info("peername")}
        try:
            await application(scope, self.receive, self.send)
        finally:
            self.writer.close()


class Server:
    """Listens until it is closed."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.tasks: set[asyncio.Task[None]] = set()
        self.server: asyncio.Server | None = None

    async def listen(self, host: str, port: int, *, tls: ssl.SSLContext | None, shared: bool) -> None:
        """`shared`: other processes of this host listen on the same port; the kernel deals connections out."""
        self.server = await asyncio.start_server(
            self.accepted, host, port, ssl=tls, reuse_port=shared or None, limit=PIECE
        )

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a connection callback runs as a task
        self.tasks.add(task)
        try:
            await Connection(reader, writer).run(self.application)
        except Exception:
            log.exception("A debugging connection broke off")
        finally:
            self.tasks.discard(task)

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
        await close_all("the server is shutting down")
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=CLOSING)
        for task in list(self.tasks):
            task.cancel()


def tls_context() -> ssl.SSLContext | None:
    if not settings.PLUGIN_REMOTE_INSTALLING_TLS_CERT:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(
        settings.PLUGIN_REMOTE_INSTALLING_TLS_CERT, settings.PLUGIN_REMOTE_INSTALLING_TLS_KEY or None
    )
    return context


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Server | None]:
    """The debug server of this process, while its node runs. A port that is taken is told and costs only this door."""
    if not settings.PLUGIN_REMOTE_INSTALLING_ENABLED:
        yield None
        return
    server = Server(DebugTcp.as_asgi())
    host, port = settings.PLUGIN_REMOTE_INSTALLING_HOST, settings.PLUGIN_REMOTE_INSTALLING_PORT
    try:
        await server.listen(host, port, tls=tls_context(), shared=bool(settings.REDIS_URL))
    except OSError as error:
        log.warning("Nobody can debug plugins here by TCP: %s port %s cannot be listened on: %s", host, port, error)
    try:
        yield server
    finally:
        await server.close()
