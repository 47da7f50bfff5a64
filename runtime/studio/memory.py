"""Apps and conversations in the database. All of it is SQL: from the event loop, call it in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from runtime.errors import NotFound
from runtime.installations import as_uuid
from runtime.models import App, Conversation, Message
from runtime.studio.recipes import Recipe, checked_inputs, recipe, storable

NAME = 60  # characters of the first question that name a conversation


class AppNotFound(NotFound):
    """There is no such app in this workspace."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation with a question that has just been put down; `history` are earlier turns, oldest first."""

    conversation: Conversation
    message: Message
    inputs: dict[str, Any]
    history: list[tuple[str, str]]


def find_app(workspace_id: str, app_id: str) -> App:
    """Raises AppNotFound, also for what is not an id."""
    key = as_uuid(app_id)
    app = App.objects.filter(workspace_id=workspace_id, pk=key).first() if key else None
    if app is None:
        raise AppNotFound(f"there is no app {app_id} in this workspace")
    return app


def open_turn(app: App, *, query: str, inputs: Mapping[str, Any], owner: str, conversation_id: str | None) -> Opened:
    """Goes on with a conversation of this owner, or begins one; raises NotFound, or BadRequest for missing inputs."""
    made, query = recipe(app), storable(query)
    known = find_conversation(app, owner, conversation_id) if conversation_id else None
    told = checked_inputs(made.variables(), {**(known.inputs if known else {}), **inputs})
    name = (query or ", ".join(str(value) for value in told.values()) or app.name)[:NAME]
    conversation = known or Conversation.objects.create(app=app, user=owner, name=name, inputs=told)
    history = earlier(conversation, made) if known else []
    message = Message.objects.create(conversation=conversation, query=query)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=timezone.now())
    return Opened(conversation, message, told, history)


def find_conversation(app: App, owner: str, conversation_id: str) -> Conversation:
    key = as_uuid(conversation_id) or UUID(int=0)
    found = Conversation.objects.filter(app=app, user=owner, pk=key).first()
    if found is None:
        raise NotFound("Conversation Not Exists.")
    return found


def earlier(conversation: Conversation, made: Recipe) -> list[tuple[str, str]]:
    """Questions with their answers; a turn that failed is not told to the model."""
    rows = conversation.messages.filter(error="").exclude(answer="").order_by("-created_at")[: max(made.memory, 0)]
    return [(row.query, row.answer) for row in reversed(rows)]


def close_turn(message: Message, *, answer: str, thoughts: list[Any], usage: Any = None, error: str = "") -> None:
    """Puts down what came of a question, whole or as far as it came."""
    Message.objects.filter(pk=message.pk).update(
        answer=storable(answer),
        thoughts=storable(thoughts),
        usage=usage,
        error=storable(error),
    )
