"""The framed stream of Dify's inner API (protocol.md 7.4): a header of 14 bytes, then JSON, again and again."""

import struct
from collections.abc import Iterator

from runtime.host.faults import HostFault

MAGIC, HEADER_LENGTH = 0x0F, 10
HEADER = struct.Struct("<BxHI6x")  # magic, header length, data length; little-endian


class FrameParser:
    """Takes pieces as they come, gives the whole frames; holds at most one frame that is not whole."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The JSON texts of all frames that are whole now; raises HostFault for what is no frame."""
        self.buffer += data
        start = 0
        try:
            while len(self.buffer) - start >= HEADER.size:
                end = start + HEADER.size + self.length_at(start)
                if len(self.buffer) < end:
                    break
                yield bytes(self.buffer[start + HEADER.size : end])
                start = end
        finally:
            del self.buffer[:start]

    def length_at(self, start: int) -> int:
        magic, header_length, length = HEADER.unpack_from(self.buffer, start)
        if magic != MAGIC:
            raise HostFault(f"the stream is broken: magic number {magic:#04x} in place of {MAGIC:#04x}")
        if header_length != HEADER_LENGTH:
            raise HostFault(f"the stream is broken: header length {header_length} in place of {HEADER_LENGTH}")
        if length > self.limit:
            raise HostFault(f"a message of {length} bytes is larger than RESPONSE_MAX_BUFFER_SIZE ({self.limit})")
        return int(length)

    def end(self) -> None:
        """Raises HostFault when the stream ended within a frame."""
        if self.buffer:
            raise HostFault("the stream ended in the middle of a message")


def framed(content: bytes) -> bytes:
    """A frame, as Dify writes it."""
    return HEADER.pack(MAGIC, HEADER_LENGTH, len(content)) + content
