"""Who is here, who runs what, and how it goes: in memory for one process, in Redis for many.

Claims and registrations are leases: what is not renewed within LEASE seconds is gone: a node that dies leaves nothing.
"""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

LEASE = 10  # seconds


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A process that runs plugins, and where it listens: a Unix socket on `host`, and host:port where it has one."""

    id: str
    host: str
    unix: str
    tcp: str = ""


@dataclass(frozen=True, slots=True)
class PluginState:
    """How a plugin is, as its node sees it. `since` is Unix seconds, `memory` bytes of resident memory."""

    state: str  # pending starting running backoff stopping stopped asleep failed
    reason: str = ""
    node: str = ""
    since: float = 0.0
    restarts: int = 0
    pid: int = 0
    memory: int = 0


class Cluster(Protocol):
    def join(self, node: NodeInfo) -> None:
        """Registers a node, or renews it."""

    def leave(self, node_id: str) -> None: ...
    def nodes(self) -> list[NodeInfo]: ...
    def claim(self, plugins: Iterable[str], node_id: str) -> set[str]:
        """The ones among `plugins` that this node may run now; claims those that nobody holds, renews its own."""
        ...

    def take(self, plugin: str, node_id: str) -> None:
        """Makes this node the holder, whoever was: of two connections of one plugin the newer one counts."""

    def release(self, plugin: str, node_id: str) -> None: ...
    def holder(self, plugin: str) -> NodeInfo | None: ...
    def tell(self, states: dict[str, PluginState]) -> None: ...
    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]: ...
    def bump(self) -> None:
        """Installations have changed: everybody's warm look-ups are stale."""

    def version(self) -> int: ...
    def grant(self, bucket: str, *, most: int, rate: float, wanted: int) -> tuple[int, float]:
        """Tokens of a bucket that holds `most` and gains `rate` a second: how many, and the seconds until there is one."""
        ...


class MemoryCluster:
    """All of it in one process."""

    def __init__(self) -> None:
        self.members: dict[str, NodeInfo] = {}
        self.claims: dict[str, str] = {}
        self.told: dict[str, PluginState] = {}
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
        return list(self.members.values())

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

    def tell(self, states: dict[str, PluginState]) -> None:
        with self.lock:
            self.told.update(states)

    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]:
        return {plugin: self.told[plugin] for plugin in plugins if plugin in self.told}

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


# Renews a claim of one's own and takes one that nobody holds, in one step: a claim must never have two holders.
CLAIM = """
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return 1
end
return 0
"""
# By the clock of Redis: those of its clients differ.
GRANT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local most, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(most, (tonumber(held[1]) or most) + (now - (tonumber(held[2]) or now)) * rate)
local granted = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens - granted), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(most / rate) + 60)
return {granted, string.format('%.3f', granted > 0 and 0 or (1 - tokens) / rate)}
"""
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisCluster:
    """Shared by many processes. Every key stands alone under the prefix, so Redis Cluster can spread them."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.redis = client
        self.prefix = prefix
        self.script = client.register_script(CLAIM)
        self.unclaim = client.register_script(RELEASE)
        self.bucket = client.register_script(GRANT)

    def key(self, *parts: str) -> str:
        return ":".join((self.prefix, *parts))

    def join(self, node: NodeInfo) -> None:
        self.redis.set(self.key("node", node.id), json.dumps(asdict(node)), ex=LEASE)
        self.redis.sadd(self.key("nodes"), node.id)

    def leave(self, node_id: str) -> None:
        self.redis.delete(self.key("node", node_id))
        self.redis.srem(self.key("nodes"), node_id)

    def node(self, node_id: str) -> NodeInfo | None:
        raw = self.redis.get(self.key("node", node_id))
        return NodeInfo(**json.loads(raw)) if raw else None

    def nodes(self) -> list[NodeInfo]:
        found = [(member.decode(), self.node(member.decode())) for member in self.redis.smembers(self.key("nodes"))]
        for member, node in found:
            if node is None:
                self.redis.srem(self.key("nodes"), member)
        return [node for _, node in found if node is not None]

    def claim(self, plugins: Iterable[str], node_id: str) -> set[str]:
        names = list(plugins)
        with self.redis.pipeline(transaction=False) as pipe:
            for plugin in names:
                self.script(keys=[self.key("claim", plugin)], args=[node_id, LEASE], client=pipe)
            granted = pipe.execute() if names else []
        return {plugin for plugin, ours in zip(names, granted, strict=True) if ours == 1}

    def take(self, plugin: str, node_id: str) -> None:
        self.redis.set(self.key("claim", plugin), node_id, ex=LEASE)

    def release(self, plugin: str, node_id: str) -> None:
        if self.unclaim(keys=[self.key("claim", plugin)], args=[node_id]):
            self.redis.delete(self.key("state", plugin))

    def holder(self, plugin: str) -> NodeInfo | None:
        holder = self.redis.get(self.key("claim", plugin))
        return self.node(holder.decode()) if holder else None

    def tell(self, states: dict[str, PluginState]) -> None:
        for plugin, state in states.items():
            self.redis.set(self.key("state", plugin), json.dumps(asdict(state)), ex=LEASE + 5)

    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]:
        found = {plugin: self.redis.get(self.key("state", plugin)) for plugin in plugins}
        return {plugin: PluginState(**json.loads(raw)) for plugin, raw in found.items() if raw}

    def bump(self) -> None:
        self.redis.incr(self.key("installations"))

    def version(self) -> int:
        return int(self.redis.get(self.key("installations")) or 0)

    def grant(self, bucket: str, *, most: int, rate: float, wanted: int) -> tuple[int, float]:
        granted, after = self.bucket(keys=[self.key("bucket", bucket)], args=[most, rate, wanted])
        return int(granted), float(after)


def now_state(state: str, reason: str = "", **more: Any) -> PluginState:
    return PluginState(state=state, reason=reason, since=time.time(), **more)
