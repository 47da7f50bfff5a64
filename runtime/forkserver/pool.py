"""All fork-servers of this process: found or started for what is to be launched, ended when nothing has been for long."""

import asyncio
import logging
import os
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime.environment.store import FACTS
from runtime.forkserver import early
from runtime.forkserver.refusing import (
    READ_AT_START,
    Known,
    Refused,
    Surroundings,
    environment_differs,
    extends,
    folder_differs,
    look_around,
    told,
)
from runtime.forkserver.server import ForkServer, request_for
from runtime.forkserver.templates import TemplateOptions, Templates
from runtime.spawning import Child, Launch, Origin, Plain

log = logging.getLogger(__name__)

MOST_ALIKE = 16  # fork-servers of one SDK: environments have it with other versions of what it uses
LOOK_EVERY = 5.0  # seconds between two looks at what is not used any more
WANTED_EVERY = 3600.0  # seconds; what nobody has wanted for days is collected
FAILED_FOR = 300.0  # seconds in which a fork-server that did not start is not tried again
WANTED = "a workspace wants it so (How they run)"
FORGET_AFTER = 86_400.0  # seconds after which a plugin that did not come up as a fork is tried as one again

Key = tuple[str, str, str, tuple[str, ...], frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ForkOptions:
    """`idle`: seconds without a launch after which a fork-server is ended. `most`: fork-servers at once.

    `apart`: ids of plugins (`author/name`) that are never forked. `memory`: where it is written what is begun early next time.
    """

    idle: float = 900.0
    most: int = 24
    apart: frozenset[str] = frozenset()
    templates: TemplateOptions = field(default_factory=TemplateOptions)
    memory: Path | None = None


@dataclass(slots=True)
class Serving:
    server: ForkServer
    known: Known


class Forking:
    """Forks what can be forked and gives all else a process of its own, with the reason. Lives on one loop."""

    def __init__(self, options: ForkOptions | None = None) -> None:
        self.options = options or ForkOptions()
        self.servers: dict[Key, list[Serving]] = defaultdict(list)
        self.starting: dict[Key, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.broken: dict[tuple[Key, Path], tuple[float, str]] = {}  # and interpreter → since when, and why
        self.distrusted: dict[str, tuple[float, str]] = {}  # folder → since when, and why
        self.templates = Templates(self.options.templates)
        self.started = 0  # fork-servers so far
        self.early = early.taken()  # before anybody has asked for them
        self.used: dict[str, ForkServer] = {}  # folder → what its last process was forked from
        self.lenders: set[Path] = set()  # environments of which running plugins may have something loaded
        self.wanted_at = time.monotonic()
        self.minder = asyncio.ensure_future(self.mind()) if self.early else None
        self.seeing_off: set[asyncio.Task[None]] = set()
        self.closed = False

    async def spawn(self, launch: Launch) -> Child:
        try:
            return await self.fork(launch)
        except Refused as refusal:
            return await Plain(str(refusal)).spawn(launch)

    async def fork(self, launch: Launch) -> Child:
        """Raises Refused."""
        origin = launch.origin
        if origin is None:
            raise Refused("it is started by a command of its own")
        if launch.alone:
            raise Refused(WANTED)
        if not origin.base:
            raise Refused("its environment has no SDK that is known")
        if origin.plugin.partition(":")[0] in self.options.apart:
            raise Refused("forking is switched off for it (PLUGIN_FORK_SERVER_NOT)")
        since, why = self.distrusted.get(str(launch.folder), (0.0, ""))
        if why and time.monotonic() - since < FORGET_AFTER:
            raise Refused(why)
        if template := self.templates.of(launch, origin):
            with suppress(Refused):  # it has just ended, or may not be forked any more
                return await template.instance(launch, origin)
            await template.end()
        around = await look(launch, origin)
        serving = await self.serving(launch, origin, around)
        if why := folder_differs(serving.known, around):
            raise Refused(why)
        self.used[str(launch.folder)] = serving.server
        return await serving.server.control.child(request_for(launch, origin), how_forked(origin))

    def came_up(self, launch: Launch, seconds: float) -> None:
        server = self.used.get(str(launch.folder))
        if launch.origin and server and not self.closed and not server.control.ended.is_set():
            self.templates.came_up(launch, launch.origin, seconds=seconds, server=server.control)

    def failed(self, folder: Path, why: str) -> None:
        self.distrusted[str(folder)] = (time.monotonic(), f"it did not come up as a fork: {why}")

    # Fork-servers.

    async def serving(self, launch: Launch, origin: Origin, around: Surroundings) -> Serving:
        """One whose environment fits, started if there is none; those who want the same one wait for it together."""
        key = key_of(launch, origin)
        if isinstance(found := self.fitting(key, origin, around), Serving):
            return found
        if around.extends_pydantic:
            raise Refused(extends(around))
        async with self.starting[key]:
            await self.adopt(key)
            if isinstance(found := self.fitting(key, origin, around), Serving):
                return found
            if len(found) >= MOST_ALIKE:
                raise Refused(found[0])
            since, why = self.broken.get((key, origin.python), (0.0, ""))
            if why and time.monotonic() - since < FAILED_FOR:
                raise Refused(why)
            return await self.start(launch, origin, around)

    def fitting(self, key: Key, origin: Origin, around: Surroundings) -> Serving | list[str]:
        """One that this plugin may be forked from, or why each of them is none."""
        whys = []
        for one in self.servers[key]:
            if not (why := environment_differs(one.known, origin, around)):
                one.server.control.used = time.monotonic()
                return one
            whys.append(why)
        return whys

    async def start(self, launch: Launch, origin: Origin, around: Surroundings) -> Serving:
        await self.make_room()
        began, key = time.monotonic(), key_of(launch, origin)
        try:
            one = await self.up(ForkServer(launch, origin), around)
        except Refused as refusal:
            self.broken[key, origin.python] = (time.monotonic(), str(refusal))
            log.warning("A fork-server could not be started: %s", refusal)
            raise
        log.info("A fork-server is ready after %.1f s: process %d", time.monotonic() - began, one.server.pid)
        if self.options.memory:
            await asyncio.to_thread(early.remember, self.options.memory, launch, origin)
        if why := environment_differs(
            one.known, origin, around
        ):  # of its own environment: another one would not do either
            self.broken[key, origin.python] = (time.monotonic(), why)
            raise Refused(why)
        return one

    async def adopt(self, key: Key) -> None:
        """One that was begun early is from now on one of this key's. It may not have come up: then another one is started."""
        for server in [one for one in self.early if key_of(one.launch, one.origin) == key]:
            self.early.remove(server)
            try:
                await self.up(server, await look(server.launch, server.origin))
            except BaseException as error:
                await server.end()
                if not isinstance(error, Refused):
                    raise
                log.warning("A fork-server that was begun early is of no use: %s", error)

    async def up(self, server: ForkServer, around: Surroundings) -> Serving:
        """Waits until it is ready; from then on it is looked after. Raises Refused."""
        one, key = Serving(server, told(await server.up(), around)), key_of(server.launch, server.origin)
        if self.closed:
            await server.end()
            raise Refused("the host is ending")
        self.servers[key].append(one)
        self.lenders.add(server.origin.python.parent.parent)
        self.started += 1
        seen_off = asyncio.ensure_future(self.see_off(key, one))
        self.seeing_off.add(seen_off)
        seen_off.add_done_callback(self.seeing_off.discard)
        self.minder = self.minder or asyncio.ensure_future(self.mind())
        return one

    async def make_room(self) -> None:
        """The one that has been unused for longest makes place for a new one."""
        alive = [one for ones in self.servers.values() for one in ones]
        if len(alive) >= self.options.most:
            await min(alive, key=lambda one: one.server.control.used).server.end()

    async def see_off(self, key: Key, one: Serving) -> None:
        """However it ended: it is reaped, and nobody is sent to it any more."""
        await one.server.control.ended.wait()
        self.servers[key].remove(one)
        await one.server.end()

    async def mind(self) -> None:
        """Ends what has not been used for long."""
        while True:
            await asyncio.sleep(min(LOOK_EVERY, self.options.idle))
            try:
                await self.look()
            except Exception:
                log.exception("Fork-servers could not be looked after")

    async def look(self) -> None:
        await self.templates.look()
        if time.monotonic() - self.wanted_at > WANTED_EVERY:
            self.wanted_at = time.monotonic()
            await asyncio.to_thread(want, sorted(self.lenders))
        servers = [one.server for ones in self.servers.values() for one in ones]
        for server in [*servers, *self.early]:
            if time.monotonic() - server.control.used > self.options.idle:
                await server.end()
        self.early = [server for server in self.early if not server.control.ended.is_set()]

    async def close(self) -> None:
        """Ends all fork-servers; their children are the host's."""
        self.closed = True
        if self.minder is not None:
            self.minder.cancel()
        await self.templates.close()
        servers = [one.server for ones in self.servers.values() for one in ones]
        for server in [*servers, *self.early]:
            await server.end()
        await asyncio.gather(*self.seeing_off)


def want(environments: list[Path]) -> None:
    """Tells who collects what nobody needs that these are needed: a fork may read files of the one that its SDK came from."""
    for path in environments:
        with suppress(OSError):
            os.utime(path / FACTS)


async def look(launch: Launch, origin: Origin) -> Surroundings:
    try:
        return await asyncio.to_thread(look_around, launch, origin)
    except OSError as error:
        raise Refused(f"its environment cannot be read: {error}") from None


def key_of(launch: Launch, origin: Origin) -> Key:
    """Plugins with equal keys may be children of one fork-server, if nothing else speaks against it."""
    variables = frozenset((name, value) for name, value in launch.environment.items() if READ_AT_START.match(name))
    return origin.interpreter, origin.packages.get("dify-plugin", ""), origin.trust, origin.patches, variables


def how_forked(origin: Origin) -> str:
    return f"forked from a process with its SDK {origin.packages.get('dify-plugin', '')}".rstrip()
