"""What a plugin may call back (protocol.md 7.2): one row a type, with its permission, its request and how it is answered."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from runtime.host.faults import HostFault
from runtime.reverse import requests
from runtime.reverse.requests import Request
from runtime.session import Session


@dataclass(frozen=True, slots=True)
class Row:
    """`permission` is a path in the manifest's `resource.permission`, "" for what is always allowed."""

    kind: str
    permission: str
    needs: str  # the permission as the refusal names it
    request: type[Request]
    answer: str  # struct: one response | stream: any number of them
    failing: str  # how an error begins that comes before the first response
    breaking: str = ""  # and one that comes later
    nests: bool = True  # whether other plugins may be called for it


def model(kind: str, permission: str, request: type[Request], *, answer: str = "struct") -> Row:
    name = NAMES.get(kind, kind)
    return Row(
        kind,
        f"model.{permission}",
        permission.replace("_", "-"),
        request,
        answer,
        failing=f"invoke {name} model failed: ",
        breaking=f"read {name} model failed: ",
    )


NAMES = {
    "llm_structured_output": "llm with structured output",
    "text_embedding": "text-embedding",
    "multimodal_embedding": "multimodal embedding",
    "multimodal_rerank": "multimodal rerank",
}

ROWS = (
    model("llm", "llm", requests.LLM, answer="stream"),
    model("llm_structured_output", "llm", requests.StructuredLLM, answer="stream"),
    model("text_embedding", "text_embedding", requests.TextEmbedding),
    model("multimodal_embedding", "text_embedding", requests.MultimodalEmbedding),
    model("rerank", "rerank", requests.Rerank),
    model("multimodal_rerank", "rerank", requests.MultimodalRerank),
    model("tts", "tts", requests.TTS, answer="stream"),
    model("speech2text", "speech2text", requests.Speech2Text),
    model("moderation", "moderation", requests.Moderation),
    Row("tool", "tool", "tool", requests.Tool, "stream", "invoke tool failed: ", "read tool response failed: "),
    Row(
        "node_parameter_extractor",
        "node",
        "node",
        requests.ParameterExtractor,
        "struct",
        "invoke parameter extractor failed: ",
    ),
    Row(
        "node_question_classifier",
        "node",
        "node",
        requests.QuestionClassifier,
        "struct",
        "invoke question classifier failed: ",
    ),
    Row("app", "app", "app", requests.App, "stream", "invoke app failed: ", "read app failed: "),
    Row("fetch_app", "app", "app", requests.FetchApp, "struct", "fetch app failed: ", nests=False),
    Row("storage", "storage", "storage", requests.Storage, "struct", "", nests=False),
    Row("upload_file", "", "", requests.UploadFile, "struct", "upload file failed: ", nests=False),
    Row("system_summary", "model.llm", "llm", requests.Summary, "struct", "invoke summary failed: "),
)
BY_KIND = {row.kind: row for row in ROWS}


def permitted(row: Row, permission: dict[str, Any]) -> bool:
    """Whether the manifest declares it: the group must be enabled, and the kind within the group where there is one."""
    group, _, kind = row.permission.partition(".")
    declared = permission.get(group) or {}
    return not group or bool(declared.get("enabled") and (not kind or declared.get(kind)))


def checked_request(row: Row, session: Session, request: dict[str, Any]) -> dict[str, Any]:
    """Every key of the row, and what the session says whoever asks; raises HostFault naming what is wrong."""
    try:
        content = row.request.model_validate(request).content()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise HostFault(f"unmarshal backwards invoke request failed: {wrong}") from None
    return {**content, "tenant_id": session.workspace, "user_id": session.user, "type": row.kind}
