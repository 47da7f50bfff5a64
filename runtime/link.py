"""Links between nodes: one connection a peer, over which sessions go out and their frames come back as lines.

A link speaks the plugin's own line protocol, so that a plugin on another node is one more duplex backend. Both ends
prove that they know the cluster's key before anything else is said.
"""

import asyncio
import hashlib
import hmac
import logging
import os
import secrets
import socket
import ssl
import stat
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson

from runtime import tracing
from runtime.backends.base import DuplexBackend
from runtime.cluster import NodeInfo
from runtime.errors import Busy, PluginGone, RuntimeFault, Unavailable
from runtime.newer import told_as
from runtime.session import Session
from runtime.together import MOST, Together
from runtime.wire import GONE, Frame, error_payload, session_line

log = logging.getLogger(__name__)

LINE_LIMIT = 64 << 20  # bytes of one line between nodes
HANDSHAKE_TIMEOUT = 5.0  # seconds
PING_EVERY = 2.0  # seconds
DEAD_AFTER = 6.0  # seconds without a byte from the other side, which answers pings: a cut cable says nothing
READ_AT_ONCE = 1 << 18  # bytes; also the most that a line of the handshake may have: nobody has proved anything then
UNSENT_LIMIT = 256 << 20  # bytes that may wait for a peer that does not read

Serve = Callable[[Session], AsyncGenerator[list[Frame]]]


def proof(key: bytes, *parts: str) -> str:
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).hexdigest()


def as_line(message: dict[str, Any]) -> bytes:
    return orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)


async def said(reader: asyncio.StreamReader) -> dict[str, Any]:
    """A line of the handshake, whatever stands at the other end; raises ValueError."""
    message = orjson.loads(await reader.readline())
    if not isinstance(message, dict):
        raise ValueError("it does not speak as nodes do")  # noqa: TRY004 - what was sent, not what was passed
    return message


def is_proof(message: dict[str, Any], expected: str) -> bool:
    return hmac.compare_digest(str(message.get("proof")).encode(), expected.encode())


# The end that has the plugins.


