"""How plugins are, for pages: what their nodes last told."""

import asyncio
from collections.abc import Iterable

from runtime import calling, node
from runtime.cluster import PluginState

NOT_HELD = PluginState("pending", "No worker has taken it up yet.")


def states(unique_identifiers: Iterable[str]) -> dict[str, PluginState]:
    """The state of each plugin; those that no node holds are pending."""
    names = list(unique_identifiers)
    if node.current is None:
        return dict.fromkeys(names, NOT_HELD)
    told = node.current.cluster.states(names)
    return {name: told.get(name, NOT_HELD) for name in names}


def restart(unique_identifier: str) -> None:
    """Stops and starts a plugin, from a thread; raises Unavailable."""
    asyncio.run_coroutine_threadsafe(calling.restart(unique_identifier), node.here().loop).result()
