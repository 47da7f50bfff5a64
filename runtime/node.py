"""The one node of this process: what should run here, what does, and the way from one to the other (house.md 4.4)."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime import placement, warming
from runtime.cluster import Cluster, NodeInfo, PluginState
from runtime.errors import Interrupted, StartFailed
from runtime.guests import Guest
from runtime.keeper import Keeper
from runtime.launching import Launching, Listener
from runtime.logs import PluginLog
from runtime.outage import OUTAGES, Outage
from runtime.telling import Telling
from runtime.terms import Terms

log = logging.getLogger(__name__)

TICK = 1.0  # seconds between two looks at what is wished, when nothing nudges
WISHES_EVERY = 10  # ticks after which the rows are read again although nobody said that they changed
LOOK_EVERY = 2.0  # seconds between two looks at who holds what, which renew the leases, when nothing has changed
BRING_UP_POLL = 0.25  # seconds between two looks at a plugin that another node brings up


@dataclass(frozen=True, slots=True)
class NodeOptions:
    """`wishes` reads what should run, and where that is said on which terms (in a thread).

    `forget` drops warm look-ups; without `serves` it runs nothing.

    `duties` are what the master does for all, every ten seconds.
    """

    info: NodeInfo
    wishes: Callable[[], Iterable[str] | Mapping[str, Terms]]
    forget: Callable[[], None]
    logs: Path
    serves: bool = True
    stop_grace: float = 10.0
    duties: Callable[[], None] = lambda: None
    note_down: Callable[[], None] = lambda: None  # what is counted in memory, once a second


class Node:
    """Lives on one event loop. `bring_up`, `end_trial` and `nudge` may be called from any thread."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, options: NodeOptions, cluster: Cluster, make_launching: Callable[["Node"], Launching]) -> None:
        self.options = options
        self.cluster = cluster
        self.keepers: dict[str, Keeper] = {}
        self.guests: dict[str, Guest] = {}
        self.trials: Counter[str] = Counter()
        self.wished: set[str] = set()
        self.terms: Mapping[str, Terms] = {}
        self.agreed: Mapping[str, Terms] = {}  # the last ones that were told to the keepers
        self.held: set[str] = set()  # what the cluster says that this node holds
        self.coming: set[str] = set()  # what it takes over from another node,
        self.needed: set[str] = set()  # and of that what runs there: it is started here first
        self.draining = False
        self.duty: asyncio.Task[None] | None = None
        self.term = 0  # as the master; 0 while another node is
        self.version = -1
        self.tick = 0
        self.looked = 0.0
        self.telling = Telling(options.info.id)
        self.written = 0.0
        self.make_launching = make_launching
        self.stopping = False
        self.outage = Outage(options.info.id)
        self.nudged = asyncio.Event()
        self.ready = asyncio.Event()

    @property
    def id(self) -> str:
        return self.options.info.id

    # The loop.

    async def run(self) -> None:
        """Turns until `stop`; a turn that fails is told and the next one follows."""
        self.loop = asyncio.get_running_loop()
        self.launching = self.make_launching(self)
        while not self.stopping:
            try:
                await self.turn()
                await self.write_down()
                self.outage.over()
            except OUTAGES as error:
                self.outage.goes_on(error)
            except Exception:
                log.exception("A turn of node %s failed", self.id)
            self.ready.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self.nudged.wait()
            self.nudged.clear()

    async def turn(self) -> None:
        """One look at everything; converges from any state, also after a missed event."""
        # Before the rows are read: who ends a trial has written its rows by then. One without a keeper has not begun.
        trials = self.trials.keys() & self.keepers.keys()
        changed = await self.read_wishes()
        if not self.options.serves and not self.guests:
            return
        guests = set(self.guests)
        looks = changed or bool(self.coming or trials) or time.monotonic() - self.looked >= LOOK_EVERY
        if looks:
            self.looked = time.monotonic()
            self.held, self.coming = await asyncio.to_thread(self.join_and_claim, trials | guests)
            self.see_off(guests - self.held)
        self.reconcile((self.held - guests) | self.coming | (self.trials.keys() & self.keepers.keys()))
        held: dict[str, Keeper | Guest] = {**self.keepers, **self.guests}
        if news := self.telling.news(held):
            await asyncio.to_thread(self.cluster.tell, news, self.id)
        leads = self.options.serves and await asyncio.to_thread(self.lead, looks)
        if leads and self.tick % WISHES_EVERY == 0:
            self.begin_duties()

    async def write_down(self) -> None:
        if time.monotonic() - self.written >= TICK:
            self.written = time.monotonic()
            await asyncio.to_thread(self.options.note_down)

    async def read_wishes(self) -> bool:
        """Whether the rows were read, since they have changed or it is time."""
        version = await asyncio.to_thread(self.cluster.version)
        self.tick += 1
        if version == self.version and self.tick % WISHES_EVERY:
            return False
        if version != self.version:
            self.options.forget()
            for keeper in self.keepers.values():
                keeper.prepared = None
        if self.options.serves:
            self.wished, self.terms = await asyncio.to_thread(self.read_rows)
        self.version = version
        return True

    def read_rows(self) -> tuple[set[str], Mapping[str, Terms]]:
        found = self.options.wishes()
        return set(found), found if isinstance(found, Mapping) else {}

    def called(self, again: float) -> dict[str, float]:
        """When plugins were last called (Unix seconds), of those of which that was last told `again` seconds before that."""
        since = time.time() - time.monotonic()
        found: dict[str, float] = {}
        for plugin, keeper in list(self.keepers.items()):
            if keeper.rest.used > keeper.rest.told + again:
                keeper.rest.told = keeper.rest.used
                found[plugin] = since + keeper.rest.used
        return found

    def join_and_claim(self, more: set[str]) -> tuple[set[str], set[str]]:
        """(what this node holds, what it should hold and another one still does).

        What runs already goes on where it is until the better place has it running, so no call finds it nowhere.
        """
        self.cluster.join(self.options.info)
        nodes = self.cluster.nodes()
        self.draining = any(node.id == self.id and node.draining for node in nodes)
        places, holders = placement.candidates(nodes), self.cluster.holders()
        scene = placement.Scene(self.wished, places, holders)
        free = placement.free_for(self.id, scene)
        ours = {plugin for plugin in self.wished if holders.get(plugin) == self.id}
        if any(plugin in self.wished and plugin not in holders for plugin in self.held):
            self.telling.forget()  # it has forgotten more than that
        held = self.cluster.claim(sorted(free | ours | more), self.id)
        coming = placement.coming_to(self.id, scene) | (self.coming & self.wished)
        there = self.cluster.states(coming - held) if coming - held else {}
        self.needed = {plugin for plugin, state in there.items() if state.state == "running"}
        for plugin in coming - held:
            if (keeper := self.keepers.get(plugin)) is not None and self.may_take(keeper):
                self.cluster.take(plugin, self.id)
                held.add(plugin)
        return held, coming - held

    def may_take(self, keeper: Keeper) -> bool:
        return keeper.running is not None or (keeper.state == "asleep" and keeper.plugin not in self.needed)

    def lead(self, sweeps: bool) -> bool:
        """Whether this node is the master, who clears what nodes that are gone have left."""
        self.term = self.cluster.lead(self.id)
        if not (self.term and sweeps):
            return self.term > 0
        swept = self.cluster.sweep(self.id, self.term)
        if swept is not None and swept.nodes:
            log.info("Gone: %s; what they held is free: %d plugins", ", ".join(swept.nodes), len(swept.plugins))
        return swept is not None

    def begin_duties(self) -> None:
        """Beside the turns: they may take long, and the leases must be renewed meanwhile."""
        if self.duty is None or self.duty.done():
            self.duty = asyncio.create_task(self.do_duties())

    async def do_duties(self) -> None:
        try:
            await asyncio.to_thread(self.options.duties)
        except Exception:
            log.exception("The duties of the master failed")

    def reconcile(self, claimed: set[str]) -> None:
        if self.stopping:  # what `stop` has ended must not begin again
            return
        new = [self.keeper(plugin) for plugin in claimed if plugin not in self.keepers]
        if new or self.terms is not self.agreed:
            self.agreed = self.terms
            for keeper in self.keepers.values():
                keeper.terms = self.terms.get(keeper.plugin, self.launching.terms)
            calm = [one for one in new if one.plugin not in self.needed]
            warming.settle(calm, self.keepers.values(), self.launching)
        for keeper in list(self.keepers.values()):
            self.reconcile_one(keeper, keeper.plugin in claimed)
        awake = [one for one in self.keepers.values() if one.state != "asleep"]
        self.launching.headroom.look(sum(one.processes for one in awake))
        warming.make_room(awake, self.launching)
        warming.start_some(awake, self.launching)

    def reconcile_one(self, keeper: Keeper, wished: bool) -> None:
        if wished and keeper.state == "asleep" and keeper.terms.on_demand and keeper.plugin not in self.needed:
            return
        if wished and keeper.awaits_word and keeper.plugin not in self.wished:
            return  # a trial has failed: whoever tries it out says what follows, however long that takes
        keeper.step(wished)
        if wished and keeper.state == "asleep" and (keeper.plugin in self.needed or not keeper.terms.on_demand):
            keeper.move("pending", keeper.terms.why_awake)
        if keeper.state == "stopped" and not wished:
            keeper.log.close()
            del self.keepers[keeper.plugin]
            self.cluster.release(keeper.plugin, self.id)

    # Guests.

    async def welcome(self, guest: Guest) -> None:
        """From now on calls of the plugin go to this guest, on every node; an earlier connection of it ends."""
        before = self.guests.get(guest.plugin)
        self.guests[guest.plugin] = guest
        self.held.add(guest.plugin)
        if before is not None:
            before.displaced()
        await asyncio.to_thread(self.announce, guest)

    def announce(self, guest: Guest) -> None:
        self.cluster.join(self.options.info)
        self.cluster.take(guest.plugin, self.id)
        self.cluster.tell({guest.plugin: guest.observed(self.id)}, self.id)

    async def part_with(self, guest: Guest) -> None:
        """The guest has left, or is to leave; nothing happens where another one has taken its place."""
        if self.guests.get(guest.plugin) is guest:
            del self.guests[guest.plugin]
            self.held.discard(guest.plugin)
            await asyncio.to_thread(self.cluster.release, guest.plugin, self.id)

    def see_off(self, plugins: set[str]) -> None:
        """Another node has got a newer connection of these."""
        for plugin in plugins:
            if guest := self.guests.pop(plugin, None):
                self.held.discard(plugin)
                guest.displaced()

    def keeper(self, plugin: str) -> Keeper:
        if plugin not in self.keepers:
            path = self.options.logs / f"{plugin.replace('/', '_').replace(':', '-')}.log"
            self.keepers[plugin] = Keeper(plugin, self.launching, PluginLog(path))
        return self.keepers[plugin]

    async def stop(self) -> None:
        """Stops everything that runs here, gently within the grace of the options, then by force; once."""
        if self.stopping:
            return
        self.stopping = True
        self.nudged.set()
        await asyncio.gather(*(keeper.shut_down(self.options.stop_grace) for keeper in self.keepers.values()))
        if self.duty is not None:
            await self.duty
        for guest in list(self.guests.values()):
            guest.displaced()
        if self.options.serves or self.guests:
            await asyncio.to_thread(self.leave)

    def leave(self) -> None:
        """Where nobody can be told, the leases end by themselves."""
        try:
            self.cluster.leave(self.id)
        except OUTAGES as error:
            log.warning("Node %s could not say that it leaves: %s", self.id, error)

    # From other threads.

    def nudge(self) -> None:
        """Something changed: look now rather than at the next tick."""
        self.loop.call_soon_threadsafe(self.nudged.set)

    def bring_up(self, plugin: str, listener: Listener) -> None:
        """Returns when the plugin beats, here or on the node that holds it; raises StartFailed or Interrupted.

        It then runs on trial, until `end_trial`: whoever installs it writes the rows in between.
        """
        asyncio.run_coroutine_threadsafe(self.try_out(plugin, listener), self.loop).result()

    def end_trial(self, plugin: str) -> None:
        """The rows decide again whether the plugin runs."""

        def forget() -> None:
            self.trials[plugin] -= 1
            if self.trials[plugin] <= 0:
                del self.trials[plugin]
            self.version = -1  # the rows that the installer wrote are read before anything is stopped
            self.nudged.set()

        self.loop.call_soon_threadsafe(forget)

    async def try_out(self, plugin: str, listener: Listener) -> None:
        self.trials[plugin] += 1
        while not await asyncio.to_thread(self.cluster.claim, [plugin], self.id):
            if await self.runs_elsewhere(plugin):
                return
            await asyncio.sleep(BRING_UP_POLL)
            self.refuse_when_stopping()
        self.refuse_when_stopping()
        self.held.add(plugin)
        keeper = self.keeper(plugin)
        keeper.listeners.append(listener)
        try:
            keeper.retry_now()
            keeper.wake()
            self.nudged.set()
            await self.first_try(keeper)
        finally:
            keeper.listeners.remove(listener)

    def refuse_when_stopping(self) -> None:
        if self.stopping:
            raise Interrupted("The worker is shutting down.")

    async def first_try(self, keeper: Keeper) -> None:
        """Waits for the next start that ends, in one way or the other."""
        while keeper.state != "running":
            await keeper.moved.wait()
            self.refuse_when_stopping()
            given_up = keeper.state == "stopped" and keeper.plugin not in self.trials
            if keeper.state in ("backoff", "failed") or given_up:
                raise StartFailed(keeper.reason or "It was stopped before it was ready.")

    async def runs_elsewhere(self, plugin: str) -> bool:
        """Whether the node that holds it has it running; raises StartFailed where that node says that it fails."""
        states: dict[str, PluginState] = await asyncio.to_thread(self.cluster.states, [plugin])
        state = states.get(plugin)
        if state is not None and state.state in ("backoff", "failed"):
            raise StartFailed(state.reason)
        return state is not None and state.state in ("running", "asleep")


current: Node | None = None


def here() -> Node:
    """The node of this process."""
    if current is None:
        raise RuntimeError("This process has no node; start it by manage.py run, web or worker.")
    return current


def set_here(node: Node | None) -> None:
    global current  # noqa: PLW0603 - a process has exactly one node
    current = node
