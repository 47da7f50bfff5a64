"""Who may use the daemon's HTTP API: whoever holds the server key (protocol.md 8.1)."""

import hmac
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from runtime.errors import BadRequest, Unauthorized

if TYPE_CHECKING:  # DRF's views import this module, by its settings
    from rest_framework.views import APIView

# Ids become parts of storage keys, so no slashes, no white space, and nothing made of dots alone.
WORKSPACE_ID = re.compile(r"(?!\.+\Z)[^\s/\\\x00-\x1f\x7f]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. `workspace` None is the server key's holder, who may act for every workspace."""

    workspace: str | None = None
    is_authenticated: bool = True

    def allows(self, workspace_id: str) -> bool:
        return self.workspace is None or self.workspace == workspace_id


def is_server_key(key: str | None) -> bool:
    """Whether this is the server key, in a time that does not depend on how much of it is right."""
    return is_server_key_bytes((key or "").encode("utf-8", "surrogateescape"))


def is_server_key_bytes(given: bytes) -> bool:
    """The same of the bytes of a header."""
    return hmac.compare_digest(given, server_key()) and bool(given)


@cache
def server_key() -> bytes:
    """Kept, since Django's look-up of a setting costs more than the comparison."""
    return str(settings.SERVER_KEY).encode()


def read_again(**changed: Any) -> None:
    server_key.cache_clear()


setting_changed.connect(read_again)


def checked_workspace(workspace_id: str) -> str:
    """The id itself, or BadRequest. Any id goes that a Dify server may name: ours need not exist."""
    if not WORKSPACE_ID.match(workspace_id):
        raise BadRequest("tenant_id must be 1 to 64 characters without white space and slashes")
    return workspace_id


class ServerKey(BaseAuthentication):
    """The `X-Api-Key` header."""

    def authenticate(self, request: Request) -> tuple[Principal, None]:
        if not is_server_key(request.headers.get("X-Api-Key")):
            raise Unauthorized("unauthorized")
        return Principal(), None

    def authenticate_header(self, request: Request) -> str:
        return "X-Api-Key"


class OwnWorkspace(BasePermission):
    """A caller bound to one workspace reaches only that one."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        principal = request.user
        return isinstance(principal, Principal) and principal.allows(view.kwargs.get("workspace_id", ""))
