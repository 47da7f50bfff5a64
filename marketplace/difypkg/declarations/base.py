"""What all parts of a declaration share: scalar types, texts in several languages, and the daemon's JSON.

Policy (stricter than the daemon's upload, protocol 1.6): a wrong structure is refused, a value outside the known
lists is kept with a warning, since these lists grow. Keys that the daemon does not know are dropped, among them
`extra`, `input_schema` and `show_on` of tool parameters: the JSON is the daemon's, and only the SDK reads those.
"""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from ..scalars import NO, YES, Raw, json_number, settled


def words(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


class Part(BaseModel):
    """One object of a declaration; null counts as absent.

    `omit` names the fields left out of the JSON when they are empty, `omit_null` those left out when absent only.
    """

    model_config = ConfigDict(extra="ignore", protected_namespaces=())
    omit: ClassVar[frozenset[str]] = frozenset()
    omit_null: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _present(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}

    def as_json(self) -> dict[str, Any]:
        """The object as the daemon prints it (protocol 1.6, 1.7)."""
        pairs = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: _json(value) for name, value in pairs if not self._left_out(name, value)}

    def _left_out(self, name: str, value: object) -> bool:
        return (name in self.omit and not value) or (name in self.omit_null and value is None)


def _json(value: Any) -> Any:
    if isinstance(value, Part):
        return value.as_json()
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value


def _text(value: object) -> object:
    return str(value) if isinstance(value, Raw) else value


def _flag(value: object) -> object:
    if isinstance(value, Raw):
        value = value.value
    if isinstance(value, str) and value in YES | NO:
        return value in YES
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 -- pydantic catches ValueError
    return value


def _number(value: object) -> object:
    if isinstance(value, Raw):
        value = value.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")  # noqa: TRY004
    return json_number(value)


def _integer(value: object) -> object:
    number = _number(value)
    return int(number) if isinstance(number, float) else number


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[int | float, BeforeValidator(_number)]
Integer = Annotated[int, BeforeValidator(_integer)]
Anything = Annotated[Any, BeforeValidator(settled)]
Schema = Annotated[dict[str, Any], BeforeValidator(settled)]


def _filled(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Name = Annotated[Text, AfterValidator(_filled)]


def warn(info: ValidationInfo, message: str) -> None:
    """Note something odd but bearable; validation runs with a list of warnings as its context, or without."""
    if isinstance(info.context, list):
        info.context.append(message)


def warn_unknown(value: str, info: ValidationInfo, *, what: str, values: frozenset[str]) -> None:
    """Note a value that is not in a list we know."""
    if value not in values:
        warn(info, f"{what} {value[:64]!r} is not known here")


def known(what: str, values: frozenset[str]) -> AfterValidator:
    """A check that keeps values we have not heard of, with a warning."""

    def check(value: str, info: ValidationInfo) -> str:
        warn_unknown(value, info, what=what, values=values)
        return value

    return AfterValidator(check)


def at_most(length: int) -> AfterValidator:
    """A check that keeps texts that the daemon's validators call too long, with a warning; counts characters."""

    def check(value: str, info: ValidationInfo) -> str:
        if len(value) > length:
            warn(info, f"{info.field_name} {value[:32]!r}… is longer than {length} characters")
        return value

    return AfterValidator(check)


def refuse_longer(length: int) -> AfterValidator:
    """A check that refuses texts longer than `length` characters."""

    def check(value: str) -> str:
        if len(value) > length:
            raise ValueError(f"must not be longer than {length} characters")
        return value

    return AfterValidator(check)


_Line = Annotated[Text, at_most(1023)]


class I18n(Part):
    """A text in up to four languages; only en_US is always printed. Other languages are dropped, as by the daemon."""

    omit: ClassVar = frozenset({"ja_JP", "zh_Hans", "pt_BR"})
    en_US: _Line = ""  # noqa: N815
    ja_JP: _Line = ""  # noqa: N815
    zh_Hans: _Line = ""  # noqa: N815
    pt_BR: _Line = ""  # noqa: N815

    def map(self, change: Any) -> "I18n":
        """The same with `change(text)` in place of each text that is not empty."""
        return I18n(**{name: change(text) if text else text for name, text in self})


def _labelled(value: I18n) -> I18n:
    if not value.en_US:
        raise ValueError("must have a text for en_US")
    return value


def _short(value: I18n) -> I18n:
    if max(len(text) for _, text in value) > 1023:
        raise ValueError("must not be longer than 1023 characters")
    return value


Label = Annotated[I18n, AfterValidator(_labelled)]
Title = Annotated[I18n, AfterValidator(_labelled), AfterValidator(_short)]
