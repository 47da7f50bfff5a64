"""Typed readers of environment variables: they fail loudly, naming the variable and what it takes."""

import json
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TRUE = {"true", "1", "t", "yes", "on"}
FALSE = {"false", "0", "f", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable's text; an empty one counts as unset, as in the daemon's configuration."""
    return os.environ.get(name, "") or default


def integer(name: str, default: int) -> int:
    raw = os.environ.get(name, "")
    try:
        return int(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, "").lower()
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    if raw:
        raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")
    return default


def listing(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def mapping(name: str) -> dict[str, Any]:
    """A variable that holds a JSON object; an unset one is an empty object."""
    raw = os.environ.get(name, "")
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object, not {raw!r}.")
    return found
