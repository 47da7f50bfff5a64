"""The dispatch table: one row for each thing a plugin can be asked to do (protocol.md 6.3).

A field row says what a request must hold and what the SDK gets where the caller left it out. The SDK's models are strict
about presence ("required but nullable") and about mappings that must not be null, so every known field is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Field:
    """One key of `data`. `required` as the daemon means it: text not empty, mapping or list not null, number not 0."""

    name: str
    required: bool = False
    default: Callable[[], Any] = lambda: None
    equals: str | None = None
    one_of: tuple[str, ...] = ()
    omit_empty: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A row: where it is posted, what the plugin is told, what the request holds, how the answer comes back."""

    path: str
    type: str
    action: str
    fields: tuple[Field, ...]
    answer: str = "stream"  # stream: SSE | merged: SSE with blob chunks put together | single: one JSON document
    clean: Callable[[dict[str, Any]], None] | None = None


def need(name: str, **more: Any) -> Field:
    return Field(name, required=True, **more)


def mapping(name: str, required: bool = False) -> Field:
    return Field(name, required=required, default=dict)


def items(name: str) -> Field:
    return Field(name, default=list)


def text(name: str) -> Field:
    return Field(name, default=str)


CREDENTIALS = (mapping("credentials"), Field("credential_type", omit_empty=True))
# The trigger models want the key present, and one of three literals where they subscribe (protocol.md 6.3).
CREDENTIALS_PRESENT = (mapping("credentials"), Field("credential_type"))
CREDENTIALS_STRICT = (mapping("credentials"), Field("credential_type", default=lambda: "unauthorized"))
LLM_INPUT = (
    mapping("model_parameters"),
    items("prompt_messages"),
    items("tools"),
    Field("tool_choice", omit_empty=True),
    items("stop"),
    mapping("json_schema"),
    Field("stream", default=bool),
)


def model(model_type: str | None = None) -> tuple[Field, ...]:
    return (need("provider"), need("model"), need("model_type", equals=model_type), *CREDENTIALS)


def mend_messages(data: dict[str, Any]) -> None:
    """Nulls that clients send and the SDK refuses: `tool_calls` must be a list, `content` a text (protocol.md 6.4)."""
    for message in data["prompt_messages"]:
        if not isinstance(message, dict):
            raise BadRequest("prompt_messages must be a list of objects.")
        if message.get("tool_calls", ()) is None:
            message["tool_calls"] = []
        if message.get("content", "") is None:
            message["content"] = ""
        mend_contents(message.get("content"))


def mend_contents(contents: Any) -> None:
    for part in contents if isinstance(contents, list) else ():
        if isinstance(part, dict) and part.get("detail", "low") in ("", None):
            del part["detail"]


def row(path: str, kind: str, action: str, *fields: Field | tuple[Field, ...], **more: Any) -> Action:
    flat: list[Field] = []
    for field in fields:
        flat.extend(field if isinstance(field, tuple) else (field,))
    return Action(path, kind, action, tuple(flat), **more)


def model_row(
    path: str, action: str, model_type: str | None, *fields: Field | tuple[Field, ...], **more: Any
) -> Action:
    return row(path, "model", action, model(model_type), *fields, **more)


DATASOURCE = (need("provider"), need("datasource"), *CREDENTIALS)
LLM = {"clean": mend_messages}

