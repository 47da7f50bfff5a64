"""Agent apps: a strategy plugin is given the model, the tools and the question, and calls back what it needs."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from runtime.errors import BadRequest
from runtime.host import providers
from runtime.host.faults import HostFault
from runtime.host.models import declared_model
from runtime.host.nested import nested, only, stream
from runtime.host.providers import Found
from runtime.session import Session
from runtime.studio.asking import Asked, Prompt, message_text, needs_model, on_account
from runtime.studio.choices import as_entity
from runtime.studio.events import NO_USAGE, Event, Turn
from runtime.studio.recipes import Model, Tool

GIVEN = {"query", "instruction"}  # parameters of strategies that the app fills in by their name
GIVEN_TYPES = {"model-selector", "array[tools]"}  # and those by their type


async def agent_events(
    asked: Asked, turn: Turn, session: Session, *, instruction: str, history: list[Prompt]
) -> AsyncGenerator[Event]:
    chosen = asked.recipe.strategy
    if not chosen.name:
        raise BadRequest("This app has no agent strategy yet. Choose one on its page.")
    found = await providers.find(session.workspace, "agent_strategy", chosen.provider)
    parameters = declared_parameters(found.declared, chosen.name)
    values = await filled_parameters(session, asked, parameters, instruction=instruction, history=history)
    data = {
        "agent_strategy_provider": found.provider,
        "agent_strategy": chosen.name,
        "agent_strategy_params": values,
    }
    with on_account(session, "agent_strategy"):
        async with aclosing(stream(nested(session, found, path="agent_strategy/invoke", data=data))) as messages:
            async for message in messages:
                if event := heard(turn, orjson.loads(message)):
                    yield event


def declared_parameters(provider: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parameters of a strategy; BadRequest where the installed version has none of that name."""
    found = next((one for one in provider.get("strategies") or () if one["identity"]["name"] == name), None)
    if found is None:
        raise BadRequest(f"The installed plugin has no agent strategy {name}. Choose another on the app’s page.")
    return list(found.get("parameters") or ())


async def filled_parameters(
    session: Session,
    asked: Asked,
    parameters: list[dict[str, Any]],
    *,
    instruction: str,
    history: list[Prompt],
) -> dict[str, Any]:
    """What the strategy is told. One that takes no instruction finds it at the head of the history."""
    names = {one["name"] for one in parameters}
    if instruction and "instruction" not in names:
        history = [{"role": "system", "content": instruction}, *history]
    values: dict[str, Any] = {}
    for one in parameters:
        name, kind = one["name"], one.get("type")
        if kind == "model-selector":
            values[name] = await model_config(session, needs_model(asked.recipe.model), history)
        elif kind == "array[tools]":
            values[name] = [await tool_entity(session, tool) for tool in asked.recipe.tools]
        elif name in GIVEN:
            values[name] = asked.query if name == "query" else instruction
        elif (value := asked.recipe.strategy.parameters.get(name, one.get("default"))) is not None:
            values[name] = value
    return values


async def model_config(session: Session, model: Model, history: list[Prompt]) -> dict[str, Any]:
    """A model as strategies get it (dify_plugin/interfaces/agent/strategy.py, AgentModelConfig)."""
    found = await providers.find(session.workspace, "model", model.provider)
    return {
        "provider": model.provider,
        "model": model.name,
        "model_type": "llm",
        "mode": model.mode,
        "completion_params": model.parameters,
        "entity": declared_model(found, model.name) or await own_schema(session, found, model),
        "history_prompt_messages": history,
    }


async def own_schema(session: Session, found: Found, model: Model) -> Any:
    """What the plugin says of a model that the workspace has named itself; None where it says nothing."""
    account = await providers.credentials(session, found, model=model.name, model_type="llm")
    data = {"provider": found.provider, "model": model.name, "model_type": "llm", **account}
    try:
        answer = orjson.loads(await only(nested(session, found, path="model/schema", data=data)))
    except HostFault:
        return None
    return answer.get("model_schema")


async def tool_entity(session: Session, tool: Tool) -> dict[str, Any]:
    """A tool as strategies get it."""
    found = await providers.find(session.workspace, "tool", tool.provider)
    listed = found.declared.get("tools") or ()
    declared = next((one for one in listed if one["identity"]["name"] == tool.name), None)
    if declared is None:
        raise BadRequest(f"{tool.provider} has no tool {tool.name}. Choose the app’s tools anew.")
    return as_entity(tool.provider, declared)


def heard(turn: Turn, message: dict[str, Any]) -> Event | None:
    """A strategy's message as an event; files are left out."""
    body = message.get("message") or {}
    match message.get("type"):
        case "log":
            return turn.log(body)
        case "json":
            counted(turn, body.get("json_object"))
            return None
        case _:
            text = message_text(message)
            return turn.text(text) if text else None


def counted(turn: Turn, said: Any) -> None:
    """What a strategy tells of its spending (as those of langgenius/agent do)."""
    spent = said.get("execution_metadata") if isinstance(said, dict) else None
    if isinstance(spent, dict):
        known = {name: spent[name] for name in ("total_price", "currency", "total_tokens") if spent.get(name)}
        turn.usage = {**NO_USAGE, **known}


def own_parameters(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are asked for on the app's page."""
    return [one for one in parameters if one["name"] not in GIVEN and one.get("type") not in GIVEN_TYPES]
