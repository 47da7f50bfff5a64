"""Which node should run a plugin: each plugin ranks the nodes, so that a node that comes or goes moves only its share. Pure.

Rendezvous hashing (Thaler and Ravishankar, 1998): everybody who knows the same nodes comes to the same answer. What runs
already stays where it is, unless its node drains or has clearly more than its share.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from runtime.cluster import NodeInfo

SLACK = 1  # plugins above its share that a node may keep


def weight(plugin: str, node_id: str) -> bytes:
    return blake2b(f"{node_id}\0{plugin}".encode(), digest_size=8).digest()


def candidates(nodes: Iterable[NodeInfo]) -> list[str]:
    """Ids of the nodes that take plugins; those that drain only where there is no other."""
    serving = [node for node in nodes if node.serves]
    return [node.id for node in serving if not node.draining] or [node.id for node in serving]


def preferred(plugin: str, node_ids: Iterable[str]) -> str:
    """The node that should run it; "" where there is none."""
    return max(node_ids, key=lambda node_id: weight(plugin, node_id), default="")


@dataclass(frozen=True, slots=True)
class Scene:
    """What should run, the nodes that take plugins, and who holds what."""

    wished: Collection[str]
    places: Collection[str]
    holders: Mapping[str, str]


def free_for(node_id: str, scene: Scene) -> set[str]:
    """What nobody holds and this node should."""
    free = (plugin for plugin in scene.wished if plugin not in scene.holders)
    return {plugin for plugin in free if preferred(plugin, scene.places) == node_id}


def coming_to(node_id: str, scene: Scene) -> set[str]:
    """What this node should take over from nodes that drain, or have more than their share while it has less."""
    wished, places, holders = scene.wished, scene.places, scene.holders
    if node_id not in places:
        return set()
    counts = Counter(holders.get(plugin) for plugin in wished)
    share = -(-len(wished) // len(places))
    coming: set[str] = set()
    for plugin in sorted(wished):
        holder = holders.get(plugin)
        if holder is None or holder == node_id or preferred(plugin, places) != node_id:
            continue
        crowded = counts[holder] > share + SLACK and counts[node_id] + len(coming) < share
        if holder not in places or crowded:
            coming.add(plugin)
            counts[holder] -= 1
    return coming
