"""What nodes tell each other, and what every cluster can be asked.

All of it is leased: what is not renewed within LEASE seconds counts no more, so a node that dies leaves nothing for long.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

LEASE = 10  # seconds


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A process that holds plugins, and where it listens: a Unix socket on `host`, and each of `addresses` (host:port)."""

    id: str
    host: str
    unix: str
    addresses: tuple[str, ...] = ()
    serves: bool = True  # runs plugins; a web process may hold connections of developers' machines only
    draining: bool = False  # takes nothing new, and gives away what it has


@dataclass(frozen=True, slots=True)
class PluginState:
    """How a plugin is, as its node sees it. `since` is Unix seconds, `memory` bytes of resident memory."""

    state: str  # pending starting running backoff stopping stopped asleep failed debugging
    reason: str = ""
    node: str = ""
    since: float = 0.0
    restarts: int = 0
    pid: int = 0
    memory: int = 0
    instances: int = 0
    process: str = ""  # how the first one was made: forked, or why not
    use: dict[str, Any] = field(default_factory=dict)  # `limits.Use`
    limits: dict[str, Any] = field(default_factory=dict)  # `limits.Limits.told`


@dataclass(frozen=True, slots=True)
class Swept:
    """What a master has cleared away."""

    nodes: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()


class Cluster(Protocol):
    def join(self, node: NodeInfo) -> None:
        """Registers a node, or renews it."""

    def leave(self, node_id: str) -> None:
        """Takes a node out, with all that it holds, has told and has voted."""

    def nodes(self) -> list[NodeInfo]: ...

    # Who holds what.

    def claim(self, plugins: Iterable[str], node_id: str) -> set[str]:
        """The ones among `plugins` that this node may run now; claims those that nobody holds, renews its own."""
        ...

    def take(self, plugin: str, node_id: str) -> None:
        """Makes this node the holder, whoever was: it has the plugin running, and the one before may let go."""

    def release(self, plugin: str, node_id: str) -> None: ...
    def holder(self, plugin: str) -> NodeInfo | None: ...
    def holders(self) -> dict[str, str]:
        """Plugin → id of the node that holds it."""
        ...

    def tell(self, states: Mapping[str, PluginState], node_id: str) -> None: ...
    def states(self, plugins: Iterable[str]) -> dict[str, PluginState]:
        """The state that the holder tells of each, else the one that any node does."""
        ...

    # Which addresses reach whom.

    def vote(self, voter: str, votes: Mapping[str, bool]) -> None:
        """Address → whether the voter reaches who listens there."""

    def votes(self) -> dict[str, dict[str, bool]]:
        """Address → voter → what it said."""
        ...

    # Who leads.

    def lead(self, node_id: str) -> int:
        """This node's term as the master, 0 while another one is; terms only grow. Taking and renewing are one."""
        ...

    def leader(self) -> str: ...
    def sweep(self, node_id: str, term: int) -> Swept | None:
        """Clears what nodes that are gone have left; None, and nothing is changed, unless this is the master of this term."""

    def drain(self, node_id: str, *, on: bool) -> None:
        """Asks a node to give away what it has, or to take its share again."""

    # What everybody keeps warm.

    def bump(self) -> None:
        """Installations have changed: everybody's warm look-ups are stale."""

    def version(self) -> int: ...
    def grant(self, bucket: str, *, most: int, rate: float, wanted: int) -> tuple[int, float]:
        """Tokens of a bucket that holds `most` and gains `rate` a second: how many, and the seconds until there is one."""
        ...


def now_state(state: str, reason: str = "", **more: Any) -> PluginState:
    return PluginState(state=state, reason=reason, since=time.time(), **more)
