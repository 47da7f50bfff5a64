"""A form field of JSON."""

import json
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError


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
