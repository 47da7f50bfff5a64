"""Tags of catalogues' pages."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """A document as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False)
