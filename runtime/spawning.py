"""How a plugin becomes a process: by a command of its own here, by a fork in `runtime.forkserver`; nobody else has to care."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from runtime.errors import StartFailed
from runtime.launcher import wrap

OWN = "a process of its own"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a fork takes the place of: `<python> -m <entrypoint>` in this environment, with these patches of the SDK.

    `interpreter`: the Python build; `base`: names the SDK with all that it needs; `packages`: name → version, of all that
    the environment holds; `trust`: plugins of another level never share memory; `plugin`: its unique identifier.
    """

    python: Path
    site: Path
    interpreter: str
    base: str
    packages: Mapping[str, str]
    entrypoint: str
    patches: tuple[str, ...]
    trust: str = ""
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """One process to be. `origin`: None where only the command line says what it is. `limits`: as `confining` takes them.

    `alone`: somebody wants it to be forked from nothing.
    """

    argv: list[str]
    folder: Path
    environment: dict[str, str]
    origin: Origin | None = None
    limits: Mapping[str, int | str] = field(default_factory=dict)
    alone: bool = False


@dataclass(slots=True)
class Child:
    """A process in a session of its own. `how`, in words, it came to be; `forked`: not by its own command line."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    reap: Callable[[], int]
    how: str = OWN
    forked: bool = False
    status: int | None = None

    def wait(self) -> int:
        """Its exit status, negative for a signal; waits until it has ended."""
        if self.status is None:
            self.status = self.reap()
        return self.status

    def signal(self, number: int) -> None:
        """To it and to all of its group; nothing happens once it is reaped."""
        if self.status is not None:
            return
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # it has just been forked, and has no group of its own yet
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
        except PermissionError:
            return

    def discard(self) -> None:
        """Ends it; waits for that."""
        self.signal(signal.SIGKILL)
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.close()
        self.wait()


class Spawner(Protocol):
    """Makes processes. The kernel kills each of them when the thread that this runs in ends."""

    async def spawn(self, launch: Launch) -> Child:
        """Raises StartFailed with a sentence for the user."""
        ...

    def came_up(self, launch: Launch, seconds: float) -> None:
        """What was forked beats, after so many seconds."""
        ...

    def failed(self, folder: Path, why: str) -> None:
        """What was forked did not come up, but did by its own command line."""
        ...

    async def close(self) -> None:
        """Ends what it has started for itself; what it has spawned lives on."""
        ...


class Plain:
    """By its own command line, bound to the life of this process by `launcher`; with `why` it is not forked, where asked."""

    def __init__(self, why: str = "") -> None:
        self.why = why

    async def spawn(self, launch: Launch) -> Child:
        try:
            process = subprocess.Popen(  # noqa: ASYNC220 - by this thread: the kernel ends it with this one
                wrap(launch.argv, launch.limits),
                cwd=launch.folder,
                env=launch.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise StartFailed(f"The plugin could not be started: {error}") from None
        assert process.stdin and process.stdout and process.stderr  # noqa: S101 - asked for above
        how = f"{OWN}: {self.why}" if self.why else OWN
        return Child(process.pid, process.stdin, process.stdout, process.stderr, process.wait, how)

    def came_up(self, launch: Launch, seconds: float) -> None:
        """Nothing is learned from that."""

    def failed(self, folder: Path, why: str) -> None:
        """It never is: what it makes has its own command line."""

    async def close(self) -> None:
        """There is nothing to end."""
