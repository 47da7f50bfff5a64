"""Where a session goes: to the plugin in this process, to the node that holds it, or back with the reason."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from time import monotonic

from runtime.backends.base import Plugin
from runtime.cluster import Cluster
from runtime.errors import Unavailable
from runtime.keeper import Keeper
from runtime.link import Links
from runtime.node import Node
from runtime.session import Session
from runtime.wire import Frame

HOLD = 20.0  # seconds a call waits for a plugin that is on its way up
LOOK_AGAIN = 0.25  # seconds between two looks for a node that holds the plugin


class Router:
    """The one way to a plugin, used by every door of this process."""

    def __init__(self, node: Node, cluster: Cluster, links: Links) -> None:
        self.node = node
        self.cluster = cluster
        self.links = links

    async def plugin_for(self, session: Session) -> Plugin:
        """Raises Unavailable with the true reason when the plugin does not run within HOLD seconds."""
        plugin = session.plugin
        if (keeper := self.node.keepers.get(plugin)) is not None and (backend := keeper.running) is not None:
            keeper.used = monotonic()
            return backend
        if (
            keeper is None
            and (guest := self.node.guests.get(plugin)) is not None
            and (there := guest.running) is not None
        ):
            return there
        return await self.wait_for(plugin)

    async def wait_for(self, plugin: str) -> Plugin:
        loop = asyncio.get_running_loop()
        until = loop.time() + HOLD
        while True:
            keeper = self.node.keepers.get(plugin)
            if keeper is not None:
                return await self.local(keeper, until - loop.time())
            if (guest := self.node.guests.get(plugin)) and (backend := guest.running):
                return backend
            holder = await asyncio.to_thread(self.cluster.holder, plugin)
            if holder is not None and holder.id != self.node.id:
                return await self.links.to(holder)
            if loop.time() >= until:
                raise Unavailable("no available node, plugin runtime not found: no worker has taken it up yet.")
            self.node.nudge()
            await asyncio.sleep(LOOK_AGAIN)

    async def local(self, keeper: Keeper, seconds: float) -> Plugin:
        keeper.wake()
        self.node.nudge()
        await keeper.settled(seconds)
        if (backend := keeper.running) is None:
            raise Unavailable(f"The plugin is not running ({keeper.state}). {keeper.reason}".strip())
        return backend

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        plugin = await self.plugin_for(session)
        async with contextlib.aclosing(plugin.stream(session)) as frames:
            async for batch in frames:
                yield batch


current: Router | None = None


def here() -> Router:
    """The router of this process."""
    if current is None:
        raise RuntimeError("This process has no router; start it by manage.py run, web or worker.")
    return current


def set_here(router: Router | None) -> None:
    global current  # noqa: PLW0603 - a process has exactly one router
    current = router
