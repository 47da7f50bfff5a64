"""The host's side of one fork-server, or of one template: it is asked for children and answers with their pids."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any

from runtime import companion, launcher
from runtime.forkserver.refusing import READ_AT_START, Refused
from runtime.spawning import Child, Launch, Origin

READY_WITHIN = 60.0  # seconds; importing the SDK takes one, without its byte code three
ANSWERS_WITHIN = 10.0
ANSWER = 1 << 20
LAST_WORDS = 2000


class Control:
    """The socket by which a process is asked to fork. `ended` when nobody is at the other end any more."""

    def __init__(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self.socket = ours
        self.ended = asyncio.Event()
        self.turn = asyncio.Lock()
        self.used = time.monotonic()

    def watch(self) -> None:
        """Nothing is said here once it is ready, so whatever there is to be read is the end."""
        asyncio.get_running_loop().add_reader(self.socket, self.close)

    def close(self) -> None:
        if not self.ended.is_set():
            self.ended.set()
            asyncio.get_running_loop().remove_reader(self.socket)
            self.socket.close()

    async def child(self, request: dict[str, Any], how: str) -> Child:
        """A new child with pipes to it. Goes on when the caller leaves, and then ends what came of it."""
        forking = asyncio.ensure_future(self.fork_with_pipes(request, how))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            forking.add_done_callback(discard)
            raise

    async def fork_with_pipes(self, request: dict[str, Any], how: str) -> Child:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe()
        try:
            pid = await self.fork(request, [theirs_in, theirs_out, theirs_err])
        except BaseException:
            for descriptor in (ours_in, ours_out, ours_err):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (theirs_in, theirs_out, theirs_err):
                os.close(descriptor)
        pipes = os.fdopen(ours_in, "wb", 0), os.fdopen(ours_out, "rb", 0), os.fdopen(ours_err, "rb", 0)
        return Child(pid, *pipes, reap=reaper(pid), how=how, forked=True)

    async def fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        """The pid of a new child of this process; raises Refused."""
        async with self.turn:
            if self.ended.is_set():
                raise Refused("the fork-server has just ended")
            self.used = time.monotonic()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with ours:
                ours.setblocking(False)
                with theirs:
                    packet = json.dumps(request).encode()
                    try:
                        socket.send_fds(self.socket, [packet], [*descriptors, theirs.fileno()])
                    except OSError as error:
                        raise Refused(f"the fork-server cannot be asked: {error.strerror}") from None
                return pid_of(await self.answer(ours))

    async def answer(self, ours: socket.socket) -> dict[str, Any]:
        """Of a process that hangs nothing is wanted any more, but for the child that it may just have made."""
        try:
            return await answer_on(ours, ANSWERS_WITHIN)
        except Refused:
            self.close()
            return await answer_on(ours, ANSWERS_WITHIN)


class ForkServer:
    """A process with the SDK imported, started by the thread of the loop and ended with it."""

    def __init__(self, launch: Launch, origin: Origin) -> None:
        self.launch, self.origin = launch, origin
        self.last_words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = Control(ours)
        with theirs, contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            undo.callback(self.last_words.close)
            self.process = start(launch, origin, control=theirs.fileno(), errors=self.last_words.fileno())
            undo.pop_all()

    @property
    def pid(self) -> int:
        return self.process.pid

    async def up(self) -> dict[str, Any]:
        """What it says of itself when it is ready; raises Refused where it does not get as far."""
        try:
            message = await answer_on(self.control.socket, READY_WITHIN)
            known: dict[str, Any] | None = message.get("ready")
            why = str(message.get("refused") or self.words())
        except BaseException:
            await self.end()
            raise
        if known is None:
            await self.end()
            raise Refused(f"the fork-server does not start: {why}")
        self.control.watch()
        return known

    def words(self) -> str:
        size = os.fstat(self.last_words.fileno()).st_size
        return os.pread(self.last_words.fileno(), LAST_WORDS, max(0, size - LAST_WORDS)).decode(errors="replace")

    async def end(self) -> None:
        """Ends it and not its children, who are this process's own."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        try:
            await asyncio.to_thread(self.process.wait)
        finally:
            self.last_words.close()


def start(launch: Launch, origin: Origin, *, control: int, errors: int) -> "subprocess.Popen[bytes]":
    variables = {name: value for name, value in launch.environment.items() if READ_AT_START.match(name)}
    try:
        return subprocess.Popen(
            launcher.wrap(companion.fork_server(str(origin.python), origin.patches, control)),
            cwd="/",
            env=variables | {"PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=(control,),
            start_new_session=True,
        )
    except OSError as error:
        raise Refused(f"the fork-server cannot be started: {error}") from None


def request_for(launch: Launch, origin: Origin) -> dict[str, Any]:
    """What `companion.becoming` wants to know."""
    return {
        "host": os.getpid(),
        "python": str(origin.python),
        "folder": str(launch.folder),
        "entrypoint": origin.entrypoint,
        "environment": launch.environment,
        "limits": dict(launch.limits),
    }


def reaper(pid: int) -> Callable[[], int]:
    def reap() -> int:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError:
            return 0  # somebody else has waited for it: how it ended is not known

    return reap


def discard(forking: "asyncio.Future[Child]") -> None:
    if not forking.cancelled() and forking.exception() is None:
        asyncio.get_running_loop().run_in_executor(None, forking.result().discard)


async def answer_on(connection: socket.socket, seconds: float) -> dict[str, Any]:
    """One message; empty where the other end is closed without one. Raises Refused where none comes in time."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        async with asyncio.timeout(seconds):
            await readable.wait()
    except TimeoutError:
        raise Refused(f"the fork-server has not answered within {seconds:.0f} s") from None
    finally:
        loop.remove_reader(connection)
    try:
        data = connection.recv(ANSWER)
    except OSError:
        data = b""
    message: dict[str, Any] = json.loads(data) if data else {}
    return message


def pid_of(message: dict[str, Any]) -> int:
    if "pid" in message:
        return int(message["pid"])
    raise Refused(str(message.get("refused") or "the fork-server has ended"))
