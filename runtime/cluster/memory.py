"""A cluster of one process: everything is known at once, and nobody else can be gone."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from runtime.cluster.base import NodeInfo, PluginState, Swept


class MemoryCluster:
    def __init__(self) -> None:
        self.members: dict[str, NodeInfo] = {}
        self.claims: dict[str, str] = {}
        self.told: dict[str, PluginState] = {}
        self.drains: set[str] = set()
        self.counter = 0
        self.buckets: dict[str, tuple[float, float]] = {}
        self.lock = threading.Lock()

    def join(self, node: NodeInfo) -> None:
        self.members[node.id] = node

    def leave(self, node_id: str) -> None:
        with self.lock:
            self.members.pop(node_id, None)
            self.claims = {plugin: holder for plugin, holder in self.claims.items() if holder != node_id}

    def nodes(self) -> list[NodeInfo]:
        return [replace(node, draining=node.id in self.drains) for node in list(self.members.values())]

    def claim(self, plugins: Iterable[str], node_id: str) -> set[str]:
        with self.lock:
            return {plugin for plugin in plugins if self.claims.setdefault(plugin, node_id) == node_id}

    def take(self, plugin: str, node_id: str) -> None:
        with self.lock:
            self.claims[plugin] = node_id

    def release(self, plugin: str, node_id: str) -> None:
        with self.lock:
            if self.claims.get(plugin) == node_id:
                del self.claims[plugin]
                self.told.pop(plugin, None)

    def holder(self, plugin: str) -> NodeInfo | None:
        return self.members.get(self.claims.get(plugin, ""))

    def holders(self) -> dict[str, str]:
        with self.lock:
            return dict(self.claims)

    def tell(self, states: Mapping[str, PluginState], node_id: str) -> None:
        with self.lock:
            self.told.update(states)

    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]:
        return {plugin: self.told[plugin] for plugin in plugins if plugin in self.told}

    def vote(self, voter: str, votes: Mapping[str, bool]) -> None:
        """Nobody else is there to be reached."""

    def votes(self) -> dict[str, dict[str, bool]]:
        return {}

    def lead(self, node_id: str) -> int:
        return 1

    def leader(self) -> str:
        return next(iter(self.members), "")

    def sweep(self, node_id: str, term: int) -> Swept | None:
        return Swept()

    def drain(self, node_id: str, *, on: bool) -> None:
        with self.lock:
            self.drains = self.drains | {node_id} if on else self.drains - {node_id}

    def bump(self) -> None:
        with self.lock:
            self.counter += 1

    def version(self) -> int:
        return self.counter

    def grant(self, bucket: str, *, most: int, rate: float, wanted: int) -> tuple[int, float]:
        now = time.monotonic()
        with self.lock:
            tokens, at = self.buckets.get(bucket, (float(most), now))
            tokens = min(most, tokens + (now - at) * rate)
            granted = min(wanted, int(tokens))
            self.buckets[bucket] = (tokens - granted, now)
        return granted, 0.0 if granted else (1 - tokens) / rate
