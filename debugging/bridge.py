"""Runs a plugin on this machine and carries its connection to a server over WebSocket; starts it anew when a file changes.

The plugin is unmodified: it speaks TCP to a port of ours, as to a server's. No Django here: developers have only this.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from runtime.launcher import wrap

PIECE = 1 << 16
LOOK_EVERY = 0.5  # seconds between two looks at the files
SETTLE = 0.3  # seconds without a change before the plugin is started anew: editors write in steps
AGAIN_AFTER = 2.0  # seconds before another try when the server is gone
LEAVE_WITHIN = 3.0  # seconds from SIGTERM to SIGKILL
LAST_WORDS = 0.5  # seconds in which what a program that has ended had still written is read
SEEN = (".py", ".yaml", ".yml", ".toml", ".env", ".md", ".svg", ".png", ".txt", ".json")
PASSED_OVER = {".venv", "venv", "__pycache__", ".git", "node_modules"}

Say = Callable[[str, str], None]
"""Takes a kind (bridge, call, log, out) and a line."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """`site` is the server's address as a browser has it; `python` runs the plugin."""

    folder: Path
    site: str
    key: str
    python: str
    say: Say
    entrypoint: str = "main"
    watches: bool = True

    @property
    def address(self) -> str:
        scheme, host, path, *_ = urlsplit(self.site)
        secure = scheme in ("https", "wss")
        return urlunsplit(("wss" if secure else "ws", host, f"{path.rstrip('/')}/debugging/ws", "", ""))

    async def run(self) -> None:
        """Until it is cancelled, or told to end by SIGTERM."""
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        while True:
            stamp = fingerprint(self.folder)
            async with self.carried() as port, self.program(port) as process:
                why = await self.until_over(process, stamp)
            self.say("bridge", why)
            if why.startswith("ended"):
                await self.changed(fingerprint(self.folder), AGAIN_AFTER * 5)

    async def until_over(self, process: asyncio.subprocess.Process, stamp: int) -> str:
        ended = asyncio.ensure_future(process.wait())
        change = asyncio.ensure_future(self.changed(stamp, None))
        try:
            await asyncio.wait({ended, change}, return_when=asyncio.FIRST_COMPLETED)
            if change.done():
                return "a file has changed: starting anew"
            return f"ended with status {process.returncode}: starting anew when a file changes, or in a while"
        finally:
            for one in (ended, change):
                one.cancel()

    async def changed(self, stamp: int, seconds: float | None) -> None:
        """Returns when a file has changed and all is quiet again, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.watches or fingerprint(self.folder) == stamp:
                    await asyncio.sleep(LOOK_EVERY)
                while (latest := fingerprint(self.folder)) != stamp:
                    stamp = latest
                    await asyncio.sleep(SETTLE)

    async def started(self, port: int, output: int) -> asyncio.subprocess.Process:
        place = {"REMOTE_INSTALL_URL": f"127.0.0.1:{port}", "REMOTE_INSTALL_KEY": self.key}
        return await asyncio.create_subprocess_exec(
            *wrap([self.python, "-m", self.entrypoint]),  # an SDK plugin whose bridge was killed would spin for ever
            cwd=self.folder,
            env=os.environ | place | {"INSTALL_METHOD": "remote", "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )

    @contextlib.asynccontextmanager
    async def program(self, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
        """A pipe of asyncio's own would make its end that of whatever the program has started and left."""
        ours, theirs = os.pipe()
        reading = asyncio.ensure_future(self.read_output(os.fdopen(ours, "rb", buffering=0)))
        try:
            process = await self.started(port, theirs)
        except BaseException:
            reading.cancel()
            raise
        finally:
            os.close(theirs)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), LEAVE_WITHIN)
            except TimeoutError:
                process.kill()
                await process.wait()
            await asyncio.wait([reading], timeout=LAST_WORDS)
            reading.cancel()

    async def read_output(self, pipe: IO[bytes]) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        lines = Lines(lambda line: self.say("out", line.decode(errors="replace").rstrip()))
        try:
            while piece := await reader.read(PIECE):
                lines.feed(piece)
            lines.feed(b"\n")
        finally:
            transport.close()

    # Carrying.

    @contextlib.asynccontextmanager
    async def carried(self) -> AsyncIterator[int]:
        """A port on this machine whose connections go to the server."""
        server = await asyncio.start_server(self.accepted, "127.0.0.1", 0, limit=PIECE)
        async with server:
            yield int(server.sockets[0].getsockname()[1])

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with connect(self.address, max_size=None, compression=None) as socket:
                self.say("bridge", f"connected to {self.site}")
                await self.carry(socket, reader, writer)
        except (OSError, InvalidHandshake) as error:
            self.say("bridge", f"{self.site} cannot be reached: {error}")
            await asyncio.sleep(AGAIN_AFTER)
        finally:
            writer.close()

    async def carry(self, socket: ClientConnection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls = Calls(self.say)

        async def up() -> None:
            while data := await reader.read(PIECE):
                calls.up.feed(data)
                await socket.send(data)

        async def down() -> None:
            with contextlib.suppress(ConnectionClosed):
                async for message in socket:
                    data = message if isinstance(message, bytes) else message.encode()
                    calls.down.feed(data)
                    writer.write(data)
                    await writer.drain()
            self.say("bridge", f"the server closed the connection: {socket.close_reason or 'it gave no reason'}")

        both = {asyncio.ensure_future(up()), asyncio.ensure_future(down())}
        _, pending = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


class Lines:
    """Whole lines of a stream, however it is cut; very long ones are passed over."""

    LONGEST = 1 << 20

    def __init__(self, line: Callable[[bytes], None]) -> None:
        self.line = line
        self.rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.strip() and len(line) <= self.LONGEST:
                self.line(line)
        self.rest = self.rest[-self.LONGEST :]


@dataclass(slots=True)
class Calls:
    """Says what is called and how it ended, from the lines that go by."""

    say: Say
    begun: dict[str, tuple[str, float]] = field(default_factory=dict)
    up: Lines = field(init=False)
    down: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.up, self.down = Lines(self.from_plugin), Lines(self.from_server)

    def from_server(self, line: bytes) -> None:
        message = parsed(line)
        if message is None:
            self.say("bridge", line.decode(errors="replace"))  # the reason of a refusal
        elif message.get("event") == "request":
            data = message.get("data") or {}
            name = f"{data.get('type')} {data.get('action')} {data.get('tool') or data.get('model') or ''}".strip()
            self.begun[str(message.get("session_id"))] = (name, time.monotonic())
            self.say("call", f"→ {name}")

    def from_plugin(self, line: bytes) -> None:
        message = parsed(line) or {}
        data = message.get("data") or {}
        if message.get("event") == "log":
            self.say("log", f"{data.get('level')} {data.get('message')}")
        elif message.get("event") == "session" and data.get("type") in ("end", "error"):
            name, since = self.begun.pop(str(message.get("session_id")), ("", 0.0))
            if name:
                took = f"{time.monotonic() - since:.3f} s"
                wrong = data["data"].get("message", "") if data["type"] == "error" else ""
                self.say("call", f"← {name}, {took}{': ' + str(wrong)[:500] if wrong else ''}")


def parsed(line: bytes) -> dict[str, Any] | None:
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def fingerprint(folder: Path) -> int:
    """Differs when a file of the plugin was changed, added or removed."""
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sources(folder))))


def sources(folder: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in PASSED_OVER]
        for name in files:
            path = Path(base, name)
            if (path.suffix in SEEN or name == ".env") and path.exists():
                yield path


def interpreter(folder: Path) -> str:
    """The plugin's own environment where it has one."""
    for name in (".venv", "venv"):
        python = folder / name / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable
