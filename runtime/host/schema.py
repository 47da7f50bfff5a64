"""Finding a JSON value in what a model wrote, and what is wrong with it by a JSON schema (the parts that models are given)."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)


def json_object(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text, fenced or among other words; None where there is none."""
    decoder = json.JSONDecoder()
    text = THINKING.sub("", text)
    start = text.find("{")
    while start >= 0:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        return value if isinstance(value, dict) else None
    return None


def mistakes(value: Any, schema: Any, where: str = "") -> Iterator[str]:
    """What is wrong with a value, each as a sentence with its place; keywords that are not known allow everything."""
    if not isinstance(schema, dict):
        return
    place = where or "the answer"
    if (kinds := schema.get("type")) and not is_of(value, kinds if isinstance(kinds, list) else [kinds]):
        yield f"{place} must be of type {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} must be one of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{place} must be {schema['const']!r}"
    if isinstance(value, dict):
        yield from in_object(value, schema, where)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from mistakes(item, schema.get("items"), f"{where}[{number}]")
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        if isinstance(choices, list) and all(any(mistakes(value, choice, where)) for choice in choices):
            yield f"{place} fits none of the allowed forms"


def is_of(value: Any, kinds: list[str]) -> bool:
    """Whether a value is of one of the types; a boolean is no number, 3.0 is an integer."""
    for kind in kinds:
        if isinstance(value, bool):
            fits = kind == "boolean"
        elif kind == "integer" and isinstance(value, float):
            fits = math.isfinite(value) and value.is_integer()
        else:
            fits = isinstance(value, TYPES.get(kind, object))
        if fits:
            return True
    return False


def in_object(value: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    properties = schema.get("properties") or {}
    for name in schema.get("required") or ():
        if name not in value:
            yield f"{joined(where, name)} is missing"
    for name, content in value.items():
        if name in properties:
            yield from mistakes(content, properties[name], joined(where, name))
        elif schema.get("additionalProperties") is False:
            yield f"{joined(where, name)} is not allowed"


def joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else str(name)
