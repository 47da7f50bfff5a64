"""Apps of the workspace, called by plugins."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from runtime import studio
from runtime.database import in_thread
from runtime.session import Session


async def invoke(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The app's events as they come, or with `response_mode` blocking the one that holds the answer."""
    events = studio.invoke(
        session.workspace,
        request["app_id"],
        inputs=request["inputs"],
        query=request["query"],
        conversation_id=request["conversation_id"] or None,
        user=request["user"] or session.user,
        streaming=request["response_mode"] != "blocking",
        parent=session,
    )
    async with aclosing(events):
        async for event in events:
            yield orjson.dumps(event, default=str)


async def describe(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """What the app tells of itself: its parameters, as Dify names them."""
    yield orjson.dumps(await in_thread(studio.describe, session.workspace, request["app_id"]), default=str)
