"""Words for people: labels in the reader's language, kinds, permissions, states."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

ENGLISH = "en_US"
# What browsers say, and the language of labels that it means (protocol.md 1.6).
LANGUAGES = {"en": ENGLISH, "zh": "zh_Hans", "ja": "ja_JP", "pt": "pt_BR"}
TAGS = {"en_US": "en", "zh_Hans": "zh-Hans", "ja_JP": "ja", "pt_BR": "pt-BR"}
NAMES = {"en_US": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文", "ja_JP": "日本語", "pt_BR": "Português"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plugin: `plural` heads its tab, `does` ends the sentence "A plugin that …"."""

    name: str
    word: str
    plural: str
    icon: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("tool", "Tool", "Tools", "wrench"),
        Kind("model", "Model", "Models", "cpu"),
        Kind("agent-strategy", "Agent strategy", "Agent strategies", "bot"),
        Kind("datasource", "Data source", "Data sources", "database"),
        Kind("trigger", "Trigger", "Triggers", "zap"),
        Kind("extension", "Endpoint", "Endpoints", "webhook"),
    )
}


def reader_language(request: HttpRequest) -> str:
    """The first language of the reader in which labels may be written, else English."""
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if language := LANGUAGES.get(tag.split("-")[0]):
            return language
    return ENGLISH


def said(text: Any, language: str) -> str:
    """A label in the reader's language, else in English, else in any; plain strings as they are."""
    if isinstance(text, dict):
        found = text.get(language) or text.get(ENGLISH) or next(filter(None, text.values()), "")
        return str(found)
    return "" if text is None else str(text)


# Steps of an installation as workers name them (runtime/environment/progress.py, runtime/preparing.py, runtime/keeper.py).
STEPS = {
    "unpack": "Unpacking the package",
    "wait": "Waiting for another build of the same environment",
    "resolve": "Working out what it depends on",
    "python": "Getting the Python that it needs",
    "download": "Downloading what it depends on",
    "install": "Installing what it depends on",
    "compile": "Compiling",
    "verify": "Checking the environment",
    "start": "Starting it for the first time",
    "starting": "Starting",
}


def step_in_words(step: str) -> str:
    return STEPS.get(step, step[:1].upper() + step[1:])


@dataclass(frozen=True, slots=True)
class Permission:
    icon: str
    title: str
    detail: str


MODEL_KINDS = {
    "llm": "language models",
    "text_embedding": "text embeddings",
    "rerank": "rerankers",
    "tts": "speech synthesis",
    "speech2text": "speech recognition",
    "moderation": "moderation",
}


def permissions(declaration: dict[str, Any]) -> list[Permission]:
    """What the manifest asks for, in sentences; what it does not ask for is denied (protocol.md 1.6)."""
    asked = (declaration.get("resource") or {}).get("permission") or {}
    rows = [
        (
            "tool",
            "wrench",
            "Call other tools",
            "It may run other plugins' tools in this workspace, with its accounts.",
        ),
        ("model", "cpu", "Use models", models_in_words(asked.get("model") or {})),
        ("node", "workflow", "Use workflow nodes", "It may run single workflow nodes, such as classifiers."),
        ("app", "app-window", "Call apps", "It may run apps of this workspace and read what they answer."),
        (
            "endpoint",
            "webhook",
            "Receive web requests",
            "It may offer addresses that anybody can call.",
        ),
        ("storage", "hard-drive", "Keep data", storage_in_words(asked.get("storage") or {})),
    ]
    return [Permission(*row[1:]) for row in rows if (asked.get(row[0]) or {}).get("enabled") and row[3]]


def models_in_words(asked: dict[str, Any]) -> str:
    """Empty where no kind of model is asked for: then the switch alone allows nothing."""
    kinds = [words for name, words in MODEL_KINDS.items() if asked.get(name)]
    listed = ", ".join(kinds[:-1]) + (" and " if kinds[1:] else "") + kinds[-1] if kinds else ""
    return f"It may call the workspace's {listed}, which can cost money." if kinds else ""


def storage_in_words(asked: dict[str, Any]) -> str:
    size = int(asked.get("size") or 0)
    return (
        f"It may keep up to {in_bytes(size)} for itself in this workspace." if size else "It may keep data for itself."
    )


def in_bytes(size: int) -> str:
    """Bytes as people say them: 1 KB is 1024."""
    amount, unit = float(size), "bytes"
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}".replace(".0 ", " ")
