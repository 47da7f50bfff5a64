"""What an app asks of models, tools and agent strategies of its workspace, with the accounts that are stored there."""

import time
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings

from runtime import accounting
from runtime.errors import BadRequest
from runtime.host import models, tools
from runtime.models import App
from runtime.session import Session
from runtime.studio.recipes import Model, Recipe, Tool, as_text

Prompt = dict[str, Any]

LONGEST_OWNER = 255  # characters


@dataclass(slots=True)
class Asked:
    """One call of an app. `parent` is the session of the plugin that called it, where it was one.

    `user` is what a door says; those of one door cannot stand for those of another, so conversations have an `owner`.
    """

    app: App
    recipe: Recipe
    user: str
    door: str
    query: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    conversation_id: str | None = None
    parent: Session | None = None

    @property
    def owner(self) -> str:
        return owner(self.door, self.user)

    def session(self, *, message_id: str | None = None, conversation_id: str | None = None) -> Session:
        """The session that the calls of this app belong to: as deep as its caller, and no longer than it."""
        now = time.time()
        made = Session(
            workspace=self.app.workspace_id,
            plugin="",
            type="app",
            action="invoke_app",
            data={},
            user=self.user,
            conversation_id=conversation_id,
            message_id=message_id,
            app_id=str(self.app.pk),
            deadline=now + settings.PLUGIN_MAX_EXECUTION_TIMEOUT,
        )
        if self.parent is not None:
            made.deadline = min(made.deadline, self.parent.deadline)
            made.depth, made.trace = self.parent.depth + 1, self.parent.trace or self.parent.id
        return made


def owner(door: str, user: str) -> str:
    """Whose a conversation is."""
    return f"{door}:{user}".replace("\x00", "")[:LONGEST_OWNER]


def needs_model(model: Model) -> Model:
    if not (model.provider and model.name):
        raise BadRequest("This app has no model yet. Choose one on its page.")
    return model


def on_account(session: Session, kind: str) -> AbstractContextManager[object]:
    """Counts a call that the app makes; where a plugin has called the app, it is on that one's account."""
    return nullcontext() if session.depth else accounting.counted(session, kind)


async def model_chunks(session: Session, model: Model, prompts: list[Prompt]) -> AsyncGenerator[dict[str, Any]]:
    """The `delta` of each chunk of a language model's answer."""
    needs_model(model)
    request = {
        "provider": model.provider,
        "model": model.name,
        "completion_params": model.parameters,
        "prompt_messages": prompts,
        "tools": [],
        "tool_choice": None,
        "stop": [],
        "stream": True,
    }
    with on_account(session, "llm"):
        async with aclosing(models.llm(session, "llm", request)) as chunks:
            async for chunk in chunks:
                yield orjson.loads(chunk).get("delta") or {}


def text_of(delta: dict[str, Any]) -> str:
    """The text of a chunk; of a list of contents, that of its texts."""
    content = (delta.get("message") or {}).get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("data") or "") for part in content if part.get("type") == "text")


async def tool_text(session: Session, tool: Tool, parameters: dict[str, Any]) -> str:
    """Everything that a tool says, as text; files are left out."""
    request = {
        "tool_type": "builtin",
        "provider": tool.provider,
        "tool": tool.name,
        "tool_parameters": parameters,
        "credential_id": None,
    }
    said: list[str] = []
    with on_account(session, "tool"):
        async with aclosing(tools.tool(session, "tool", request)) as messages:
            async for message in messages:
                said.append(message_text(orjson.loads(message)))
    return "".join(said)


def message_text(message: dict[str, Any]) -> str:
    """A tool's or an agent's message (protocol.md 6.5) as text, "" for what is none."""
    body = message.get("message") or {}
    match message.get("type"):
        case "text" | "link" | "image_link":
            return str(body.get("text") or "")
        case "json":
            return as_text(body.get("json_object"))
        case "variable":
            return as_text(body.get("variable_value"))
        case _:
            return ""
