"""Model providers (protocol 1.7 Model provider)."""

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from .base import Flag, I18n, Integer, Label, Name, Part, Schema, Text, at_most, known, words
from .rules import ParameterRule

MODEL_TYPES = words(
    "llm text-embedding rerank speech2text moderation tts text2img multimodal-embedding multimodal-rerank"
)
METHODS = frozenset({"predefined-model", "customizable-model"})
FORM_TYPES = frozenset({"text-input", "secret-input", "select", "radio", "switch"})


_DECIMAL = re.compile(r"[-+]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][-+]?[0-9]{1,2})?")


def _price(value: object) -> object:
    """A decimal as Go prints it: no exponent, no trailing zeros. Prices are texts on the wire (protocol 0.5)."""
    if isinstance(value, bool) or not _DECIMAL.fullmatch(str(value)):
        raise ValueError("must be a decimal number of reasonable size")
    number = Decimal(str(value))
    return f"{number.normalize():f}" if number else "0"


Price = Annotated[str, BeforeValidator(_price)]


class Pricing(Part):
    """What tokens cost."""

    input: Price
    output: Price | None = None
    unit: Price
    currency: Name


class Model(Part):
    """One predefined model; a label without en_US shows the model's name."""

    model: Annotated[Name, at_most(255)]
    label: I18n
    model_type: Annotated[Name, known("model type", MODEL_TYPES)]
    features: list[Annotated[Text, at_most(255)]] | None = None
    fetch_from: Annotated[Text, known("fetch_from", METHODS)] = "predefined-model"
    model_properties: Schema | None = None
    deprecated: Flag = False
    parameter_rules: list[ParameterRule] = []
    pricing: Pricing | None = None

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "model" not in data:
            return data
        label = data.get("label") or {}
        if isinstance(label, dict) and label.get("en_US") in (None, ""):
            return {**data, "label": {**label, "en_US": data["model"]}}
        return data


class ShowOn(Part):
    """A form item is shown when another has this value."""

    variable: Name
    value: Text


class FormOption(Part):
    """One choice of a form item."""

    label: Label
    value: Annotated[Text, at_most(255)]
    show_on: list[ShowOn] = []


class FormItem(Part):
    """One credential asked of the user."""

    variable: Annotated[Name, at_most(255)]
    label: Label
    type: Annotated[Name, known("form type", FORM_TYPES)]
    required: Flag = False
    default: Annotated[Text, at_most(255)] | None = None
    options: list[FormOption] = []
    help: I18n | None = None
    url: Text | None = None
    placeholder: I18n | None = None
    max_length: Integer = 0
    show_on: list[ShowOn] = []


class ProviderCredentialSchema(Part):
    """What a provider asks for."""

    credential_form_schemas: list[FormItem] = []


class FieldModelSchema(Part):
    """How the model's own name is asked for."""

    label: Label
    placeholder: I18n | None = None


class ModelCredentialSchema(Part):
    """What a customizable model asks for."""

    model: FieldModelSchema
    credential_form_schemas: list[FormItem] = []


class Help(Part):
    """Where to find out more."""

    title: I18n
    url: I18n


class Position(Part):
    """In which order models are shown, by type; types without a position file are left out."""

    omit_null: ClassVar = words("llm text_embedding rerank tts speech2text moderation")
    llm: list[Text] | None = None
    text_embedding: list[Text] | None = None
    rerank: list[Text] | None = None
    tts: list[Text] | None = None
    speech2text: list[Text] | None = None
    moderation: list[Text] | None = None


class ModelProvider(Part):
    """A provider of models; icons are names of assets, by language."""

    omit_null: ClassVar = frozenset({"position"})
    icons: ClassVar = ("icon_small", "icon_large", "icon_small_dark", "icon_large_dark")

    provider: Annotated[Name, at_most(255)]
    label: Label
    description: I18n | None = None
    icon_small: I18n | None = None
    icon_large: I18n | None = None
    icon_small_dark: I18n | None = None
    icon_large_dark: I18n | None = None
    background: Text | None = None
    help: Help | None = None
    supported_model_types: list[Annotated[Text, known("model type", MODEL_TYPES)]]
    configurate_methods: list[Annotated[Text, known("configurate method", METHODS)]]
    provider_credential_schema: ProviderCredentialSchema | None = None
    model_credential_schema: ModelCredentialSchema | None = None
    position: Position | None = None
    models: list[Model] = []

    @model_validator(mode="after")
    def _one_method(self) -> Self:
        if not self.configurate_methods:
            raise ValueError("configurate_methods must name at least one method")
        return self
