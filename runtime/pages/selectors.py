"""Form fields that choose a model, an app or tools of the workspace; each gives what plugins get for it (protocol.md 1.7)."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from runtime.models import App
from runtime.pages.json_field import Json
from runtime.pages.words import said
from runtime.studio.choices import Choice, as_entity

NO_MODELS = "This workspace has no model of that kind yet. Install a plugin that brings one."
NO_APPS = "This workspace has no app of that kind yet. Make one on the page Apps."
NO_TOOLS = "This workspace has no tools yet. Install a plugin that brings some."
NONE = ("", "–")
Grouped = list[tuple[str, list[tuple[str, str]]]]


def grouped(choices: Iterable[Choice], language: str) -> Grouped:
    """Options under the names of their providers."""
    by_provider = groupby(choices, key=lambda one: one.provider)
    return [
        (
            said((found := list(rows))[0].group, language) or provider,
            [(key_of(one), said(one.label, language)) for one in found],
        )
        for provider, rows in by_provider
    ]


def key_of(one: Choice) -> str:
    return f"{one.provider} {one.kind} {one.name}" if one.kind else one.key


class ModelWidget(forms.MultiWidget):
    """The model and, as JSON, its parameters."""

    use_fieldset = True

    def __init__(self, choices: Any) -> None:
        attributes = {"class": "code", "rows": 2, "spellcheck": "false", "aria-label": "Its parameters, as JSON"}
        parameters = forms.Textarea(attrs={**attributes, "placeholder": 'its parameters: {"temperature": 0.2}'})
        super().__init__([forms.Select(attrs={"aria-label": "Model"}, choices=choices), parameters])

    def decompress(self, value: Any) -> list[Any]:
        if not isinstance(value, dict):
            return [None, None]
        parameters = value.get("completion_params")
        return [model_key(value), json.dumps(parameters, ensure_ascii=False) if parameters else None]


def model_key(value: dict[str, Any]) -> str:
    return f"{value.get('provider')} {value.get('model_type') or 'llm'} {value.get('model')}"


class ModelChoice(forms.MultiValueField):
    """The object that the SDK makes an LLMModelConfig of, or the like of another type."""

    def __init__(self, models: Sequence[Choice], language: str, **options: Any) -> None:
        self.models = {key_of(one): one for one in models}
        before = options.get("initial")
        self.before = before if isinstance(before, dict) and before.get("model") else None
        listed: list[Any] = [NONE, *grouped(models, language)]
        if self.before and model_key(self.before) not in self.models:
            listed.append((model_key(self.before), f"{self.before['model']} (not in this workspace)"))
        super().__init__(
            fields=(forms.ChoiceField(choices=listed, required=False), Json(expects=dict, required=False)),
            widget=ModelWidget(listed),
            require_all_fields=False,
            **options,
        )

    def compress(self, data_list: Sequence[Any]) -> Any:
        key, parameters = data_list or ("", None)
        if not key:
            if parameters or self.required:
                raise ValidationError("Choose a model.")
            return None
        found = self.models.get(key)
        known = model_value(found) if found else dict(self.before or {})
        return known | {"completion_params": parameters or {}}


def model_value(found: Choice) -> dict[str, Any]:
    properties = found.declared.get("model_properties") or {}
    more: dict[str, Any] = {"mode": str(properties.get("mode") or "chat")} if found.kind == "llm" else {}
    if found.kind == "tts":
        more["voice"] = str(properties.get("default_voice") or "")
    if found.kind == "rerank":
        more |= {"score_threshold": 0.0, "top_n": 3}
    return {"provider": found.provider, "model": found.name, "model_type": found.kind, **more}


class AppChoice(forms.ChoiceField):
    """The object with an app's id and the inputs that it is to have."""

    def __init__(self, apps: Sequence[App], **options: Any) -> None:
        before = options.get("initial")
        self.before = before if isinstance(before, dict) else {}
        listed = [NONE, *((str(app.pk), app.name) for app in apps)]
        if (gone := self.before.get("app_id")) and gone not in dict(listed):
            listed.append((gone, f"{gone} (not in this workspace)"))
        super().__init__(choices=listed, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.get("app_id") if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found and found == self.before.get("app_id"):
            return self.before
        return {"app_id": found, "inputs": {}} if found else None


class ToolsChoice(forms.MultipleChoiceField):
    """A list of tools, each as the SDK makes a ToolEntity of it."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices"})

    def __init__(self, tools: Sequence[Choice], language: str, **options: Any) -> None:
        self.tools = {key_of(one): one for one in tools}
        super().__init__(choices=grouped(tools, language), **options)

    def prepare_value(self, value: Any) -> Any:
        return [tool_key(one) if isinstance(one, dict) else one for one in value or ()]

    def clean(self, value: Any) -> Any:
        return [as_entity(self.tools[key].provider, self.tools[key].declared) for key in super().clean(value)] or None


def tool_key(entity: dict[str, Any]) -> str:
    identity = entity.get("identity") or {}
    return f"{identity.get('provider')} {identity.get('name')}"
