"""Where a session goes: to the plugin in this process, to the node that holds it, or back with the reason."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from redis.exceptions import RedisError

from runtime.backends.base import Plugin
from runtime.cluster import Cluster, NodeInfo
from runtime.errors import Unavailable
from runtime.keeper import Keeper
from runtime.link import Link, Links
from runtime.node import Node
from runtime.session import Session
from runtime.wire import Frame

HOLD = 20.0  # seconds a call waits for a node to take its plugin up
ROUTE_GOOD = 2.0  # seconds for which the way to another node is believed without asking
MOST_HOPS = 2  # links that a call may cross: one, and one more when the plugin has just moved
LOOK_AGAIN = 0.25  # seconds between two looks for a node that holds the plugin


@dataclass(frozen=True, slots=True)
class Route:
    """The link to the node that holds a plugin, or to one that reaches it; and until when that is believed (monotonic)."""

    link: Link
    until: float
    relayed: bool

    def good_for(self, session: Session, now: float) -> bool:
        """Two nodes may each take the other for the way to a third: what came over a link is not sent round again."""
        if session.hops and (self.relayed or session.hops >= MOST_HOPS):
            return False
        return self.link.open and now < self.until


class Router:
    """The one way to a plugin, used by every door of this process."""

    def __init__(self, node: Node, cluster: Cluster, links: Links) -> None:
        self.node = node
        self.cluster = cluster
        self.links = links
        self.routes: dict[str, Route] = {}

    async def plugin_for(self, session: Session) -> Plugin:
        """Raises Unavailable with the true reason when the plugin does not run within HOLD seconds."""
        plugin = session.plugin
        if (keeper := self.node.keepers.get(plugin)) is not None and (backend := keeper.running) is not None:
            keeper.rest.used = time.monotonic()
            return backend
        if keeper is None:
            if (guest := self.node.guests.get(plugin)) is not None and (there := guest.running) is not None:
                return there
            if (route := self.routes.get(plugin)) is not None and route.good_for(session, time.monotonic()):
                return route.link
        return await self.wait_for(session)

    async def wait_for(self, session: Session) -> Plugin:
        plugin = session.plugin
        loop = asyncio.get_running_loop()
        until = loop.time() + HOLD
        while True:
            keeper = self.node.keepers.get(plugin)
            if keeper is not None and plugin in self.node.held | self.node.trials.keys():
                return await self.local(keeper)
            if (guest := self.node.guests.get(plugin)) and (backend := guest.running):
                return backend
            holder = await self.holder(plugin)
            if holder is not None and holder.id != self.node.id:
                if session.hops >= MOST_HOPS:
                    raise Unavailable(f"Nodes disagree about who runs {plugin}; try again in a moment.")
                try:
                    link = await self.way_to(holder, relays=not session.hops)
                except Unavailable:  # it may be dead, and another will take the plugin up when its lease is over
                    if session.hops or loop.time() >= until:
                        raise
                else:
                    self.routes[plugin] = Route(link, time.monotonic() + ROUTE_GOOD, link.node.id != holder.id)
                    return link
            elif loop.time() >= until:
                raise Unavailable("no available node, plugin runtime not found: no worker has taken it up yet.")
            self.node.nudge()
            await asyncio.sleep(LOOK_AGAIN)

    async def holder(self, plugin: str) -> NodeInfo | None:
        """Who holds it; while the cluster's memory is away, who did so a moment ago."""
        try:
            return await asyncio.to_thread(self.cluster.holder, plugin)
        except RedisError:
            route = self.routes.get(plugin)
            if route is None or not route.link.open:
                raise Unavailable("The cluster cannot be asked who runs this plugin: Redis is away.") from None
            return route.link.node

    async def way_to(self, holder: NodeInfo, *, relays: bool) -> Link:
        """A link to that node, or with `relays` to one that reaches it where this one does not; raises Unavailable."""
        try:
            return await self.links.to(holder)
        except Unavailable as refusal:
            if not relays:
                raise
            for relay in await asyncio.to_thread(self.relays, holder):
                with contextlib.suppress(Unavailable):
                    return await self.links.to(relay)
            raise refusal from None

    def relays(self, holder: NodeInfo) -> list[NodeInfo]:
        """Nodes that have voted for an address of this one."""
        votes = self.cluster.votes()
        reach = {voter for address in holder.addresses for voter, good in votes.get(address, {}).items() if good}
        return [node for node in self.cluster.nodes() if node.id in reach - {self.node.id, holder.id}]

    async def local(self, keeper: Keeper) -> Plugin:
        self.node.nudge()
        return await keeper.up()

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
