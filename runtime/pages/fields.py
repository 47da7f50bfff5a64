"""Form fields made from plugins' schemas: a parameter of every type, credentials, model rules (protocol.md 1.7).

Each field's cleaned value is what the plugin gets. A field that was left empty gives None and is not sent at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from runtime.pages.declared import option_label
from runtime.pages.file_fields import (
    ADDRESS_HELP,
    ADDRESSES_HELP,
    FileAddress,
    FileAddresses,
    Keep,
    OneFile,
    SeveralFiles,
    kept,
)
from runtime.pages.json_field import Json
from runtime.pages.offers import NOTHING, Offers
from runtime.pages.selectors import NO_APPS, NO_MODELS, NO_TOOLS, AppChoice, ModelChoice, ToolsChoice
from runtime.pages.words import said


class Number(forms.FloatField):
    """A number; whole ones are sent as whole ones."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return int(found) if found is not None and found.is_integer() else found


class DateRangeWidget(forms.MultiWidget):
    def __init__(self) -> None:
        dates = [forms.DateInput(attrs={"type": "date", "aria-label": end}) for end in ("From", "To")]
        super().__init__(dates)

    def decompress(self, value: Any) -> list[Any]:
        return [value.get("start"), value.get("end")] if isinstance(value, dict) else [None, None]


class DateRange(forms.MultiValueField):
    """Two dates as `{start, end}`, the form in which the SDK describes it to models."""

    widget = DateRangeWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(fields=(forms.DateField(), forms.DateField()), require_all_fields=False, **options)

    def compress(self, data_list: Sequence[Any]) -> Any:
        if not data_list or not any(data_list):
            return None
        start, end = data_list
        if start and end and start > end:
            raise ValidationError("The first day is after the last one.")
        return {"start": start.isoformat() if start else "", "end": end.isoformat() if end else ""}


class Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"})

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return found.isoformat() if found else None


