"""Answers of a language model that must fit a JSON schema: asked for, checked, and once mended by the model itself."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import islice
from typing import Any

import orjson

from runtime.host import providers
from runtime.host.faults import HostFault
from runtime.host.models import declared_model, llm
from runtime.host.schema import json_object, mistakes
from runtime.session import Session

TRIES = 2
MOST_MISTAKES = 8  # told to the model
INSTRUCTION = (
    "Answer with one JSON object that is valid for this JSON schema, and with nothing else:\n"
    "no explanation, no code fence.\n\n{schema}"
)
AGAIN = "That was not valid: {mistakes}. Answer again, with the JSON object alone."
NATIVE = "structured-output"  # the feature of models that take a schema themselves


class Answered:
    """One answer of the model, put together."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        deltas = [orjson.loads(chunk).get("delta") or {} for chunk in chunks]
        messages = [delta.get("message") or {} for delta in deltas]
        self.text = "".join(text_of(message.get("content")) for message in messages)
        self.calls_tools = any(message.get("tool_calls") for message in messages)
        self.usage = next((delta["usage"] for delta in reversed(deltas) if delta.get("usage")), None)
        self.finish_reason = next(
            (delta["finish_reason"] for delta in reversed(deltas) if delta.get("finish_reason")), None
        )


def text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("data", "")) for part in content if part.get("type") == "text")
    return str(content or "")


async def structured(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The chunks of the answer that fits, then one with `structured_output`; a model that calls tools has none.

    The answer is held back until it is known to fit: pieces of a wrong one could not be taken back.
    """
    schema = request["structured_output_schema"]
    answered, value = await fitting(session, request, schema)
    for chunk in answered.chunks:
        yield chunk
    if value is not None:
        message = {"role": "assistant", "content": "", "tool_calls": []}
        yield orjson.dumps(
            {
                "model": request["model"],
                "prompt_messages": [],
                "delta": {"index": len(answered.chunks), "message": message, "usage": None},
                "structured_output": value,
            }
        )


async def fitting(
    session: Session, request: dict[str, Any], schema: dict[str, Any]
) -> tuple[Answered, dict[str, Any] | None]:
    """An answer with its JSON object; None in place of that where the model calls tools. Raises HostFault."""
    request = await with_schema(session, request, schema)
    wrong = ""
    for _ in range(TRIES):
        answered = await asked(session, request)
        if answered.calls_tools:
            return answered, None
        value = json_object(answered.text)
        found = ["there is no JSON object"] if value is None else list(islice(mistakes(value, schema), MOST_MISTAKES))
        if value is not None and not found:
            return answered, value
        wrong = "; ".join(found)
        request = {**request, "prompt_messages": [*request["prompt_messages"], *correction(answered.text, wrong)]}
    raise HostFault(f"the model's answer does not fit the schema: {wrong}")


def correction(text: str, wrong: str) -> list[dict[str, Any]]:
    return [
        {"role": "assistant", "content": text, "tool_calls": []},
        {"role": "user", "content": AGAIN.format(mistakes=wrong)},
    ]


async def asked(session: Session, request: dict[str, Any]) -> Answered:
    async with aclosing(llm(session, "llm", request)) as chunks:
        return Answered([chunk async for chunk in chunks])


async def with_schema(session: Session, request: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The request with the schema in it: as parameters of a model that takes one, else as an instruction before all."""
    found = await providers.find(session.workspace, "model", request["provider"])
    if takes_schema(declared_model(found, request["model"])):
        named = orjson.dumps({"schema": schema, "name": "llm_response"}).decode()
        parameters = request["completion_params"] | {"response_format": "json_schema", "json_schema": named}
        return {**request, "completion_params": parameters}
    instruction = INSTRUCTION.format(schema=orjson.dumps(schema).decode())
    return {**request, "prompt_messages": instructed(request["prompt_messages"], instruction)}


def takes_schema(model: dict[str, Any]) -> bool:
    rules = {rule.get("name"): rule for rule in model.get("parameter_rules") or ()}
    formats = (rules.get("response_format") or {}).get("options") or ()
    return NATIVE in (model.get("features") or ()) and "json_schema" in formats


def instructed(messages: list[dict[str, Any]], instruction: str) -> list[dict[str, Any]]:
    """The messages after an instruction; it joins a system message that is there, as many models take only one."""
    first = messages[0] if messages else {}
    if first.get("role") == "system" and isinstance(first.get("content"), str):
        return [{**first, "content": f"{first['content']}\n\n{instruction}"}, *messages[1:]]
    return [{"role": "system", "content": instruction}, *messages]