ACTIONS = (
    row("tool/invoke", "tool", "invoke_tool", need("provider"), need("tool"), mapping("tool_parameters"), CREDENTIALS),
    row("tool/validate_credentials", "tool", "validate_tool_credentials", need("provider"), CREDENTIALS),
    row(
        "tool/get_runtime_parameters",
        "tool",
        "get_tool_runtime_parameters",
        need("provider"),
        need("tool"),
        CREDENTIALS,
    ),
    model_row("llm/invoke", "invoke_llm", "llm", LLM_INPUT, **LLM),
    model_row("llm/num_tokens", "get_llm_num_tokens", "llm", items("prompt_messages"), items("tools"), **LLM),
    model_row("model/polling/start", "start_polling", "llm", LLM_INPUT, answer="single", **LLM),
    model_row("model/polling/check", "check_polling", "llm", mapping("plugin_state", required=True), answer="single"),
    model_row("text_embedding/invoke", "invoke_text_embedding", "text-embedding", need("texts"), need("input_type")),
    model_row("text_embedding/num_tokens", "get_text_embedding_num_tokens", "text-embedding", need("texts")),
    model_row(
        "multimodal_embedding/invoke",
        "invoke_multimodal_embedding",
        None,
        need("documents"),
        need("input_type", one_of=("document", "query")),
    ),
    model_row(
        "rerank/invoke",
        "invoke_rerank",
        "rerank",
        need("query"),
        need("docs"),
        Field("score_threshold", default=float),
        Field("top_n", default=int),
    ),
    model_row(
        "multimodal_rerank/invoke",
        "invoke_multimodal_rerank",
        None,
        need("query"),
        need("docs"),
        Field("score_threshold", default=float),
        Field("top_n", default=int),
    ),
    model_row("tts/invoke", "invoke_tts", "tts", need("content_text"), need("voice"), need("tenant_id")),
    model_row("tts/model/voices", "get_tts_model_voices", "tts", Field("language")),
    model_row("speech2text/invoke", "invoke_speech2text", "speech2text", need("file")),
    model_row("moderation/invoke", "invoke_moderation", "moderation", need("text")),
    row(
        "model/validate_provider_credentials",
        "model",
        "validate_provider_credentials",
        need("provider"),
        CREDENTIALS,
    ),
    model_row("model/validate_model_credentials", "validate_model_credentials", None),
    model_row("model/schema", "get_ai_model_schemas", None),
    row(
        "agent_strategy/invoke",
        "agent_strategy",
        "invoke_agent_strategy",
        need("agent_strategy_provider"),
        need("agent_strategy"),
        mapping("agent_strategy_params"),
        answer="merged",
    ),
    row(
        "oauth/get_authorization_url",
        "oauth",
        "get_authorization_url",
        need("provider"),
        need("redirect_uri"),
        mapping("system_credentials"),
    ),
    row(
        "oauth/get_credentials",
        "oauth",
        "get_credentials",
        need("provider"),
        need("redirect_uri"),
        mapping("system_credentials"),
        need("raw_http_request"),
    ),
    row(
        "oauth/refresh_credentials",
        "oauth",
        "refresh_credentials",
        need("provider"),
        need("redirect_uri"),
        mapping("system_credentials"),
        mapping("credentials", required=True),
    ),
    row(
        "dynamic_select/fetch_parameter_options",
        "dynamic_parameter",
        "fetch_parameter_options",
        mapping("credentials", required=True),
        Field("credential_type", omit_empty=True),
        need("provider"),
        need("provider_action"),
        need("parameter"),
    ),
    row(
        "datasource/validate_credentials",
        "datasource",
        "validate_datasource_credentials",
        need("provider"),
        CREDENTIALS,
    ),
    row(
        "datasource/get_website_crawl",
        "datasource",
        "invoke_website_datasource_get_crawl",
        DATASOURCE,
        mapping("datasource_parameters", required=True),
    ),
    row(
        "datasource/get_online_document_pages",
        "datasource",
        "invoke_online_document_datasource_get_pages",
        DATASOURCE,
        mapping("datasource_parameters", required=True),
    ),
    row(
        "datasource/get_online_document_page_content",
        "datasource",
        "invoke_online_document_datasource_get_page_content",
        DATASOURCE,
        mapping("page", required=True),
    ),
    row(
        "datasource/online_drive_browse_files",
        "datasource",
        "invoke_online_drive_browse_files",
        DATASOURCE,
        mapping("request", required=True),
    ),
    row(
        "datasource/online_drive_download_file",
        "datasource",
        "invoke_online_drive_download_file",
        DATASOURCE,
        mapping("request", required=True),
    ),
    row(
        "trigger/invoke_event",
        "trigger",
        "invoke_trigger_event",
        need("provider"),
        need("event"),
        need("raw_http_request"),
        mapping("parameters"),
        mapping("payload"),
        mapping("subscription", required=True),
        CREDENTIALS_PRESENT,
    ),
    row("trigger/validate_credentials", "trigger", "validate_trigger_credentials", need("provider"), CREDENTIALS),
    row(
        "trigger/dispatch_event",
        "trigger",
        "dispatch_trigger_event",
        need("provider"),
        mapping("subscription", required=True),
        need("raw_http_request"),
        CREDENTIALS_PRESENT,
    ),
    row(
        "trigger/subscribe",
        "trigger",
        "subscribe_trigger",
        need("provider"),
        need("endpoint"),
        mapping("parameters"),
        CREDENTIALS_STRICT,
    ),
    row(
        "trigger/unsubscribe",
        "trigger",
        "unsubscribe_trigger",
        need("provider"),
        mapping("subscription", required=True),
        CREDENTIALS_STRICT,
    ),
    row(
        "trigger/refresh",
        "trigger",
        "refresh_trigger",
        need("provider"),
        mapping("subscription", required=True),
        CREDENTIALS_STRICT,
    ),
)

BY_PATH = {action.path: action for action in ACTIONS}


def missing(value: Any) -> bool:
    """Empty as the daemon's validator means it: null, empty text, zero. Empty mappings and lists are present."""
    return (
        value is None
        or value == ""
        or (value == 0 and not isinstance(value, bool) and not isinstance(value, dict | list))
    )


def request_data(action: Action, data: Any) -> dict[str, Any]:
    """The `data` of a request with every known field and nothing else, or BadRequest naming the field."""
    if not isinstance(data, dict):
        raise BadRequest("The request needs an object `data`.")
    out: dict[str, Any] = {}
    for field in action.fields:
        value = data.get(field.name)
        if value is None or (value == "" and field.omit_empty):
            if field.required:
                raise BadRequest(f"data.{field.name} is required for {action.path}.")
            if field.omit_empty:
                continue
            value = field.default()
        elif field.required:
            check(action, field, value)
        out[field.name] = value
    if action.clean is not None:
        action.clean(out)
    return out


def check(action: Action, field: Field, value: Any) -> None:
    if missing(value):
        raise BadRequest(f"data.{field.name} is required for {action.path} and must not be empty.")
    if field.equals is not None and value != field.equals:
        raise BadRequest(f"data.{field.name} must be {field.equals!r} for {action.path}, not {value!r}.")
    if field.one_of and value not in field.one_of:
        raise BadRequest(f"data.{field.name} must be one of {', '.join(field.one_of)}, not {value!r}.")
