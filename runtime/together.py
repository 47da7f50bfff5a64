"""What is written in one turn of the loop leaves as one: many calls that came together cost one call of the system."""

import asyncio

MOST = 1 << 16  # bytes that wait for the end of the turn


class Together:
    """Writes to a transport at the end of the turn."""

    __slots__ = ("loop", "size", "transport", "waiting")

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()
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
            if not self.transport.is_closing():
                self.transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))

    @property
    def unsent(self) -> int:
        """Bytes that the other side has not taken yet."""
        return self.size + self.transport.get_write_buffer_size()
