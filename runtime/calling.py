"""Calls from inside: what pages and tasks use to ask a plugin, or to ask its node about it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from django.conf import settings

from runtime import lookup, node, router
from runtime.actions import BY_PATH, request_data
from runtime.errors import BadRequest, Unavailable
from runtime.guests import Guest
from runtime.keeper import Keeper
from runtime.logs import LogLine
from runtime.newer import told_as
from runtime.session import Session
from runtime.wire import END, STREAM, Frame


async def call(
    *, workspace: str, plugin_id: str, action: str, data: dict[str, Any], user: str
) -> AsyncGenerator[list[Frame]]:
    """Frames of a call in order; `action` is a path of runtime/actions.py such as `tool/invoke`. Raises RuntimeFault."""
    row = BY_PATH.get(action)
    if row is None:
        raise BadRequest(f"There is no action {action!r}.")
    found = await lookup.installed(workspace, plugin_id)
    session = Session(
        workspace=workspace,
        plugin=found.plugin,
        type=row.type,
        action=row.action,
        data=request_data(row, data),
        user=user,
        permission=found.permission,
        deadline=found.deadline(),
    )
    limit = None if found.patient else settings.PLUGIN_MAX_EXECUTION_TIMEOUT
    async with aclosing(router.here().stream(session)) as batches, asyncio.timeout(limit):
        async for frames in batches:
            yield frames


# Questions to the node that holds a plugin travel the road of calls, as sessions of type `node`.


def node_session(plugin: str, action: str, data: dict[str, Any]) -> Session:
    return Session(workspace="", plugin=plugin, type="node", action=action, data=data, deadline=lookup.FOR_EVER)


async def asked(session: Session) -> AsyncGenerator[list[Frame]]:
    """Asks this node where it holds the plugin, else the one that does."""
    if held_here(session.plugin) is not None:
        source = node_stream(session)
    else:
        holder = await asyncio.to_thread(node.here().cluster.holder, session.plugin)
        if holder is None:
            raise Unavailable("No node runs this plugin just now.")
        source = (await router.here().links.to(holder)).stream(session)
    async with aclosing(source) as batches:
        async for frames in batches:
            yield frames


def held_here(plugin: str) -> Keeper | Guest | None:
    return node.here().keepers.get(plugin) or node.here().guests.get(plugin)


async def node_stream(session: Session) -> AsyncGenerator[list[Frame]]:
    """What this node answers about a plugin that it holds."""
    held = held_here(session.plugin)
    if held is None:
        raise Unavailable("This node does not run the plugin.")
    if session.action == "restart":
        await held.restart()
    elif session.action == "follow_logs":
        async with aclosing(held.log.follow(session.data["after"])) as news:
            async for lines in news:
                yield [(STREAM, orjson.dumps([line.packed() for line in lines]))]
    elif not isinstance(held, Keeper):
        async with aclosing(held.answer_node(session)) as answers:
            async for frames in answers:
                yield frames
    yield [(END, b"{}")]


async def follow_logs(unique_identifier: str, *, after: int = 0) -> AsyncGenerator[list[LogLine]]:
    """Log lines of a plugin with a number above `after`, then new ones as they come; raises Unavailable."""
    async with aclosing(asked(node_session(unique_identifier, "follow_logs", {"after": after}))) as batches:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    yield [told_as(LogLine, line) for line in orjson.loads(payload)]


async def restart(unique_identifier: str) -> None:
    """Stops and starts a plugin where it runs; a plugin that had been given up is tried again. Raises Unavailable."""
    async with aclosing(asked(node_session(unique_identifier, "restart", {}))) as batches:
        async for _ in batches:
            pass
