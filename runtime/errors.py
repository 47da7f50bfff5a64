"""Errors of the runtime, told apart by whose fault they are; each carries what a door needs to answer.

Codes and type names are the daemon's (protocol.md 8.1), since Dify's client decides by them.
"""

from typing import Any


class RuntimeFault(Exception):
    """Ours unless a subclass says otherwise. `status` is for doors that have not begun to answer."""

    error_type = "PluginDaemonInternalServerError"
    code = -500
    status = 500
    retry = False

    def __init__(self, message: str, args: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = args


class BadRequest(RuntimeFault):
    """The caller sent something that cannot be used."""

    error_type = "PluginDaemonBadRequestError"
    code = -400
    status = 400


class TooLarge(BadRequest):
    """A body of more bytes than its door takes."""


class Refused(BadRequest):
    """A request that is understood and refused: the wire wants HTTP 200 with a negative code."""

    status = 200


class Unauthorized(RuntimeFault):
    error_type = "PluginDaemonUnauthorizedError"
    code = -401
    status = 401


class NotPermitted(RuntimeFault):
    """The plugin's manifest or a policy does not allow it."""

    error_type = "PluginPermissionDeniedError"
    code = -403
    status = 200


class NotFound(RuntimeFault):
    error_type = "PluginDaemonNotFoundError"
    code = -404
    status = 200


class PluginNotFound(RuntimeFault):
    """The plugin is not installed in this workspace, or has no such provider."""

    error_type = "PluginNotFoundError"
    code = -404
    status = 404


class BadIdentifier(RuntimeFault):
    error_type = "PluginUniqueIdentifierError"
    code = -400
    status = 400


class Unavailable(RuntimeFault):
    """Installed but not running anywhere just now; the message says why and what will happen."""

    status = 404
    retry = True


class Busy(Unavailable):
    """More callers wait for it than may: come back later."""

    status = 429
    retry_after = 5  # seconds


class PluginGone(RuntimeFault):
    """The plugin ended while it had the call: whether it did its work is not known."""

    error_type = "PluginInvokeError"
    retry = True


class PluginError(RuntimeFault):
    """The plugin raised: what it said is shown as it is."""

    error_type = "PluginInvokeError"


class TooSlow(RuntimeFault):
    """The reader of this session left more unread than a session may keep."""


class StartFailed(RuntimeFault):
    """A plugin process did not come up; the message is a sentence for the user."""


class Interrupted(RuntimeFault):
    """This process is shutting down; what it was doing is to be done again by the next one."""

    retry = True
