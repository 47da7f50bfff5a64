"""Values made up from a schema: of the right type, and known to nobody."""

from typing import Any

Schema = dict[str, Any]

NOWHERE = "http://127.0.0.1:9"  # refuses connections at once, so that a call ends soon
TEXT = "patchbay"
MODEL = {
    "provider": "langgenius/openai/openai",
    "model": "gpt-4o-mini",
    "model_type": "llm",
    "mode": "chat",
    "completion_params": {},
    "type": "model-selector",
}
FILE = {
    "dify_model_identity": "__dify__file__",
    "url": f"{NOWHERE}/none.txt",
    "mime_type": "text/plain",
    "filename": "none.txt",
    "extension": ".txt",
    "size": 4,
    "type": "document",
}
BY_TYPE: dict[str, Any] = {
    "number": 1,
    "boolean": True,
    "switch": "true",
    "checkbox": True,
    "file": FILE,
    "files": [FILE],
    "array": [],
    "array[tools]": [],
    "object": {},
    "any": {},
    "model-selector": MODEL,
    "app-selector": {"app_id": "00000000-0000-0000-0000-000000000000"},
    "date": "2026-01-01",
}
ADDRESSES = ("url", "endpoint", "host", "base", "server", "uri")


def credentials(schema: list[Schema] | None) -> dict[str, Any]:
    """Something for every setting that is asked for; names are in `name`, or in `variable` for models."""
    items = schema or []
    return {item.get("name") or item["variable"]: value_for(item) for item in items if shown(item, items)}


def shown(item: Schema, items: list[Schema]) -> bool:
    """Whether a form would show it, given that each select before it has its own first choice."""
    chosen = {other.get("variable"): value_for(other) for other in items}
    return all(chosen.get(rule["variable"]) == rule["value"] for rule in item.get("show_on") or ())


def parameters(schema: list[Schema] | None) -> dict[str, Any]:
    """What is required, and what has a default."""
    wanted = [one for one in schema or () if one.get("required") or one.get("default") not in (None, "")]
    return {one["name"]: value_for(one) for one in wanted}


def value_for(item: Schema) -> Any:
    default = item.get("default")
    if default not in (None, ""):
        return default
    if item.get("options"):
        return item["options"][0]["value"]
    if item["type"] == "number" and item.get("min"):
        return item["min"]
    return BY_TYPE.get(item["type"], text_for(str(item.get("name") or item.get("variable"))))


def text_for(name: str) -> str:
    low = name.lower()
    if any(word in low for word in ADDRESSES):
        return NOWHERE
    return "us-east-1" if "region" in low else TEXT
