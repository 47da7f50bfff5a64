"""Plugins that call back, each a running process on the real SDK, and what they say."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import orjson
import yaml

from runtime.backends.local import LocalBackend
from runtime.session import Session
from runtime.wire import ERROR, GONE, STREAM
from tests import sdk


def manifest(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((sdk.PLUGINS / name / "manifest.yaml").read_text())
    return document


def session_of(name: str, tool: str, /, *, workspace: str = "", **parameters: Any) -> Session:
    """A call of a plugin's tool with the permissions of its own manifest; in a workspace of its own unless named."""
    session = sdk.tool(tool, name)
    session.data["tool_parameters"] = parameters
    session.workspace = workspace or str(uuid4())
    session.plugin = f"patchbay/{name}:0.0.1@{'0' * 64}"
    session.permission = manifest(name)["resource"]["permission"]
    return session


@contextlib.asynccontextmanager
async def running(name: str, **options: Any) -> AsyncIterator[LocalBackend]:
    backend = sdk.backend(name, **options)
    await backend.start()
    try:
        yield backend
    finally:
        await backend.stop(0)


class Failed(Exception):
    """What the plugin raised, as the caller of the tool sees it."""


async def messages(plugin: Any, session: Session) -> list[dict[str, Any]]:
    """All messages of a tool; raises Failed with the plugin's error."""
    said = []
    for kind, payload in await sdk.frames_of(plugin, session):
        if kind in (ERROR, GONE):
            raise Failed(orjson.loads(payload)["message"])
        if kind == STREAM:
            said.append(orjson.loads(payload))
    return said


async def told(plugin: Any, session: Session) -> Any:
    """The JSON object of a tool's one message, or the text of all."""
    said = await messages(plugin, session)
    if said and said[0]["type"] == "json":
        return said[0]["message"]["json_object"]
    return "".join(one["message"]["text"] for one in said)
