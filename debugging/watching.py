"""Connected plugins as pages show them: who is there, what is called, and what may be asked of them."""

import asyncio
from contextlib import aclosing
from typing import Any

import orjson

from debugging.models import Connection
from runtime import calling, lookup, node
from runtime.errors import Unavailable
from runtime.models import Installation
from runtime.wire import STREAM

ANSWER_WITHIN = 5.0  # seconds


def connected(workspace_id: str) -> list[Connection]:
    """Connections of a workspace that are open as far as the rows know, newest first."""
    return list(Connection.objects.filter(workspace_id=workspace_id, left_at=None).order_by("-connected_at"))


def latest(workspace_id: str, most: int = 10) -> list[Connection]:
    """Connections that have ended, the last one first."""
    rows = Connection.objects.filter(workspace_id=workspace_id, left_at__isnull=False)
    return list(rows.order_by("-left_at")[:most])


def calls(plugin: str, after: int) -> dict[str, Any]:
    """{turn, calls} that are new since the turn `after`; raises Unavailable where nobody is connected."""
    answers = from_node(plugin, "calls", {"after": after})
    if not answers:
        raise Unavailable("The node that has this connection gave no answer.")
    found: dict[str, Any] = answers[0]
    return found


def replay(plugin: str, number: int) -> None:
    """Makes a recorded call once more; its frames are recorded as those of every call."""
    loop = node.here().loop
    asyncio.run_coroutine_threadsafe(asked(plugin, "replay", {"number": number}), loop)


def set_patience(workspace_id: str, plugin_id: str, *, on: bool) -> None:
    """Whether calls of a connected plugin have no deadline, so that somebody can stand at a breakpoint."""
    row = Installation.objects.select_related("package").get(workspace_id=workspace_id, plugin_id=plugin_id)
    row.patient = on
    row.save(update_fields=["patient"])
    lookup.changed()
    from_node(row.package.unique_identifier, "patience", {"on": on})


def from_node(plugin: str, action: str, data: dict[str, Any]) -> list[Any]:
    """What the node that has the connection answers; raises Unavailable. For threads."""
    asking = asyncio.wait_for(asked(plugin, action, data), ANSWER_WITHIN)
    return asyncio.run_coroutine_threadsafe(asking, node.here().loop).result()


async def asked(plugin: str, action: str, data: dict[str, Any]) -> list[Any]:
    answers: list[Any] = []
    async with aclosing(calling.asked(calling.node_session(plugin, action, data))) as batches:
        async for frames in batches:
            answers += [orjson.loads(payload) for kind, payload in frames if kind == STREAM]
    return answers
