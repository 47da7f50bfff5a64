"""Templates: plugins held just before their loop, so that one more instance is a fork of that moment, made in no time."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.forkserver.refusing import Refused
from runtime.forkserver.server import Control, answer_on, reaper, request_for
from runtime.headroom import available
from runtime.spawning import Child, Launch, Origin

log = logging.getLogger(__name__)

READY_WITHIN = 60.0  # seconds
LAST_WORDS = 300
REFUSED_FOR = 3600.0  # seconds in which what could not be held is not tried again
Key = tuple[str, str, str, tuple[str, ...], frozenset[tuple[str, str]], frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class TemplateOptions:
    """`most` at once, 0 for none. A plugin is worth one if it takes `slow` seconds to come up, or is started `often` an hour.

    `settled`: seconds without a launch after which it makes place for another plugin's, `idle`: after which it is dropped.
    `reserve`: bytes of memory that must stay available.
    """

    most: int = 8
    slow: float = 0.4
    often: int = 3
    settled: float = 300.0
    idle: float = 3600.0
    reserve: int = 512 << 20


class Template:
    """The process of one; a child of this process as its instances are."""

    def __init__(self, pid: int, control: Control) -> None:
        self.pid = pid
        self.control = control
        self.reap = reaper(pid)
        self.ending: asyncio.Future[int] | None = None

    async def instance(self, launch: Launch, origin: Origin) -> Child:
        """Its limits are on it already, as they were put on the template; but for the control group, which is its own."""
        request = request_for(replace(launch, limits={}), origin)
        child = await self.control.child(request, "forked from its template, which has come up already")
        if group := launch.limits.get("cgroup"):
            try:
                Path(str(group), "cgroup.procs").write_text(str(child.pid))
            except OSError as error:
                await asyncio.to_thread(child.discard)
                raise Refused(f"its control group cannot be entered: {error.strerror}") from None
        return child

    async def end(self) -> None:
        """Whoever comes second waits for the first: once it is reaped, its number may be somebody else's."""
        self.control.close()
        if self.ending is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.ending = asyncio.ensure_future(asyncio.to_thread(self.reap))
        await asyncio.shield(self.ending)


class Templates:
    """Decides which plugins are worth one, makes it beside what else happens, and drops it again."""

    def __init__(self, options: TemplateOptions) -> None:
        self.options = options
        self.ready: dict[Key, Template] = {}
        self.making: dict[Key, asyncio.Task[None]] = {}
        self.refused: dict[Key, tuple[float, str]] = {}
        self.seeing_off: set[asyncio.Task[None]] = set()
        self.launched: dict[Key, deque[float]] = defaultdict(lambda: deque(maxlen=max(self.options.often, 1)))

    def of(self, launch: Launch, origin: Origin) -> Template | None:
        template = self.ready.get(key_of(launch, origin))
        return template if template is not None and not template.control.ended.is_set() else None

    def why_not(self, launch: Launch, origin: Origin) -> str:
        """Why there is none, where it was tried."""
        return self.refused.get(key_of(launch, origin), (0.0, ""))[1]

    def came_up(self, launch: Launch, origin: Origin, *, seconds: float, server: Control) -> None:
        """A fork of it beats, after so many seconds; from now on it may be worth a template."""
        key, now = key_of(launch, origin), time.monotonic()
        self.launched[key].append(now)
        times = self.launched[key]
        often = len(times) == self.options.often and now - times[0] < 3600
        if (seconds >= self.options.slow or often) and self.may_make(key):
            if not self.has_place():
                self.dismiss_one()
            self.making[key] = asyncio.ensure_future(self.make(key, launch, origin, server=server))

    def may_make(self, key: Key) -> bool:
        since, why = self.refused.get(key, (0.0, ""))
        known = key in self.ready or key in self.making or (why and time.monotonic() - since < REFUSED_FOR)
        if known or not self.options.most or not (self.has_place() or self.replaceable()):
            return False
        free = available()
        return free is None or free > self.options.reserve

    async def make(self, key: Key, launch: Launch, origin: Origin, *, server: Control) -> None:
        try:
            template = await held(launch, origin, server)
        except Refused as refusal:
            self.refused[key] = (time.monotonic(), str(refusal))
            log.info("There is no template of %s: %s", launch.folder.name, refusal)
        else:
            self.ready[key] = template
            seen_off = asyncio.ensure_future(self.see_off(key, template))
            self.seeing_off.add(seen_off)
            seen_off.add_done_callback(self.seeing_off.discard)
        finally:
            self.making.pop(key, None)

    def has_place(self) -> bool:
        return len(self.ready.keys() | self.making.keys()) < self.options.most

    def replaceable(self) -> Key | None:
        """The one that was asked for longest ago, if that is a while: more plugins than places do not drive each other out."""
        key = min(self.ready, key=lambda one: self.ready[one].control.used, default=None)
        if key is None or time.monotonic() - self.ready[key].control.used < self.options.settled:
            return None
        return key

    def dismiss_one(self) -> None:
        if key := self.replaceable():
            self.ready.pop(key).control.close()  # which leads to `see_off`

    async def see_off(self, key: Key, template: Template) -> None:
        await template.control.ended.wait()
        if self.ready.get(key) is template:
            del self.ready[key]
        await template.end()

    async def look(self) -> None:
        """Drops those that nobody has asked for long, and one after the other while memory is short."""
        now = time.monotonic()
        unused = [one for one in self.ready.values() if now - one.control.used > self.options.idle]
        free = available()
        if free is not None and free < self.options.reserve and self.ready:
            unused.append(min(self.ready.values(), key=lambda one: one.control.used))
        for one in unused:
            await one.end()

    async def close(self) -> None:
        for task in list(self.making.values()):
            task.cancel()
        await asyncio.gather(*self.making.values(), return_exceptions=True)
        for template in list(self.ready.values()):
            await template.end()
        await asyncio.gather(*self.seeing_off)


def key_of(launch: Launch, origin: Origin) -> Key:
    """What a template has made up its mind about: another environment variable may have led it elsewhere."""
    variables = frozenset(launch.environment.items())
    limits = frozenset((name, str(value)) for name, value in launch.limits.items() if name != "cgroup")
    return str(launch.folder), str(origin.python), origin.entrypoint, origin.patches, variables, limits


async def held(launch: Launch, origin: Origin, server: Control) -> Template:
    """Forks the plugin from the fork-server and waits until it stands before its loop; raises Refused where it may not."""
    limits = {name: value for name, value in launch.limits.items() if name != "cgroup"}
    request = request_for(replace(launch, limits=limits), origin) | {"hold": True}
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control = Control(ours)
    with contextlib.ExitStack() as stack:
        said, errors = os.memfd_create("stdout"), os.memfd_create("stderr")
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor in (said, errors, nothing):
            stack.callback(os.close, descriptor)
        try:
            with theirs:
                pid = await server.fork(request, [nothing, said, errors, theirs.fileno()])
        except BaseException:
            control.close()
            raise
        template = Template(pid, control)
        try:
            message = await answer_on(ours, READY_WITHIN)
        except BaseException:
            await template.end()
            raise
        words = os.pread(errors, os.fstat(errors).st_size, 0)[-LAST_WORDS:].decode(errors="replace").strip()
    if "ready" not in message:
        await template.end()
        raise Refused(str(message.get("refused") or f"it ended before it was ready: {words}"))
    control.watch()
    return template
