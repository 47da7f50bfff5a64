"""What a program calls back for, and the permission that each needs (protocol.md 7.2, as the runtime's table has it)."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .code import CallSite, Program

MODELS = ("llm", "text_embedding", "rerank", "tts", "speech2text", "moderation")
_MODEL_NAMES = {"llm_structured_output": "llm", "summary": "llm"} | {name: name for name in MODELS}
_GROUPS = {"tool": "tool", "app": "app", "storage": "storage", "workflow_node": "node", "file": ""}
_CLASSES = {
    "LLMInvocation": "model.llm",
    "SummaryInvocation": "model.llm",
    "LLMStructuredOutputInvocation": "model.llm",
    "TextEmbeddingInvocation": "model.text_embedding",
    "RerankInvocation": "model.rerank",
    "TTSInvocation": "model.tts",
    "Speech2TextInvocation": "model.speech2text",
    "ModerationInvocation": "model.moderation",
    "ToolInvocation": "tool",
    "ChatAppInvocation": "app",
    "CompletionAppInvocation": "app",
    "WorkflowAppInvocation": "app",
    "FetchAppInvocation": "app",
    "AppInvocations": "app",
    "WorkflowNodeInvocations": "node",
    "StorageInvocation": "storage",
    "ParameterExtractorNodeInvocation": "node",
    "QuestionClassifierNodeInvocation": "node",
}
# Values and member names of the SDK's InvokeType, without case and underscores.
_KINDS = {
    "llm": "model.llm",
    "llmstructuredoutput": "model.llm",
    "systemsummary": "model.llm",
    "textembedding": "model.text_embedding",
    "multimodalembedding": "model.text_embedding",
    "rerank": "model.rerank",
    "multimodalrerank": "model.rerank",
    "tts": "model.tts",
    "speech2text": "model.speech2text",
    "moderation": "model.moderation",
    "tool": "tool",
    "app": "app",
    "fetchapp": "app",
    "storage": "storage",
    "nodeparameterextractor": "node",
    "nodequestionclassifier": "node",
}
_CLASS = re.compile(r"^dify_plugin\.(?:invocations|core)\..*?\b([A-Z]\w+Invocations?)\(\)\.(\w+)")
_RAW = re.compile(
    r"^dify\.session\.(writer|reader)\b|_backwards_invoke$|BackwardsInvocation\(\)|\.session_message$"
    r"|^dify\.session\.__class__$|\.core\.runtime\.Session$"
)
COMPUTED = "?"


@dataclass(frozen=True, slots=True)
class Use:
    """`permission` is a path in `resource.permission`, "?" behind what is only known at run time."""

    permission: str
    path: str
    line: int
    call: str


def uses(program: Program) -> list[Use]:
    """Every use that needs a permission, in the order of the files."""
    found = {(use.permission, use.path, use.line): use for use in (*_mentions(program), *_calls(program))}
    return sorted(found.values(), key=lambda use: (use.path, use.line, use.permission))


def _mentions(program: Program) -> Iterator[Use]:
    for one in program.references.values():
        permission = permission_of(one.name)
        if permission:
            yield Use(permission, one.path, one.line, one.source)


def permission_of(name: str) -> str:
    """The permission of a dotted name below `dify.session` or of an InvokeType, "" for none."""
    if ".InvokeType." in name:
        return _kind(name.rpartition(".InvokeType.")[2].partition(".")[0])
    parts = name.replace("[]", "").split(".")[2:]
    if parts[:1] == ["model"]:
        return (
            f"model.{_MODEL_NAMES.get(parts[1], COMPUTED if parts[1] == '?' else '')}".rstrip(".")
            if len(parts) > 1
            else ""
        )
    if parts[:1] == ["?"]:
        return COMPUTED
    return _GROUPS.get(parts[0], "") if parts else ""


def _kind(text: str) -> str:
    return _KINDS.get(text.replace("_", "").lower(), "")


def _calls(program: Program) -> Iterator[Use]:
    for site in program.calls:
        for name in site.names:
            if (match := _CLASS.match(name)) and match[1] in _CLASSES:
                yield Use(_CLASSES[match[1]], site.path, site.line, site.source)
            elif name.endswith("_backwards_invoke"):
                kinds = [_kind(text) for text in site.argument(0, "invoke_type", "type").texts()]
                yield from (Use(kind, site.path, site.line, site.source) for kind in kinds if kind)


def raw(program: Program) -> Iterator[Use]:
    """Ways past the SDK's invocations."""
    for site in program.calls:
        for name in site.names:
            if _RAW.search(name) and name.startswith(("dify.session", "dify_plugin.")):
                yield Use("", site.path, site.line, site.source)
                break
            if _WRITES_OUT.match(name) and _speaks_to_host(site):
                yield Use("", site.path, site.line, site.source)
                break


# The host listens to what the plugin writes out, a line a message.
_WRITES_OUT = re.compile(r"^(builtins\.print|os\.write|sys\.(__)?stdout(__)?\.(buffer\.)?(write|writelines))$")
_MESSAGE = frozenset(["session", "invoke", "backwards_request_id"])


def _speaks_to_host(site: CallSite) -> bool:
    """Whether what is written is a message as the SDK writes them."""
    texts = [node.value for node in ast.walk(site.node) if isinstance(node, ast.Constant)]
    words = {word for text in texts for word in _WORDS.findall(text if isinstance(text, str) else _plain(text))}
    return "event" in words and bool(_MESSAGE & words)


_WORDS = re.compile(r"^\w+$|(?<=\")\w+(?=\\?\")")


def _plain(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else ""


def is_declared(permission: str, declared: Mapping[str, Any]) -> bool:
    """As the runtime decides it: the group must be enabled, and the kind within it where there is one."""
    group, _, kind = permission.partition(".")
    given = declared.get(group) or {}
    if not isinstance(given, Mapping):
        return False
    return bool(given.get("enabled") and (not kind or kind == COMPUTED or given.get(kind)))


def declared_permissions(declared: Mapping[str, Any]) -> list[str]:
    """Every path that the manifest enables."""
    found = []
    for group, given in declared.items():
        if isinstance(given, Mapping) and given.get("enabled"):
            kinds = [kind for kind in MODELS if given.get(kind)] if group == "model" else []
            found += [f"{group}.{kind}" for kind in kinds] or [group]
    return found
