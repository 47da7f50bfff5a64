"""A cluster of many processes, in Redis: hashes by node, plugin and address, whose fields are leased."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from runtime.cluster import scripts
from runtime.cluster.base import LEASE, NodeInfo, PluginState, Swept
from runtime.newer import told_as

TOLD_FOR = 120  # seconds that a state counts; those of nodes that are gone are cleared by the master
FEW = 64  # plugins whose states are asked for one by one
VOTE_FOR = 30  # seconds that a vote counts
LEADS_FOR = 5  # seconds that a master leads without renewing it


class RedisCluster:
    """Every key has the same hash tag, so that one step may touch several of them on Redis Cluster too."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.redis = client
        self.prefix = prefix
        names = ("PUT", "ALL", "STATES", "CLAIM", "RELEASE", "HOLDER", "LEAD", "SWEEP", "LEAVE", "GRANT")
        self.scripts = {name: client.register_script(getattr(scripts, name)) for name in names}

    def key(self, name: str) -> str:
        return f"{self.prefix}:{{cluster}}:{name}"

    def run(self, script: str, *keys: str, args: Iterable[Any] = ()) -> Any:
        return self.scripts[script](keys=[self.key(name) for name in keys], args=list(args))

    def everything(self, name: str) -> dict[str, str]:
        """Field → content of a hash, without what is over."""
        found = [part.decode() for part in self.run("ALL", name)]
        return dict(zip(found[::2], found[1::2], strict=True))

    # Nodes.

    def join(self, node: NodeInfo) -> None:
        self.run("PUT", "nodes", args=[LEASE, node.id, json.dumps(asdict(node))])

    def leave(self, node_id: str) -> None:
        self.run("LEAVE", "nodes", "claims", "states", "votes", args=[node_id])

    def nodes(self) -> list[NodeInfo]:
        drained = {name.decode() for name in self.redis.smembers(self.key("drains"))}
        found = [node_of(text) for text in self.everything("nodes").values()]
        return sorted((replace(one, draining=one.id in drained) for one in found), key=lambda one: one.id)

    def drain(self, node_id: str, *, on: bool) -> None:
        if on:
            self.redis.sadd(self.key("drains"), node_id)
        else:
            self.redis.srem(self.key("drains"), node_id)

    # Plugins.

    def claim(self, plugins: Iterable[str], node_id: str) -> set[str]:
        names = list(plugins)
        granted = self.run("CLAIM", "claims", args=[node_id, LEASE, *names]) if names else []
        return {plugin for plugin, ours in zip(names, granted, strict=True) if ours == 1}

    def take(self, plugin: str, node_id: str) -> None:
        self.run("PUT", "claims", args=[LEASE, plugin, node_id])

    def release(self, plugin: str, node_id: str) -> None:
        self.run("RELEASE", "claims", "states", args=[plugin, node_id, f"{node_id} {plugin}"])

    def holder(self, plugin: str) -> NodeInfo | None:
        found = self.run("HOLDER", "claims", "nodes", args=[plugin])
        return node_of(found.decode()) if found else None

    def holders(self) -> dict[str, str]:
        return self.everything("claims")

    def tell(self, states: Mapping[str, PluginState], node_id: str) -> None:
        told = [part for name, state in states.items() for part in (f"{node_id} {name}", json.dumps(asdict(state)))]
        if told:
            self.run("PUT", "states", args=[TOLD_FOR, *told])

    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]:
        wanted = set(plugins)
        if len(wanted) <= FEW:
            return self.few_states(sorted(wanted))
        holders, here = self.holders(), self.everything("nodes").keys()
        found: dict[str, PluginState] = {}
        for field, text in self.everything("states").items():
            node, _, plugin = field.partition(" ")
            if plugin in wanted and node in here and (plugin not in found or holders.get(plugin) == node):
                found[plugin] = told_as(PluginState, json.loads(text))
        return found

    def few_states(self, plugins: list[str]) -> dict[str, PluginState]:
        told = self.run("STATES", "claims", "nodes", "states", args=plugins) if plugins else []
        return {
            plugin: told_as(PluginState, json.loads(text)) for plugin, text in zip(plugins, told, strict=True) if text
        }

    # Addresses.

    def vote(self, voter: str, votes: Mapping[str, bool]) -> None:
        said = [part for address, good in votes.items() for part in (f"{voter} {address}", str(int(good)))]
        if said:
            self.run("PUT", "votes", args=[VOTE_FOR, *said])

    def votes(self) -> dict[str, dict[str, bool]]:
        found: dict[str, dict[str, bool]] = {}
        for field, text in self.everything("votes").items():
            voter, _, address = field.partition(" ")
            found.setdefault(address, {})[voter] = text == "1"
        return found

    # The master.

    def lead(self, node_id: str) -> int:
        return int(self.run("LEAD", "master", args=[node_id, LEADS_FOR]))

    def leader(self) -> str:
        found = {k: v for k, v in self.redis.hgetall(self.key("master")).items() if k == b"holder"}
        if not found:
            return ""
        until, _, holder = found[b"holder"].decode().partition("|")
        seconds, micro = self.redis.time()
        return str(holder) if int(until) >= seconds * 1000 + micro // 1000 else ""

    def sweep(self, node_id: str, term: int) -> Swept | None:
        cleared = self.run("SWEEP", "master", "nodes", "claims", "states", "votes", args=[node_id, term])
        if cleared is None:
            return None
        parts = [part.decode() for part in cleared]
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return Swept(*(tuple(name for kind, name in pairs if kind == wanted) for wanted in ("node", "plugin")))

    # Versions.

    def bump(self) -> None:
        self.redis.incr(self.key("installations"))

    def version(self) -> int:
        return int(self.redis.get(self.key("installations")) or 0)

    def grant(self, bucket: str, *, most: int, rate: float, wanted: int) -> tuple[int, float]:
        key = f"{self.prefix}:bucket:{bucket}"  # without the tag: buckets are many, and spread
        granted, after = self.scripts["GRANT"](keys=[key], args=[most, rate, wanted])
        return int(granted), float(after)


def node_of(text: str) -> NodeInfo:
    fields = json.loads(text)
    return told_as(NodeInfo, {**fields, "addresses": tuple(fields["addresses"])})
