"""What a node tells the cluster of its plugins: what has changed, and each of them again every now and then."""

import time
from collections.abc import Mapping
from typing import Protocol
from zlib import crc32

from runtime.cluster import PluginState

AGAIN = 30.0  # seconds after which an unchanged state is told again, and up to half as many more, so that not all are at once
FINE = 4 << 20  # bytes by which memory must differ to be told


class Observed(Protocol):
    def observed(self, node: str) -> PluginState: ...


Known = tuple[int, str, str, float]
"""What a state is the same by while its plugin does nothing: its moves, state and reason; and until when it need not be told."""


class Telling:
    """Of thousands that sleep nothing is made, compared or sent."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.known: dict[str, Known] = {}
        self.told: dict[str, PluginState] = {}

    def forget(self) -> None:
        """The cluster has lost what was told: all is told again."""
        self.known.clear()
        self.told.clear()

    def news(self, held: Mapping[str, Observed]) -> dict[str, PluginState]:
        now = time.monotonic()
        for gone in self.known.keys() - held.keys():
            del self.known[gone]
            self.told.pop(gone, None)
        return {plugin: state for plugin, one in held.items() if (state := self.changed(plugin, one, now)) is not None}

    def changed(self, plugin: str, one: Observed, now: float) -> PluginState | None:
        moves, state, reason = getattr(one, "moves", 0), getattr(one, "state", ""), getattr(one, "reason", "")
        known = self.known.get(plugin)
        due = known is None or now >= known[3]
        if not due and state == "asleep" and known is not None and known[:3] == (moves, state, reason):
            return None
        seen = one.observed(self.node_id)
        if not due and (before := self.told.get(plugin)) is not None and alike(before, seen):
            return None
        self.known[plugin] = (moves, state, reason, now + AGAIN + crc32(plugin.encode()) % int(AGAIN * 500) / 1000)
        self.told[plugin] = seen
        return seen


def alike(one: PluginState, other: PluginState) -> bool:
    """All but small changes of memory, and of what else is measured all the time."""
    same = (one.state, one.reason, one.since, one.restarts, one.pid, one.instances, one.limits) == (
        other.state,
        other.reason,
        other.since,
        other.restarts,
        other.pid,
        other.instances,
        other.limits,
    )
    return same and abs(one.memory - other.memory) < FINE and one.use == other.use
