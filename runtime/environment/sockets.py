"""How many bytes have come in over a process's TCP connections: what neither /proc nor the disk tells.

Asks the kernel as ss(8) does (sock_diag(7)); any user may, and only Linux answers.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLMSG_DONE = 4, 20, 3
REQUEST_DUMP = 0x301
INET_DIAG_INFO = 2
ALL_STATES = 0xFFF
HEADER = struct.Struct("=IHHII")
REQUEST = struct.Struct("=BBBxI48x")
# of inet_diag_msg (72 bytes) only the last field, and of tcp_info only tcpi_bytes_received
INODE = struct.Struct("=68xI")
ATTRIBUTE = struct.Struct("=HH")
RECEIVED = struct.Struct("=128xQ")
BUFFER = 1 << 16


def received(process: Path) -> int:
    """Bytes received on the open connections of the process with this folder in /proc; 0 when that cannot be known."""
    inodes = set(_inodes(process))
    if not inodes:
        return 0
    with suppress(OSError, AttributeError):
        return sum(
            count
            for family in (socket.AF_INET, socket.AF_INET6)
            for inode, count in _connections(family)
            if inode in inodes
        )
    return 0


def _inodes(process: Path) -> Iterator[int]:
    with suppress(OSError):
        for link in (process / "fd").iterdir():
            with suppress(OSError):
                name = str(link.readlink())
                if name.startswith("socket:["):
                    yield int(name[8:-1])


def _connections(family: int) -> Iterator[tuple[int, int]]:
    """Inode and bytes received of every TCP socket of a family."""
    body = REQUEST.pack(family, socket.IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), ALL_STATES)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.send(HEADER.pack(HEADER.size + len(body), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 0, 0) + body)
        while True:
            data = kernel.recv(BUFFER)
            for kind, message in _messages(data):
                if kind != SOCK_DIAG_BY_FAMILY:
                    return
                yield INODE.unpack_from(message)[0], _bytes_received(message[INODE.size :])


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= HEADER.size:
        length, kind, _flags, _number, _port = HEADER.unpack_from(data)
        yield kind, data[HEADER.size : length]
        data = data[_aligned(length) :]


def _bytes_received(attributes: bytes) -> int:
    while len(attributes) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(attributes)
        if kind == INET_DIAG_INFO and length >= ATTRIBUTE.size + RECEIVED.size:
            return int(RECEIVED.unpack_from(attributes, ATTRIBUTE.size)[0])
        attributes = attributes[max(_aligned(length), ATTRIBUTE.size) :]
    return 0


def _aligned(length: int) -> int:
    return (length + 3) & ~3
