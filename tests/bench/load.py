"""Load on one keep-alive connection a caller, with as little work of its own as a client can do."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self, cast

END_OF_BODY = b"0\r\n\r\n"
TOLD = 600  # bytes of an answer that never ended, in the complaint about it


@dataclass
class Result:
    """`latencies` in seconds, one a call; `failures` are answers without the expected text."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def calls(self) -> int:
        return len(self.latencies)

    def quantile(self, q: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole HTTP request, what its answer holds, and with what it ends."""

    request: bytes
    expected: bytes
    ending: bytes = END_OF_BODY


class Caller(asyncio.Protocol):
    """Sends a request again as soon as the last one is answered, in turns; the connection is kept between them."""

    def __init__(self) -> None:
        self.tail = b""
        self.over: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def begin(self, asked: Asked, *, until: float, result: Result) -> "asyncio.Future[None]":
        """A turn until `until`, by `perf_counter`: done when what was sent last has been answered."""
        self.request, self.expected, self.ending = asked.request, asked.expected, asked.ending
        self.until, self.result = until, result
        self.over = over = asyncio.get_running_loop().create_future()
        self.send()
        return over

    def send(self) -> None:
        self.seen, self.head = False, b""
        self.began = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.head = self.head or data[:TOLD]
        data = self.tail + data
        self.seen = self.seen or self.expected in data
        if not data.endswith(self.ending):
            self.tail = data[-128:]
            return
        self.tail = b""
        now = time.perf_counter()
        self.result.latencies.append(now - self.began)
        self.result.failures += not self.seen
        if now < self.until:
            self.send()
        elif self.over is not None:
            self.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.over is not None and not self.over.done():
            why = f"the server closed the connection; the last answer was {self.head.decode(errors='replace')!r}"
            self.over.set_exception(exc or ConnectionResetError(why))


class Callers:
    """Connections of callers that call at the same time."""

    def __init__(self, address: tuple[str, int], count: int) -> None:
        self.address, self.count = address, count
        self.all: list[Caller] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _ in range(self.count):
            _, caller = await loop.create_connection(Caller, *self.address)
            self.all.append(caller)
        return self

    async def __aexit__(self, *error: object) -> None:
        for caller in self.all:
            caller.transport.close()

    async def turn(self, asked: Asked, *, seconds: float) -> Result:
        """All of them call for `seconds`, and until what they sent last has been answered."""
        result, began = Result(), time.perf_counter()
        turns = [caller.begin(asked, until=began + seconds, result=result) for caller in self.all]
        async with asyncio.timeout(seconds * 3 + 30):
            await asyncio.gather(*turns)
        result.seconds = time.perf_counter() - began
        return result


async def load(address: tuple[str, int], asked: Asked, *, callers: int, seconds: float) -> Result:
    """Calls from `callers` connections at once for `seconds`."""
    async with Callers(address, callers) as several:
        return await several.turn(asked, seconds=seconds)
