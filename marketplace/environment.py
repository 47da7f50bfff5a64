"""Typed readers of environment variables: they fail loudly, naming the variable and what it takes."""

import json
import os
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

TRUE = {"true", "1", "t", "yes", "on"}
ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
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


def span(name: str, default: str) -> range:
    """Two whole numbers such as 50000-59999 as the range from the first to the last; none of them for `none`."""
    raw = text(name, default)
    first, _, last = raw.partition("-")
    if raw == "none":
        return range(0)
    if not (first.isdigit() and last.isdigit() and 0 < int(first) <= int(last)):
        raise ImproperlyConfigured(f"{name} must be a range such as {default}, or none, not {raw!r}.")
    return range(int(first), int(last) + 1)


def database(url: str) -> dict[str, Any]:
    """Django's settings of the database behind an address."""
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except ValueError:
        found = {}
    if found.get("ENGINE") not in ENGINES:
        scheme = url.partition(":")[0]
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot begin with {scheme}: write postgres://user:password@host/name, or sqlite:///path."
        )
    return found


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
