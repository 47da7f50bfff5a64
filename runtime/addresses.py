"""The addresses of nodes: which this host has, and which of the others' reach them from here.

A node may have many addresses in many subnets. Every process tries those of the others every few seconds and votes; only
an address that it reached itself is used, and votes age, so that a route that was cut is left and one that comes back is taken.
"""

import asyncio
import contextlib
import fcntl
import logging
import socket
import ssl
import struct
import time

from redis.exceptions import RedisError

from runtime.cluster import Cluster, NodeInfo
from runtime.link import READ_AT_ONCE, Streams, by_unix, is_near, prove

log = logging.getLogger(__name__)

TRY_EVERY = 5.0  # seconds
TRY_WITHIN = 1.0  # seconds for one address
GOOD_FOR = 15.0  # seconds that one's own vote counts
SIOCGIFADDR = 0x8915  # netdevice(7)


def own_addresses() -> list[str]:
    """The IPv4 addresses of this host's interfaces, without loopback."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return [address for address in found if not address.startswith("127.")]


def listening_on(hosts: list[str]) -> list[str]:
    """The addresses that a node tells others: those that the setting lists, all of the host for `all`."""
    return own_addresses() if hosts == ["all"] else hosts


def parted(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


class Addresses:
    """What this process knows of the ways to others. `tls` is for addresses; Unix sockets need none."""

    def __init__(self, cluster: Cluster, *, node_id: str, key: bytes, tls: ssl.SSLContext | None) -> None:
        self.cluster = cluster
        self.node_id = node_id
        self.key = key
        self.tls = tls
        self.seen: dict[str, tuple[bool, float, float]] = {}  # address → (reached, when, seconds it took)

    async def run(self) -> None:
        """Votes until it is cancelled."""
        while True:
            try:
                await self.vote()
            except (RedisError, OSError) as error:
                log.debug("No votes just now: %s", error)
            await asyncio.sleep(TRY_EVERY)

    async def vote(self) -> None:
        others = [node for node in await asyncio.to_thread(self.cluster.nodes) if node.id != self.node_id]
        pairs = [(node, address) for node in others for address in node.addresses]
        reached = await asyncio.gather(*(self.reaches(node, address) for node, address in pairs))
        votes = {address: good for (_, address), good in zip(pairs, reached, strict=True)}
        self.seen = {address: found for address, found in self.seen.items() if address in votes}
        if votes:
            await asyncio.to_thread(self.cluster.vote, self.node_id, votes)

    async def reaches(self, node: NodeInfo, address: str) -> bool:
        """Whether that very node answers there; remembered."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(TRY_WITHIN):
                reader, writer = await self.connect(address)
                await prove(reader, writer, key=self.key, node_id=node.id)
            writer.close()
            good = True
        except (OSError, ValueError, KeyError, TimeoutError):
            good = False
        self.seen[address] = (good, time.monotonic(), time.monotonic() - began)
        return good

    async def connect(self, address: str) -> Streams:
        host, port = parted(address)
        return await asyncio.open_connection(host, port, limit=READ_AT_ONCE, ssl=self.tls)

    async def dial(self, node: NodeInfo) -> Streams:
        """Connects by the quickest way that is known to work; tries those that nobody has tried here yet. OSError: none does."""
        if is_near(node) or not node.addresses:
            return await by_unix(node)
        fresh = time.monotonic() - GOOD_FOR
        for address in node.addresses:
            if address not in self.seen or self.seen[address][1] < fresh:
                await self.reaches(node, address)
        ways = sorted((self.seen[one][2], one) for one in node.addresses if self.seen[one][0])
        for _, address in ways:
            with contextlib.suppress(OSError):
                return await self.connect(address)
        raise OSError(f"none of its addresses answers here: {', '.join(node.addresses)}")
