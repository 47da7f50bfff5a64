"""Settings that a provider asks of its users: credentials, endpoint settings, OAuth."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, model_validator

from .base import Anything, Flag, I18n, Label, Name, Part, Text, at_most, known, warn, words

TYPES = frozenset(
    {"secret-input", "text-input", "select", "boolean", "app-selector", "model-selector", "array[tools]", "any"}
)
_SCOPES = {
    "model-selector": words("all llm text-embedding rerank tts speech2text moderation vision document tool-call"),
    "app-selector": frozenset({"all", "chat", "workflow", "completion"}),
    "any": words("string number object array[number] array[string] array[object] array[file]"),
}


def check_scope(kind: str, scope: str | None, info: ValidationInfo) -> None:
    """Warn of a scope that the daemon's validators would not know: one match among parts joined by & is enough."""
    parts = {part.strip() for part in (scope or "").split("&")}
    if scope and not parts & _SCOPES.get(kind, frozenset()):
        warn(info, f"scope {scope[:64]!r} is not known for type {kind!r}")


class ConfigOption(Part):
    """One choice of a select."""

    value: Annotated[Text, at_most(127)]
    label: Label


class ProviderConfig(Part):
    """One setting (protocol 1.7 ProviderConfig)."""

    name: Annotated[Text, at_most(1023)] = ""
    type: Annotated[Name, known("setting type", TYPES)]
    scope: Text | None = None
    required: Flag = False
    default: Anything = None
    options: list[ConfigOption] | None = None
    multiple: Flag = False
    label: Label
    help: I18n | None = None
    url: Text | None = None
    placeholder: I18n | None = None

    @model_validator(mode="after")
    def _scope(self, info: ValidationInfo) -> "ProviderConfig":
        check_scope(self.type, self.scope, info)
        return self


def _named(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, setting in settings.items():
        if not isinstance(setting, dict):
            raise ValueError(f"setting {name[:64]!r} must be a mapping")  # noqa: TRY004
        yield {**setting, "name": name}


def _as_list(value: object) -> object:
    """A mapping `name: {…}` as a list in file order."""
    return list(_named(value)) if isinstance(value, dict) else value


Settings = Annotated[list[ProviderConfig], BeforeValidator(_as_list)]


class OAuthSchema(Part):
    """What the administrator sets up and what an authorised user gets."""

    client_schema: Settings | None = None
    credentials_schema: Settings | None = None