class LinkServer:
    """Accepts links and serves the sessions that come over them."""

    def __init__(self, *, key: bytes, node_id: str, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self.key = key
        self.tls = tls
        self.node_id = node_id
        self.serve = serve
        self.servers: list[asyncio.Server] = []
        self.links: set[asyncio.Task[None]] = set()

    async def listen(self, unix: str, *addresses: tuple[str, int]) -> None:
        """`unix` is a path, `addresses` are hosts and ports to listen on as well."""
        Path(unix).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        refuse_foreign(Path(unix).parent)
        Path(unix).unlink(missing_ok=True)
        self.servers.append(await asyncio.start_unix_server(self.accepted, unix, limit=READ_AT_ONCE))
        Path(unix).chmod(0o600)
        for host, port in addresses:
            server = await asyncio.start_server(self.accepted, host, port, limit=READ_AT_ONCE, ssl=self.tls)
            self.servers.append(server)

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a connection callback runs as a task
        self.links.add(task)
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                await self.challenge(reader, writer)
            await ServedLink(reader, writer, self.serve).run()
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            log.warning("A link was closed: %s", error or type(error).__name__)
        finally:
            self.links.discard(task)
            writer.close()

    async def challenge(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = secrets.token_hex(16)
        writer.write(as_line({"node": self.node_id, "nonce": ours}))
        answer = await said(reader)
        if not is_proof(answer, proof(self.key, "caller", self.node_id, ours)):
            raise ValueError("the other side does not know the cluster's key (SECRET_KEY differs between nodes)")
        writer.write(as_line({"proof": proof(self.key, "server", self.node_id, str(answer.get("nonce")))}))

    async def close(self) -> None:
        for server in self.servers:
            server.close()
        for link in list(self.links):
            link.cancel()
        await asyncio.gather(*self.links, return_exceptions=True)


class ServedLink:
    """One accepted connection: opens and closes sessions as it is told, writes their frames back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, serve: Serve) -> None:
        self.reader, self.writer, self.serve = reader, writer, serve
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.pieces: list[bytes] = []  # of a line that has not ended
        self.last_heard = time.monotonic()

    async def run(self) -> None:
        watching = asyncio.get_running_loop().create_task(self.watch())
        self.out = Together(self.writer.transport)
        try:
            while data := await self.reader.read(READ_AT_ONCE):
                self.last_heard = time.monotonic()
                self.heard(data)
        finally:
            watching.cancel()
            for task in self.tasks.values():
                task.cancel()
            await asyncio.gather(watching, *self.tasks.values(), return_exceptions=True)

    def heard(self, data: bytes) -> None:
        """The next piece of what the caller says; a line may be split over many. Raises ValueError."""
        first, newline, rest = data.partition(b"\n")
        self.pieces.append(first)
        if newline:
            self.told(orjson.loads(b"".join(self.pieces)))
            *lines, last = rest.split(b"\n")
            self.pieces = [last]
            for line in lines:
                self.told(orjson.loads(line))
        elif sum(map(len, self.pieces)) > LINE_LIMIT:
            raise ValueError("a line is longer than lines between nodes may be")

    def told(self, message: dict[str, Any]) -> None:
        if message["event"] == "open":
            self.open(told_as(Session, message["session"]))
        elif message["event"] == "ping":
            self.out.write(b'{"event":"pong"}\n')
        elif (task := self.tasks.get(message["session_id"])) is not None:
            task.cancel()

    async def watch(self) -> None:
        """Cuts the connection when its caller has not been heard for long: nobody waits for these answers."""
        while time.monotonic() - self.last_heard < 2 * DEAD_AFTER:
            await asyncio.sleep(PING_EVERY)
        self.writer.transport.abort()

    def open(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.Task(self.answer(session), loop=loop, eager_start=True)
        if not task.done():
            self.tasks[session.id] = task
            task.add_done_callback(lambda _: self.tasks.pop(session.id, None))

    async def answer(self, session: Session) -> None:
        key = session.id.encode()
        tracing.session.set(session)
        answers = self.serve(session)
        try:
            async for frames in answers:
                self.out.write(b"".join([session_line(key, kind, payload) for kind, payload in frames]))
                if self.out.unsent > MOST:
                    await self.writer.drain()
        except RuntimeFault as fault:
            self.out.write(session_line(key, GONE, fault_payload(fault)))
        except OSError:
            log.info("The other side of a link left while %s was answered", session.plugin)
        except Exception as error:
            log.exception("A call of %s failed in a way nobody foresaw", session.plugin)
            why = f"internal error ({type(error).__name__}); the log of the plugin's node has the details"
            self.out.write(session_line(key, GONE, fault_payload(RuntimeFault(why))))
        finally:
            await answers.aclose()


LINK_FAULTS: dict[str, type[RuntimeFault]] = {
    kind.__name__: kind for kind in (RuntimeFault, Unavailable, Busy, PluginGone)
}


def fault_payload(fault: RuntimeFault) -> bytes:
    """An error of the node as an error frame; `link_fault` names it so that the other end can raise the same again."""
    return error_payload(fault.error_type, fault.message, link_fault=type(fault).__name__)


# The end that calls.

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[NodeInfo], Awaitable[Streams]]
"""Connects to a node; raises OSError."""


def is_near(node: NodeInfo) -> bool:
    """Whether it is on this host, so that its Unix socket reaches it."""
    return node.host == socket.gethostname() and Path(node.unix).exists()


async def by_unix(node: NodeInfo) -> Streams:
    if not is_near(node):
        raise OSError("it is on another host and listens on no address; set NODE_HOST there")
    return await asyncio.open_unix_connection(node.unix, limit=READ_AT_ONCE)


async def prove(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, key: bytes, node_id: str) -> None:
    """The caller's half of the handshake; ValueError where the other side is not that node, or has another key."""
    try:
        hello = await said(reader)
        ours = secrets.token_hex(16)
        theirs = str(hello.get("node")), str(hello.get("nonce"))
        writer.write(as_line({"proof": proof(key, "caller", *theirs), "nonce": ours}))
        if not is_proof(await said(reader), proof(key, "server", node_id, ours)):
            raise ValueError("it is another node, or does not know the cluster's key")  # noqa: TRY301
    except BaseException:
        writer.close()
        raise


class Link(DuplexBackend):
    """One connection to a peer; a plugin there is streamed from as if it were here."""

    def __init__(self, node: NodeInfo, *, key: bytes, session_limit: int, dial: Dial) -> None:
        super().__init__(session_limit=session_limit, line_limit=LINE_LIMIT, answer=no_reverse_calls)
        self.node = node
        self.key = key
        self.dial = dial
        self.last_heard = 0.0
        self.open = False
        self.task: asyncio.Task[None] | None = None
        self.hops: dict[bytes, tracing.Span] = {}  # of the sessions that are traced

    async def connect(self) -> None:
        """Raises Unavailable where the peer cannot be reached or is not who it should be."""
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                self.reader, self.writer = await self.dial(self.node)
                await prove(self.reader, self.writer, key=self.key, node_id=self.node.id)
        except (TimeoutError, OSError, ValueError) as error:
            raise Unavailable(f"The node {self.node.id} cannot be reached: {error or 'it does not answer'}.") from None
        self.open = True
        self.out = Together(self.writer.transport)
        self.last_heard = time.monotonic()
        self.task = asyncio.get_running_loop().create_task(self.read())
        self.beating = asyncio.get_running_loop().create_task(self.beat())

    async def beat(self) -> None:
        """Asks whether the other side is there; one that says nothing for long is gone, and its sessions hear it."""
        while self.open and time.monotonic() - self.last_heard < DEAD_AFTER:
            self.out.write(b'{"event":"ping"}\n')
            await asyncio.sleep(PING_EVERY)
        if self.open:
            log.warning("The node %s has not answered for %.0f s", self.node.id, DEAD_AFTER)
            self.writer.transport.abort()

    async def read(self) -> None:
        try:
            while data := await self.reader.read(READ_AT_ONCE):
                self.last_heard = time.monotonic()
                self.feed(data)
        except OSError as error:
            log.warning("The link to node %s broke: %s", self.node.id, error)
        finally:
            self.open = False
            self.lost("The connection to the plugin's node was lost while it had this call.")
            self.writer.close()

    def write(self, line: bytes) -> None:
        if not self.open:
            raise PluginGone(f"The connection to node {self.node.id} is lost.")
        if self.out.unsent > UNSENT_LIMIT:
            raise PluginGone(f"Node {self.node.id} does not read what is sent to it.")
        self.out.write(line)

    def opening_line(self, session: Session) -> bytes:
        packed = session.packed() | {"hops": session.hops + 1}
        if (hop := tracing.below(session, "link")) is not None:
            hop.about["patchbay.node"] = self.node.id
            self.hops[session.id.encode()] = hop
            packed["traceparent"] = hop.traceparent
        return as_line({"event": "open", "session": packed})

    def close(self, key: bytes) -> None:
        if self.hops and (hop := self.hops.pop(key, None)) is not None:
            conversation = self.conversations[key]
            ended = conversation.inbox.finished or conversation.session.satisfied
            tracing.close(hop, "" if ended else "it was given up, or the link was lost")
        super().close(key)

    def abandon(self, session: Session) -> None:
        self.write(as_line({"event": "close", "session_id": session.id}))

    async def hang_up(self) -> None:
        if self.task is not None:
            self.task.cancel()
            self.beating.cancel()
            await asyncio.gather(self.task, self.beating, return_exceptions=True)


async def no_reverse_calls(session: Session, call: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    """Reverse calls are answered where the plugin runs; none crosses a link."""
    yield {"event": "error", "message": "a reverse call crossed a link", "data": None}


class Links:
    """The links of this process, made when they are first needed."""

    def __init__(self, *, key: bytes, session_limit: int, dial: Dial | None = None) -> None:
        self.key = key
        self.dial = dial or by_unix
        self.session_limit = session_limit
        self.links: dict[str, Link] = {}
        self.locks: dict[str, asyncio.Lock] = {}

    async def to(self, node: NodeInfo) -> Link:
        """An open link to that node; raises Unavailable."""
        link = self.links.get(node.id)
        if link is not None and link.open:
            return link
        async with self.locks.setdefault(node.id, asyncio.Lock()):
            link = self.links.get(node.id)
            if link is None or not link.open:
                link = Link(node, key=self.key, session_limit=self.session_limit, dial=self.dial)
                await link.connect()
                self.links[node.id] = link
            return link

    async def close(self) -> None:
        for link in self.links.values():
            await link.hang_up()


def refuse_foreign(folder: Path) -> None:
    """Raises PermissionError where anybody may make folders, as in /tmp, and another user was there first."""
    owner = folder.lstat().st_uid
    if folder.parent.stat().st_mode & stat.S_ISVTX and owner != os.geteuid():
        raise PermissionError(
            f"{folder} belongs to another user (id {owner}); remove it, or shorten the path of DATA_DIR."
        )


def socket_path(data_dir: Path, node_id: str) -> str:
    """Where a node's Unix socket is: beside the data, or in a short folder of its own where that path is too long."""
    path = data_dir / "run" / f"{node_id}.sock"
    if len(os.fsencode(path)) < 100:  # sun_path holds 108 bytes
        return str(path)
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return f"/tmp/patchbay-{os.getuid()}-{digest}/{node_id}.sock"  # noqa: S108 - the folder is made with mode 700