class AskedFor(forms.CharField):
    """A choice whose options the plugin knows: `dynamic` names the parameter to ask for."""

    def __init__(self, dynamic: str, **options: Any) -> None:
        super().__init__(**options)
        self.dynamic = dynamic


Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who fills a form in: the language, what there is to choose, and what keeps files that are given."""

    language: str
    offers: Offers = NOTHING
    keep: Keep | None = None


Maker = Callable[[Schema, Reader, dict[str, Any]], forms.Field]


def text(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    long = (schema.get("form") == "llm" and schema.get("type") == "string") or schema.get("type") == "text"
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    widget.attrs["placeholder"] = said(schema.get("placeholder"), reader.language)
    return forms.CharField(widget=widget, strip=False, max_length=schema.get("max_length") or None, **options)


def secret(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    """Never sent back to the browser: after an error it has to be typed again."""
    attributes = {
        "autocomplete": "off",
        "class": "code",
        "placeholder": said(schema.get("placeholder"), reader.language),
    }
    options.pop("initial", None)
    return forms.CharField(widget=forms.PasswordInput(render_value=False, attrs=attributes), strip=True, **options)


def number(schema: Schema, _: Reader, options: dict[str, Any]) -> forms.Field:
    low, high = schema.get("min"), schema.get("max")
    precision = schema.get("precision")
    whole = schema.get("type") == "int" or precision == 0
    step = "1" if whole else str(10**-precision) if isinstance(precision, int) and 0 < precision < 12 else "any"
    # Without a step of Django's own: it would refuse what browsers round in another way.
    widget = forms.NumberInput(attrs={"step": step, "inputmode": "numeric" if whole else "decimal"})
    return Number(min_value=low, max_value=high, widget=widget, **options)


def boolean(_: Schema, __: Reader, options: dict[str, Any]) -> forms.Field:
    initial = options.pop("initial", None)
    options["required"] = False
    return forms.BooleanField(initial=str(initial).lower() in ("true", "1", "yes"), **options)


def choices(schema: Schema, language: str) -> list[tuple[str, str]]:
    listed = schema.get("options") or ()
    return [(str(one.get("value") if isinstance(one, dict) else one), option_label(one, language)) for one in listed]


def select(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    listed = choices(schema, reader.language)
    if not listed:
        return text(schema, reader, options)
    if schema.get("multiple"):
        return several(schema, reader, options)
    if not options["required"] and options.get("initial") in (None, ""):
        listed = [("", "–"), *listed]
    return forms.ChoiceField(choices=listed, **options)


def several(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    listed = choices(schema, reader.language)
    if not listed:
        return boolean(schema, reader, options)
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    return forms.MultipleChoiceField(choices=listed, widget=widget, **options)


def dynamic(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    """What can be chosen is asked of the plugin; until then any text may be given."""
    listed = choices(schema, reader.language)
    if listed:
        return select(schema, reader, options)
    return AskedFor(name_of(schema), **options)


def file(_: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    return OneFile(**options) if reader.keep else FileAddress(**with_help(options, ADDRESS_HELP))


def files(_: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    return SeveralFiles(**options) if reader.keep else FileAddresses(**with_help(options, ADDRESSES_HELP))


def model(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    wanted = reader.offers.models_for(str(schema.get("scope") or ""))
    return ModelChoice(wanted, reader.language, **with_help(options, "" if wanted else NO_MODELS))


def app(schema: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    wanted = reader.offers.apps_for(str(schema.get("scope") or ""))
    return AppChoice(wanted, **with_help(options, "" if wanted else NO_APPS))


def tools(_: Schema, reader: Reader, options: dict[str, Any]) -> forms.Field:
    wanted = reader.offers.tools
    return ToolsChoice(wanted, reader.language, **with_help(options, "" if wanted else NO_TOOLS))


def with_help(options: dict[str, Any], more: str) -> dict[str, Any]:
    return {**options, "help_text": f"{options['help_text']} {more}".strip()}


MAKERS: dict[str, Maker] = {
    "string": text,
    "text": text,
    "text-input": text,
    "secret-input": secret,
    "number": number,
    "int": number,
    "float": number,
    "boolean": boolean,
    "switch": boolean,
    "checkbox": several,
    "select": select,
    "radio": select,
    "dynamic-select": dynamic,
    "file": file,
    "files": files,
    "model-selector": model,
    "app-selector": app,
    "array[tools]": tools,
    "object": lambda _, __, options: Json(expects=dict, **options),
    "array": lambda _, __, options: Json(expects=list, **options),
    "any": lambda _, __, options: Json(**with_help(options, "JSON, or any text.")),
    "date": lambda _, __, options: Day(**options),
    "date-range": lambda _, __, options: DateRange(**options),
}


def name_of(schema: Schema) -> str:
    return str(schema.get("name") or schema.get("variable") or "")


def field(schema: Schema, reader: Reader) -> forms.Field:
    """The field of one parameter; types that are not known are taken as text."""
    label = said(schema.get("label"), reader.language) or name_of(schema)
    about = said(schema.get("human_description") or schema.get("description") or schema.get("help"), reader.language)
    options: dict[str, Any] = {
        "label": label,
        "required": bool(schema.get("required")),
        "help_text": "" if about == label else about,
        "initial": schema.get("default"),
    }
    return MAKERS.get(str(schema.get("type")), text)(schema, reader, options)


class SchemaForm(forms.Form):
    """A form of a list of parameters. Names of fields are prefixed, so that they cannot meet ours."""

    def __init__(
        self,
        schemas: Sequence[Schema],
        *,
        language: str,
        offers: Offers = NOTHING,
        keep: Keep | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label_suffix="", **options)
        self.reader = Reader(language, offers, keep)
        for schema in schemas:
            self.fields[name_of(schema)] = field(schema, self.reader)

    def values(self) -> dict[str, Any]:
        """What was given, files among it kept now; fields that were left empty are left out."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        return {name: kept(value, self.reader.keep) for name, value in given.items()}

    def forget_errors(self) -> None:
        """For a form that is shown again before it was meant to be sent."""
        self._errors = ErrorDict()

    def failings(self) -> dict[str, list[str]]:
        """Messages by the id of the field, for the script that puts them there."""
        return {str(self[name].auto_id): [str(one) for one in found] for name, found in self.errors.items()}
