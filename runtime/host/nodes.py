"""The two workflow nodes that plugins may use: parameters out of a text, and the class of a text.

Results have the keys of Dify's nodes: `inputs`, `process_data` and `outputs` (protocol.md 7.2).
"""

from collections.abc import AsyncGenerator
from typing import Any

import orjson

from runtime.host.faults import HostFault
from runtime.host.structured import fitting
from runtime.session import Session

EXTRACT = (
    "You read values out of a text. Give exactly the values that the text holds for the parameters that you are asked for;"
    " leave a parameter out when the text does not say it. Do not guess."
)
CLASSIFY = "You sort texts into classes. Choose the one class that fits the text best."
TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "bool": {"type": "boolean"},
    "boolean": {"type": "boolean"},
    "select": {"type": "string"},
    "array[string]": {"type": "array", "items": {"type": "string"}},
    "array[number]": {"type": "array", "items": {"type": "number"}},
    "array[object]": {"type": "array", "items": {"type": "object"}},
    "array[boolean]": {"type": "array", "items": {"type": "boolean"}},
}
EMPTY: dict[str, Any] = {"number": 0, "bool": False, "boolean": False}


async def extract(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """Every parameter with its value, an empty one where the text says nothing; `__is_success` 0 and why when it fails."""
    parameters = request["parameters"]
    prompt = prompted(EXTRACT, request)
    values: dict[str, Any] = {}
    usage, reason, text = None, "", ""
    try:
        answered, found = await fitting(session, llm_request(request, prompt), schema_of(parameters))
        usage, text, values = answered.usage, answered.text, found or {}
    except HostFault as fault:
        if not fault.message.startswith("the model's answer"):
            raise
        reason = fault.message
    outputs = {one["name"]: values.get(one["name"], empty(one["type"])) for one in parameters}
    process = processed(request, prompt, usage) | {"llm_text": text}
    told = {"__is_success": int(not reason), "__reason": reason or None, "__usage": usage}
    yield orjson.dumps({"inputs": inputs(request), "process_data": process, "outputs": outputs | told})


def schema_of(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    properties = {}
    for one in parameters:
        if one["type"] not in TYPES:
            raise HostFault(f"parameter {one['name']}: there is no type {one['type']}")
        choices = {"enum": one["options"]} if one["type"] == "select" and one["options"] else {}
        properties[one["name"]] = TYPES[one["type"]] | choices | {"description": one["description"]}
    required = [one["name"] for one in parameters if one["required"]]
    return {"type": "object", "properties": properties, "required": required}


def empty(kind: str) -> Any:
    return [] if kind.startswith("array") else EMPTY.get(kind, "")


async def classify(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The class of the text, by id and name."""
    names = {one["id"]: one["name"] for one in request["classes"]}
    listed = "\n".join(f"{key}: {name}" for key, name in names.items())
    prompt = prompted(f"{CLASSIFY}\n\nThe classes, each with its id:\n{listed}", request)
    schema = {
        "type": "object",
        "properties": {"category_id": {"type": "string", "enum": list(names)}, "category_name": {"type": "string"}},
        "required": ["category_id"],
    }
    answered, found = await fitting(session, llm_request(request, prompt), schema)
    if found is None:
        raise HostFault("the model called a tool in place of choosing a class")
    chosen = found["category_id"]
    outputs = {"class_name": names[chosen], "class_id": chosen, "usage": answered.usage}
    process = processed(request, prompt, answered.usage) | {"finish_reason": answered.finish_reason}
    yield orjson.dumps({"inputs": inputs(request), "process_data": process, "outputs": outputs})


# What both have in common.


def prompted(task: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    instruction = f"\n\n{request['instruction']}" if request["instruction"] else ""
    return [{"role": "system", "content": task + instruction}, {"role": "user", "content": request["query"]}]


def llm_request(request: dict[str, Any], prompt: list[dict[str, Any]]) -> dict[str, Any]:
    model = request["model"]
    return {
        "provider": model["provider"],
        "model": model["name"],
        "mode": model["mode"],
        "completion_params": model["completion_params"],
        "prompt_messages": prompt,
        "stream": True,
    }


def inputs(request: dict[str, Any]) -> dict[str, Any]:
    return {"query": request["query"], "instruction": request["instruction"]}


def processed(request: dict[str, Any], prompt: list[dict[str, Any]], usage: Any) -> dict[str, Any]:
    model = request["model"]
    return {
        "model_mode": model["mode"],
        "prompts": [{"role": message["role"], "text": message["content"], "files": []} for message in prompt],
        "usage": usage,
        "model_provider": model["provider"],
        "model_name": model["name"],
    }
