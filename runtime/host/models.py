"""Models that the workspace's model plugins answer for."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from runtime.host import providers
from runtime.host.nested import nested, only, stream
from runtime.host.providers import Found
from runtime.session import Session

# type of the reverse call → (path of the action, model type, keys that go on as they are)
SINGLE = {
    "text_embedding": ("text_embedding/invoke", "text-embedding", ("texts", "input_type")),
    "multimodal_embedding": ("multimodal_embedding/invoke", "text-embedding", ("documents", "input_type")),
    "rerank": ("rerank/invoke", "rerank", ("query", "docs", "score_threshold", "top_n")),
    "multimodal_rerank": ("multimodal_rerank/invoke", "rerank", ("query", "docs", "score_threshold", "top_n")),
    "speech2text": ("speech2text/invoke", "speech2text", ("file",)),
    "moderation": ("moderation/invoke", "moderation", ("text",)),
}
LLM_KEYS = ("prompt_messages", "tools", "tool_choice", "stop", "stream")


async def addressed(session: Session, request: dict[str, Any], model_type: str) -> tuple[Found, dict[str, Any]]:
    """The plugin that has the model, and the part of its request that every model action has."""
    found = await providers.find(session.workspace, "model", request["provider"])
    data = {
        "provider": found.provider,
        "model": request["model"],
        "model_type": model_type,
        **await providers.credentials(session, found, model=request["model"], model_type=model_type),
    }
    return found, data


async def single(session: Session, kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The models that give one result."""
    path, model_type, keys = SINGLE[kind]
    found, data = await addressed(session, request, model_type)
    yield await only(nested(session, found, path=path, data=data | {key: request[key] for key in keys}))


async def llm(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The model's chunks as they come; with `stream` off it is one that holds everything."""
    found, data = await addressed(session, request, "llm")
    data |= {key: request.get(key) for key in LLM_KEYS} | {"model_parameters": request["completion_params"]}
    async with aclosing(stream(nested(session, found, path="llm/invoke", data=data))) as chunks:
        async for chunk in chunks:
            yield chunk


async def tts(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """Pieces of audio; a request without a voice gets the model's own."""
    found, data = await addressed(session, request, "tts")
    voice = request["voice"] or own_voice(found, request["model"])
    data |= {"content_text": request["content_text"], "voice": voice, "tenant_id": session.workspace}
    async with aclosing(stream(nested(session, found, path="tts/invoke", data=data))) as chunks:
        async for chunk in chunks:
            yield chunk


def declared_model(found: Found, name: str) -> dict[str, Any]:
    """How the provider declares a model; {} for one that a user has added."""
    return next((model for model in found.declared.get("models") or () if model.get("model") == name), {})


def own_voice(found: Found, name: str) -> str:
    return str((declared_model(found, name).get("model_properties") or {}).get("default_voice") or "")
