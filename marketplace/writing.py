"""What an answer writes in one turn of the loop leaves as one: its head, body and end are one call of the system, not three."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 1 << 16  # bytes that wait for the end of the turn


class Together:
    """A transport that writes at the end of the turn. Whatever else is asked of it, its transport answers."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = transport
        self.loop = loop
        self.waiting: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        if not self.waiting:
            self.loop.call_soon(self.flush)
        self.waiting.append(data)
        self.size += len(data)
        if self.size > MOST:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            waiting, self.waiting, self.size = self.waiting, [], 0
            self.transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))

    def close(self) -> None:
        self.flush()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class HttpTogether(HttpToolsProtocol):
    """uvicorn's HTTP on such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Together(transport, self.loop))  # type: ignore[arg-type]
