"""Pipes of a child process on an event loop."""

import asyncio
import contextlib
import fcntl
from collections.abc import Callable
from typing import IO

F_SETPIPE_SZ = 1031  # Linux
PIPE_SIZE = 1 << 20


def widen(pipe: IO[bytes]) -> None:
    """A larger pipe means fewer wake-ups for large answers; where the system refuses, the default serves."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_SIZE)


class Reading(asyncio.Protocol):
    """Hands on what a pipe gives, then tells that it ended."""

    def __init__(self, received: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self.received = received
        self.ended = ended

    def data_received(self, data: bytes) -> None:
        self.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended()


class Writing(asyncio.BaseProtocol):
    """Knows whether the pipe has room, for those who can wait."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.room.set()

    def pause_writing(self) -> None:
        self.room.clear()

    def resume_writing(self) -> None:
        self.room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.room.set()


async def read_from(pipe: IO[bytes], protocol: Reading) -> asyncio.BaseTransport:
    widen(pipe)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    return transport


async def write_to(pipe: IO[bytes], protocol: Writing) -> asyncio.WriteTransport:
    widen(pipe)
    transport, _ = await asyncio.get_running_loop().connect_write_pipe(lambda: protocol, pipe)
    return transport
