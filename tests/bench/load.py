"""Load on one keep-alive connection a caller, with as little work of its own as a client can do."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

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
    """Sends the same request again as soon as the last one is answered, until `until`."""

    def __init__(self, asked: Asked, *, until: float, result: Result) -> None:
        self.request, self.expected, self.ending = asked.request, asked.expected, asked.ending
        self.until, self.result = until, result
        self.over = asyncio.get_running_loop().create_future()
        self.seen = False
        self.head = self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.send()

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
        else:
            self.transport.close()
            self.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            why = f"the server closed the connection; the last answer was {self.head.decode(errors='replace')!r}"
            self.over.set_exception(exc or ConnectionResetError(why))


async def load(address: tuple[str, int], asked: Asked, *, callers: int, seconds: float) -> Result:
    """Calls from `callers` connections at once for `seconds`."""
    result = Result()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    protocols = []
    for _ in range(callers):
        _, caller = await loop.create_connection(lambda: Caller(asked, until=began + seconds, result=result), *address)
        protocols.append(caller)
    async with asyncio.timeout(seconds * 3 + 30):
        await asyncio.gather(*(caller.over for caller in protocols))
    result.seconds = time.perf_counter() - began
    return result
