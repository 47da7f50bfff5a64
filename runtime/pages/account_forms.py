"""Forms for accounts: made of a provider's schema, with what is stored masked and never sent to the browser."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from runtime import vault
from runtime.credentials.places import Schema, Wanted, name_of, secrets_of
from runtime.pages.fields import SchemaForm
from runtime.pages.offers import NOTHING, Offers
from runtime.pages.runnable import conditional
from runtime.pages.words import said

MODEL_TYPES = {
    "llm": "Language model",
    "text-embedding": "Text embedding",
    "rerank": "Reranker",
    "tts": "Speech synthesis",
    "speech2text": "Speech recognition",
    "moderation": "Moderation",
}


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=80, required=False, help_text="How it is called where it is chosen. It may be left empty."
    )


class ModelForm(forms.Form):
    """For which model an account is, where the user names it."""

    def __init__(self, wanted: Wanted, **options: Any) -> None:
        super().__init__(label_suffix="", **options)
        kinds = [(kind, MODEL_TYPES.get(kind, kind)) for kind in wanted.model_types]
        self.fields["model"] = forms.CharField(
            max_length=255, label="Model", help_text="Its name, as the provider has it."
        )
        self.fields["model_type"] = forms.ChoiceField(choices=kinds, label="Kind")


@dataclass(slots=True)
class AccountForm:
    """The parts of the form in their order; `values` are of the schema."""

    values: SchemaForm
    name: NameForm
    model: ModelForm | None
    schema: list[Schema]
    language: str

    def valid(self) -> bool:
        answers = [form.is_valid() for form in (self.model, self.values, self.name) if form is not None]
        return all(answers)

    def fail(self, sentence: str) -> None:
        self.values.add_error(None, sentence)

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each field of the schema and the address of a page about it, "" where there is none."""
        addresses = {name_of(one): web(one.get("url"), self.language) for one in self.schema}
        return [(self.values[name], addresses.get(name, "")) for name in self.values.fields]


def web(address: Any, language: str) -> str:
    """An address that may be a link on a page."""
    text = said(address, language)
    return text if text.startswith(("https://", "http://")) else ""


def account_form(
    wanted: Wanted,
    *,
    language: str,
    given: QueryDict | None,
    offers: Offers = NOTHING,
    own_model: bool = False,
    old: dict[str, Any] | None = None,
    name: str = "",
) -> AccountForm:
    """`old` are stored values: secrets among them need not be typed again."""
    schema = [conditional(one) for one in (wanted.model if own_model else wanted.schema)]
    shown = [with_old(one, old, secrets_of(schema)) for one in schema] if old is not None else schema
    return AccountForm(
        values=SchemaForm(shown, language=language, offers=offers, data=given, prefix="value"),
        name=NameForm(given, initial={"name": name}, label_suffix="", prefix="account"),
        model=ModelForm(wanted, data=given, prefix="model") if own_model and old is None else None,
        schema=schema,
        language=language,
    )


def with_old(schema: Schema, old: dict[str, Any], hidden: set[str]) -> Schema:
    """The stored value as the default; of a secret only its mask, as a placeholder."""
    name = name_of(schema)
    if name not in old:
        return {**schema, "default": None}
    if name in hidden:
        return {
            **schema,
            "required": False,
            "placeholder": f"{vault.mask(str(old[name]))}  (stays, unless you type another)",
        }
    return {**schema, "default": old[name]}
