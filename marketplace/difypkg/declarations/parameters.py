"""Parts that tools, agent strategies, datasources and events have in common."""

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, model_validator

from .base import Anything, Flag, I18n, Integer, Label, Name, Number, Part, Text, at_most, known, warn_unknown, words
from .settings import check_scope

TAGS = words(
    "search image videos weather finance design travel social news medical productivity education business"
    " entertainment utilities agent rag other trigger"
)
Tag = Annotated[Text, known("tag", TAGS)]


class AutoGenerate(Part):
    """Whether the client offers to write the value by a model."""

    type: Annotated[Name, known("auto_generate type", frozenset({"prompt_instruction"}))]


class Template(Part):
    """Whether the value may be a template."""

    enabled: Flag = False


class ParameterOption(Part):
    """One choice of a parameter."""

    value: Text
    label: Label
    icon: Text = ""


class Identity(Part):
    """Who made a tool, strategy or event, and its name."""

    author: Text = ""
    name: Name
    label: Label


class ProviderIdentity(Part):
    """Who made a provider, and how it is shown; description and tags are inherited where they are empty."""

    author: Text = ""
    name: Name
    description: I18n = Field(default_factory=I18n)
    icon: Text = ""
    icon_dark: Text = ""
    label: Label
    tags: list[Tag] = []


class Parameter(Part):
    """What every parameter has; kinds add their own and say which types they know."""

    types: ClassVar[frozenset[str]]

    name: Annotated[Name, at_most(1023)]
    label: Label
    type: Name
    scope: Text | None = None
    required: Flag = False
    auto_generate: AutoGenerate | None = None
    template: Template | None = None
    default: Anything = None
    min: Number | None = None
    max: Number | None = None
    precision: Integer | None = None
    options: list[ParameterOption] | None = None

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> "Parameter":
        warn_unknown(self.type, info, what="parameter type", values=self.types)
        check_scope(self.type, self.scope, info)
        return self
