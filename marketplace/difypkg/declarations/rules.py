"""Parameter rules of models, and the templates that fill what a rule leaves open (protocol 1.7 ParameterRule)."""

from typing import Annotated, Any

from pydantic import model_validator

from .base import Anything, Flag, I18n, Integer, Name, Number, Part, Text, at_most, known

TYPES = frozenset({"float", "int", "string", "boolean", "text"})


def _range(kind: str, default: int, *, low: int, high: int, precision: int) -> dict[str, Any]:
    return {"type": kind, "default": default, "min": low, "max": high, "precision": precision}


def _share(default: int) -> dict[str, Any]:
    return _range("float", default, low=0, high=1, precision=2)


def _help(english: str, chinese: str) -> dict[str, Any]:
    return {"help": {"en_US": english, "zh_Hans": chinese}}


TEMPLATES: dict[str, dict[str, Any]] = {
    "temperature": _share(0)
    | _help(
        "How freely the model picks its words: 0 always takes the likeliest.", "采样的随机程度，0 表示总取最可能的词。"
    ),
    "top_p": _share(1)
    | _help(
        "Only the likeliest words that together reach this probability are considered.", "只考虑累计概率达到此值的词。"
    ),
    "top_k": _range("int", 50, low=1, high=100, precision=0)
    | _help("Only this many of the likeliest words are considered.", "只考虑最可能的若干个词。"),
    "presence_penalty": _share(0)
    | _help("Makes words that have occurred less likely, once.", "降低已出现过的词再次出现的概率。"),
    "frequency_penalty": _share(0)
    | _help("Makes words less likely the more often they have occurred.", "词出现得越多，再次出现的概率越低。"),
    "max_tokens": _range("int", 64, low=1, high=2048, precision=0)
    | _help(
        "The longest answer, in tokens; raise it if answers are cut off.", "回答的最大长度（标记数），被截断时可调大。"
    ),
    "response_format": {"type": "string", "options": ["JSON", "XML"]}
    | _help("The format in which the model is asked to answer.", "要求模型回答时使用的格式。"),
    "json_schema": {"type": "string"}
    | _help("The JSON schema that the answer has to follow.", "回答需要遵循的 JSON schema。"),
}
"""Numbers are the daemon's; the help texts are our own words. Templates have labels too, but these never show."""


class ParameterRule(Part):
    """One parameter of a model, after its template has filled the gaps; `required` is never the template's."""

    name: Annotated[Name, at_most(255)]
    use_template: Text | None = None
    label: I18n
    type: Annotated[Name, known("parameter type", TYPES)]
    help: I18n | None = None
    required: Flag = False
    default: Anything = None
    min: Number | None = None
    max: Number | None = None
    precision: Integer | None = None
    options: list[Text] = []

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = {key: value for key, value in data.items() if value is not None}
        label = given.get("label") or {}
        if isinstance(label, dict) and label.get("en_US") in (None, "") and "name" in given:
            given["label"] = {"en_US": given["name"]}
        if not (template := given.get("use_template")):
            return given
        if template not in TEMPLATES:
            raise ValueError(f"use_template {str(template)[:64]} not found")
        return TEMPLATES[template] | given
