"""What the public door refuses, each with the status and the words that a caller gets."""

from typing import Any

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


class BadGateway(RuntimeFault):
    """The plugin answered something that is not HTTP."""

    status = 502
