"""What a plugin may call back, as a table (protocol.md 7): one row a type, with the permission that gates it.

Who answers a type is added by `answers(type)`; a type that nobody answers is refused with the error the SDK understands.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from runtime.session import Session

Response = dict[str, Any]
"""`event`, `message` and `data` of one backwards_response."""


@dataclass(frozen=True, slots=True)
class Row:
    """`permission` is a path in the manifest's `resource.permission`, "" for what is always allowed."""

    type: str
    permission: str
    needs: str = ""  # as the refusal names it


ROWS = (
    Row("llm", "model.llm", "llm"),
    Row("llm_structured_output", "model.llm", "llm"),
    Row("text_embedding", "model.text_embedding", "text-embedding"),
    Row("multimodal_embedding", "model.text_embedding", "text-embedding"),
    Row("rerank", "model.rerank", "rerank"),
    Row("multimodal_rerank", "model.rerank", "rerank"),
    Row("tts", "model.tts", "tts"),
    Row("speech2text", "model.speech2text", "speech2text"),
    Row("moderation", "model.moderation", "moderation"),
    Row("tool", "tool", "tool"),
    Row("node_parameter_extractor", "node", "node"),
    Row("node_question_classifier", "node", "node"),
    Row("app", "app", "app"),
    Row("fetch_app", "app", "app"),
    Row("storage", "storage", "storage"),
    Row("upload_file", ""),
    Row("system_summary", "model.llm", "llm"),
)
BY_TYPE = {row.type: row for row in ROWS}

Answerer = Callable[[Session, dict[str, Any]], AsyncIterator[Response]]
answerers: dict[str, Answerer] = {}


def answers(kind: str) -> Callable[[Answerer], Answerer]:
    """Marks the function that answers a type."""

    def register(function: Answerer) -> Answerer:
        answerers[BY_TYPE[kind].type] = function
        return function

    return register


def permitted(row: Row, permission: dict[str, Any]) -> bool:
    """Whether the manifest declares it: the group must be enabled, and the kind within the group where there is one."""
    group, _, kind = row.permission.partition(".")
    declared = permission.get(group) or {}
    return not group or bool(declared.get("enabled") and (not kind or declared.get(kind)))


def refusal(session: Session, kind: str) -> str:
    """Why this call is not answered, or "" when it may be."""
    row = BY_TYPE.get(kind)
    if session.type == "model":
        return "you can not invoke dify from model"
    if row is None:
        return f"unsupported invoke type: {kind}"
    if not permitted(row, session.permission):
        return f"permission denied, you need to enable {row.needs} access in plugin manifest"
    if kind not in answerers:
        return f"this host does not answer {kind} calls"
    return ""


async def answer(session: Session, call: dict[str, Any]) -> AsyncIterator[Response]:
    """The responses to a reverse call, without the end message, which the backend writes."""
    kind = str(call["type"])
    if why := refusal(session, kind):
        yield {"event": "error", "message": why, "data": None}
        return
    request = {**call["request"], "tenant_id": session.workspace, "user_id": session.user, "type": kind}
    async for response in answerers[kind](session, request):
        yield response
