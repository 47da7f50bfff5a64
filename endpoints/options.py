"""Settings of an endpoint: checked against the plugin's schema, with defaults, and masked for lists (protocol.md 9.1)."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from runtime.errors import Refused
from runtime.vault import mask

Schema = dict[str, Any]
Values = dict[str, Any]

MOST = 64
TEXTS = ("text-input", "secret-input", "select")
MODEL_PARTS = ("provider", "model", "model_type")
SCOPE_PARTS = {"rerank": ("score_threshold", "top_n"), "tts": ("voice",), "vision": ("completion_params",)}


def schema_of(declaration: dict[str, Any]) -> list[Schema]:
    """The settings that a plugin's declaration asks for."""
    return list((declaration.get("endpoint") or {}).get("settings") or ())


def checked(schemas: Sequence[Schema], given: Values) -> Values:
    """What was given, with defaults for what was left out. Keys that nobody asked for are kept; raises Refused."""
    if len(given) > MOST:
        raise Refused("failed to validate settings: too many setting fields")
    check_storable(given)
    values = dict(given)
    for schema in schemas:
        name = str(schema.get("name"))
        if values.get(name) in (None, ""):
            values = with_default(schema, values, name)
        else:
            check_one(schema, values[name], name)
    return values


def check_storable(given: Values) -> None:
    """JSON may name half a character, which no text can hold."""
    try:
        orjson.dumps(given)
    except TypeError as error:
        raise Refused(f"failed to validate settings: {error}") from None


def with_default(schema: Schema, values: Values, name: str) -> Values:
    default = schema.get("default")
    if default is not None:
        return values | {name: default}
    if schema.get("required"):
        raise Refused(f"failed to validate settings: missing required setting: {name}")
    return values


def check_one(schema: Schema, value: Any, name: str) -> None:
    kind = schema.get("type")
    if kind in TEXTS and not isinstance(value, str):
        fail(name, "is not a string")
    if kind == "select" and value not in {option.get("value") for option in schema.get("options") or ()}:
        fail(name, "is not a valid option")
    if kind == "boolean" and not isinstance(value, bool):
        fail(name, "is not a boolean")
    if kind == "app-selector":
        check_parts(value, name, ("app_id",))
    if kind == "model-selector":
        scoped = SCOPE_PARTS.get(str(schema.get("scope")), ())
        check_parts(value, name, (*MODEL_PARTS, *scoped))
    if kind == "array[tools]" and not isinstance(value, list):
        fail(name, "is not a list")


def check_parts(value: Any, name: str, parts: Iterable[str]) -> None:
    if not isinstance(value, dict):
        fail(name, "is not an object")
    for part in parts:
        if part not in value:
            fail(name, f"is missing {part}")


def fail(name: str, why: str) -> None:
    raise Refused(f"failed to validate settings: setting {name} {why}")


def lacking(schemas: Iterable[Schema], values: Values) -> list[Schema]:
    """What must be given, has no default and is not there, as after a change of versions."""
    return [
        schema
        for schema in schemas
        if schema.get("required")
        and schema.get("default") is None
        and values.get(str(schema.get("name"))) in (None, "")
    ]


def completed(schemas: Iterable[Schema], values: Values) -> Values:
    """The values with the defaults of what has been declared since they were given."""
    new = {str(one.get("name")): one["default"] for one in schemas if one.get("default") is not None}
    return new | values


def secret_names(schemas: Iterable[Schema]) -> set[str]:
    return {str(schema.get("name")) for schema in schemas if schema.get("type") == "secret-input"}


def hidden_names(schemas: Sequence[Schema], values: Values) -> set[str]:
    """Secrets, and texts of which these schemas know nothing: another version may have called them so."""
    declared = {str(schema.get("name")) for schema in schemas}
    unknown = {name for name, value in values.items() if name not in declared and isinstance(value, str)}
    return secret_names(schemas) | unknown


def masked(schemas: Sequence[Schema], values: Values) -> Values:
    """Fit to be shown: of secrets only both ends."""
    hidden = hidden_names(schemas, values)
    return {name: mask(value) if name in hidden and isinstance(value, str) else value for name, value in values.items()}


def with_kept_secrets(schemas: Sequence[Schema], given: Values, old: Values) -> Values:
    """A secret that comes back as it was shown has not been changed."""
    shown = masked(schemas, old)
    kept = {name for name in hidden_names(schemas, old) & given.keys() & old.keys() if given[name] == shown[name]}
    return {name: old[name] if name in kept else value for name, value in given.items()}
