"""Form fields made from plugins' schemas: a parameter of every type, credentials, model rules (protocol.md 1.7).

Each field's cleaned value is what the plugin gets. A field that was left empty gives None and is not sent at all.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from runtime.pages.declared import option_label
from runtime.pages.words import said

FILE_HELP = "The address of the file. It must be one that the plugin can reach; files from this computer come later."
SELECTOR_HELP = {
    "model-selector": 'As JSON, for example {"provider": "langgenius/openai/openai", "model": "gpt-4o", '
    '"model_type": "llm", "mode": "chat", "completion_params": {}}. The plugin can use it where this server offers models.',
    "app-selector": 'As JSON, for example {"app_id": "…", "inputs": {}}. The plugin can use it where this server offers apps.',
    "array[tools]": "A JSON list of tools. The plugin can use them where this server offers tools.",
}
MEDIA = {
    "image": ("png", "jpg", "jpeg", "gif", "webp", "svg"),
    "audio": ("mp3", "m4a", "wav", "amr", "mpga"),
    "video": ("mp4", "mov", "mpeg", "webm"),
}
LARGEST_OPTIONS_AS_RADIO = 3


class Json(forms.CharField):
    """JSON of a kind of value: `expects` is dict, list, or object for any."""

    widget = forms.Textarea(attrs={"class": "code", "rows": 4, "spellcheck": "false"})
    words: ClassVar[dict[type, str]] = {dict: "a JSON object: {…}", list: "a JSON list: […]"}

    def __init__(self, *, expects: type = object, **options: Any) -> None:
        super().__init__(**options)
        self.expects = expects

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            if self.expects is object:
                return text
            raise ValidationError(
                f"This is not JSON: {error.msg}, line {error.lineno}, column {error.colno}."
            ) from None
        if not isinstance(found, self.expects):
            raise ValidationError(f"This must be {self.words[self.expects]}.")
        return found


class Number(forms.FloatField):
    """A number; whole ones are sent as whole ones."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return int(found) if found is not None and found.is_integer() else found


class FileAddress(forms.CharField):
    """The address of a file, as the object that the SDK makes a File of (dify_plugin/file/file.py)."""

    widget = forms.URLInput(attrs={"placeholder": "https://"})

    def clean(self, value: Any) -> Any:
        address = super().clean(value)
        return file_object(address) if address else None


class FileAddresses(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "https://\nhttps://"})

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [file_object(line) for line in lines] or None


def file_object(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError(f"{address} is not an address that begins with http:// or https://.")
    name = parts.path.rpartition("/")[2] or "file"
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind = next((kind for kind, endings in MEDIA.items() if extension in endings), "document")
    return {
        "dify_model_identity": "__dify__file__",
        "url": address,
        "filename": name,
        "extension": f".{extension}" if extension else "",
        "mime_type": None,
        "type": kind,
    }


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
Maker = Callable[[Schema, str, dict[str, Any]], forms.Field]


def text(schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    long = (schema.get("form") == "llm" and schema.get("type") == "string") or schema.get("type") == "text"
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    widget.attrs["placeholder"] = said(schema.get("placeholder"), language)
    return forms.CharField(widget=widget, strip=False, max_length=schema.get("max_length") or None, **options)


def secret(schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    """Never sent back to the browser: after an error it has to be typed again."""
    attributes = {"autocomplete": "off", "class": "code", "placeholder": said(schema.get("placeholder"), language)}
    options.pop("initial", None)
    return forms.CharField(widget=forms.PasswordInput(render_value=False, attrs=attributes), strip=True, **options)


def number(schema: Schema, _: str, options: dict[str, Any]) -> forms.Field:
    low, high = schema.get("min"), schema.get("max")
    precision = schema.get("precision")
    whole = schema.get("type") == "int" or precision == 0
    step = "1" if whole else str(10**-precision) if isinstance(precision, int) and 0 < precision < 12 else "any"
    # Without a step of Django's own: it would refuse what browsers round in another way.
    widget = forms.NumberInput(attrs={"step": step, "inputmode": "numeric" if whole else "decimal"})
    return Number(min_value=low, max_value=high, widget=widget, **options)


def boolean(_: Schema, __: str, options: dict[str, Any]) -> forms.Field:
    initial = options.pop("initial", None)
    options["required"] = False
    return forms.BooleanField(initial=str(initial).lower() in ("true", "1", "yes"), **options)


def choices(schema: Schema, language: str) -> list[tuple[str, str]]:
    listed = schema.get("options") or ()
    return [(str(one.get("value") if isinstance(one, dict) else one), option_label(one, language)) for one in listed]


def select(schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    listed = choices(schema, language)
    if not listed:
        return text(schema, language, options)
    if schema.get("multiple"):
        return several(schema, language, options)
    if not options["required"] and options.get("initial") in (None, ""):
        listed = [("", "–"), *listed]
    return forms.ChoiceField(choices=listed, **options)


def several(schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    listed = choices(schema, language)
    if not listed:
        return boolean(schema, language, options)
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    return forms.MultipleChoiceField(choices=listed, widget=widget, **options)


def dynamic(schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    """What can be chosen is asked of the plugin; until then any text may be given."""
    listed = choices(schema, language)
    if listed:
        return select(schema, language, options)
    return AskedFor(name_of(schema), **options)


def file(_: Schema, __: str, options: dict[str, Any]) -> forms.Field:
    return FileAddress(**with_help(options, FILE_HELP))


def files(_: Schema, __: str, options: dict[str, Any]) -> forms.Field:
    return FileAddresses(**with_help(options, f"{FILE_HELP} One on each line."))


def selector(schema: Schema, _: str, options: dict[str, Any]) -> forms.Field:
    expects = list if schema.get("type") == "array[tools]" else dict
    return Json(expects=expects, **with_help(options, SELECTOR_HELP[schema["type"]]))


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
    "model-selector": selector,
    "app-selector": selector,
    "array[tools]": selector,
    "object": lambda _, __, options: Json(expects=dict, **options),
    "array": lambda _, __, options: Json(expects=list, **options),
    "any": lambda _, __, options: Json(**with_help(options, "JSON, or any text.")),
    "date": lambda _, __, options: Day(**options),
    "date-range": lambda _, __, options: DateRange(**options),
}


def name_of(schema: Schema) -> str:
    return str(schema.get("name") or schema.get("variable") or "")


def field(schema: Schema, language: str) -> forms.Field:
    """The field of one parameter; types that are not known are taken as text."""
    label = said(schema.get("label"), language) or name_of(schema)
    about = said(schema.get("human_description") or schema.get("description") or schema.get("help"), language)
    options: dict[str, Any] = {
        "label": label,
        "required": bool(schema.get("required")),
        "help_text": "" if about == label else about,
        "initial": schema.get("default"),
    }
    return MAKERS.get(str(schema.get("type")), text)(schema, language, options)


class SchemaForm(forms.Form):
    """A form of a list of parameters. Names of fields are prefixed, so that they cannot meet ours."""

    def __init__(self, schemas: Sequence[Schema], *, language: str, **options: Any) -> None:
        super().__init__(label_suffix="", **options)
        for schema in schemas:
            self.fields[name_of(schema)] = field(schema, language)

    def values(self) -> dict[str, Any]:
        """What was given; fields that were left empty are left out."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def forget_errors(self) -> None:
        """For a form that is shown again before it was meant to be sent."""
        self._errors = ErrorDict()

    def failings(self) -> dict[str, list[str]]:
        """Messages by the id of the field, for the script that puts them there."""
        return {str(self[name].auto_id): [str(one) for one in found] for name, found in self.errors.items()}
