"""How plugins are, for pages: what their nodes last told, beside what is wished."""

import asyncio
from collections.abc import Iterable

from redis.exceptions import RedisError

from runtime import calling, node
from runtime.cluster import PluginState

AWAY = PluginState("unknown", "How it is cannot be asked: Redis is away. Calls of plugins that run go on.")
NO_NODE = PluginState("pending", "This process belongs to no node. Start manage.py run, or web and worker.")
NO_WORKER = PluginState("pending", "No worker is there to run it. Start manage.py worker, or manage.py run.")


def states(processes: Iterable[str]) -> dict[str, PluginState]:
    """The state of each plugin, by the name of its processes; those that no node tells of are pending, with the reason."""
    names = list(processes)
    if node.current is None:
        return dict.fromkeys(names, NO_NODE)
    try:
        told = node.current.cluster.states(names)
        missing = nowhere() if len(told) < len(names) else AWAY
    except RedisError:
        return dict.fromkeys(names, AWAY)
    return {name: told.get(name, missing) for name in names}


def nowhere() -> PluginState:
    """The state of a plugin of which no node tells anything."""
    members = node.here().cluster.nodes()
    workers = [one for one in members if one.serves]
    if not workers:
        return NO_WORKER
    return PluginState("pending", f"No worker has taken it up yet; one of {len(workers)} does within seconds.")


def restart(process: str) -> None:
    """Stops and starts a plugin, from a thread; raises Unavailable."""
    asyncio.run_coroutine_threadsafe(calling.restart(process), node.here().loop).result()
