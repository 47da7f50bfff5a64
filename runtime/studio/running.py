"""The way into an app, the same for its page, its HTTP API, and plugins."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from runtime.database import in_thread
from runtime.errors import RuntimeFault
from runtime.models import App
from runtime.session import Session
from runtime.studio.asking import Asked
from runtime.studio.events import Event
from runtime.studio.memory import find_app
from runtime.studio.recipes import QUERY, check_length, recipe
from runtime.studio.stepping import run_steps
from runtime.studio.talking import talk


async def invoke(
    workspace_id: str,
    app_id: str,
    *,
    inputs: Mapping[str, Any],
    query: str = "",
    conversation_id: str | None = None,
    user: str = "",
    door: str = "plugin",
    streaming: bool = True,
    parent: Session | None = None,
) -> AsyncGenerator[Event]:
    """Dify's events in order, or the one object of a blocking answer; raises RuntimeFault.

    A conversation is found again by the same user at the same door. `parent` is the session of the plugin that calls:
    the app's own calls are as deep as it and end with it.
    """
    app = await in_thread(find_app, workspace_id, app_id)
    check_length(QUERY, query)
    asked = Asked(app, recipe(app), user, door, query, dict(inputs), conversation_id or None, parent)
    run = run_steps if app.mode == App.Mode.WORKFLOW else talk
    whole: Event | None = None
    async with aclosing(run(asked)) as events:
        async for event in events:
            whole = event.pop("whole", whole)
            if streaming:
                yield event
    if not streaming:
        if whole is None:
            raise RuntimeFault("the app ended without an answer")
        yield whole
