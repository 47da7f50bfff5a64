"""What the public door refuses, each with the status and the words that a caller gets."""

from typing import Any

import orjson

from runtime.errors import RuntimeFault


class Turned(RuntimeFault):
    """A caller who is turned away before the plugin is asked."""

    error_type = "PluginDaemonBadRequestError"

    def __init__(self, status: int, message: str, *, retry_after: int = 0, **args: Any) -> None:
        super().__init__(message, args or None)
        self.status = status
        self.code = -status
        self.retry_after = retry_after


class Nobody(RuntimeFault):
    """There is no such endpoint, or it is switched off, or its plugin is not installed: all say the same."""

    error_type = "PluginDaemonNotFoundError"
    code = -404
    status = 404

    def __init__(self) -> None:
        super().__init__("endpoint not found")


def over(status: int, limit: str, value: float, *, what: str) -> Turned:
    """A limit that was passed, by its name: the setting's, or that of the endpoint's rules."""
    return Turned(status, f"{what} {limit} allows {value}.", limit=limit, value=value)


def said_by_plugin(message: str) -> tuple[str, str]:
    """Type and text of an error as plugins tell theirs, in JSON; of any other no type, and the message."""
    try:
        told = orjson.loads(message)
        return str(told.get("error_type") or ""), str(told["message"])
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return "", message


def plainly(message: str) -> str:
    """A message of a fault as people read it."""
    return ": ".join(part for part in said_by_plugin(message) if part)


class BadGateway(RuntimeFault):
    """The plugin answered something that is not HTTP."""

    status = 502
