"""Tool providers (protocol 1.7 Tool provider)."""

from typing import Annotated, Any, ClassVar

from pydantic import model_validator

from .base import Flag, I18n, Part, Schema, Text, known, words
from .parameters import Identity, Parameter, ProviderIdentity
from .settings import OAuthSchema, Settings


class ToolParameter(Parameter):
    """One input of a tool."""

    types: ClassVar = words(
        "string number boolean select secret-input file files app-selector model-selector any dynamic-select array"
        " object checkbox date date-range"
    )
    human_description: I18n
    form: Annotated[Text, known("parameter form", frozenset({"schema", "form", "llm"}))]
    llm_description: Text = ""
    multiple: Flag = False


class ToolDescription(Part):
    """What a tool does, for people and for models."""

    human: I18n
    llm: Text


class Tool(Part):
    """One tool."""

    omit: ClassVar = frozenset({"output_schema"})
    identity: Identity
    description: ToolDescription
    parameters: list[ToolParameter] | None = None
    output_schema: Schema | None = None
    has_runtime_parameters: Flag = False


class ToolProvider(Part):
    """A provider of tools; `credentials_for_provider` is read where `credentials_schema` is empty."""

    identity: ProviderIdentity
    credentials_schema: Settings = []
    oauth_schema: OAuthSchema | None = None
    tools: list[Tool] = []

    @model_validator(mode="before")
    @classmethod
    def _credentials(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("credentials_schema") and data.get("credentials_for_provider"):
            return {**data, "credentials_schema": data["credentials_for_provider"]}
        return data
