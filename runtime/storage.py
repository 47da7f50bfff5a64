"""What plugins keep (protocol.md 7.3): values by key, per workspace and plugin id, within a quota counted in bytes.

Values are in the database, in their rows: a write is whole or not there, and every node sees it. A value comes as one line
of hexadecimal, so none is larger than half of PLUGIN_RUNTIME_MAX_BUFFER_SIZE.
"""

import binascii
import posixpath
from collections.abc import AsyncGenerator
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from runtime.database import in_thread
from runtime.host.faults import HostFault
from runtime.models import StorageUse, StoredValue
from runtime.session import Session

LONGEST_KEY = 256  # bytes
NOT_SET = "load data failed, please check if the key is correct or you have not set it"
VERBS = {"set": "save", "get": "load", "del": "delete", "exist": "exist"}


async def answer(session: Session, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The one response to a storage call, as JSON; raises HostFault."""
    yield orjson.dumps(await in_thread(run, session, request))


def run(session: Session, request: dict[str, Any]) -> dict[str, Any]:
    scope = session.workspace, session.plugin.partition(":")[0]
    opt = request["opt"]
    if opt not in VERBS:
        raise HostFault(f"unknown storage operation: {opt}")
    key = checked_key(request["key"], VERBS[opt])
    if opt == "set":
        write(scope, key, decoded(request["value"]), quota=quota(session.permission))
        return {"data": "ok"}
    if opt == "get":
        return {"data": read(scope, key).hex()}
    if opt == "del":
        return {"data": "ok", "deleted_num": delete(scope, key)}
    there = exists(scope, key)
    return {"data": there, "exist_num": int(there)}


def checked_key(key: str, verb: str) -> str:
    """The key in the form in which it is kept, as a clean path; raises HostFault."""
    if len(key.encode()) > LONGEST_KEY:
        raise HostFault(f"{verb} data failed: key length must be less than 256 characters")
    clean = posixpath.normpath(key)
    if not key or clean == "." or "\0" in clean:
        raise HostFault(f"{verb} data failed: invalid key: it must be a name")
    if any(part in clean for part in ("..", "//", "\\")):
        raise HostFault(f"{verb} data failed: invalid key: path traversal attempt detected")
    return clean.lstrip("/")


def decoded(value: str) -> bytes:
    try:
        return binascii.unhexlify(value)
    except (binascii.Error, ValueError) as error:
        raise HostFault(f"decode data failed: {error}") from None


def quota(permission: dict[str, Any]) -> int:
    """Bytes that a plugin may keep in one workspace: what its manifest declares, at most what this host allows."""
    declared = (permission.get("storage") or {}).get("size") or 0
    return min(int(declared), int(settings.PERSISTENCE_STORAGE_MAX_SIZE))


# The rows.

Scope = tuple[str, str]
"""Workspace and plugin id."""


def values(scope: Scope, key: str) -> Any:
    return StoredValue.objects.filter(use__workspace_id=scope[0], use__plugin_id=scope[1], key=key)


def read(scope: Scope, key: str) -> bytes:
    found = values(scope, key).values_list("value", flat=True).first()
    if found is None:
        raise HostFault(NOT_SET)
    return bytes(found)


def exists(scope: Scope, key: str) -> bool:
    return bool(values(scope, key).exists())


def write(scope: Scope, key: str, value: bytes, *, quota: int) -> None:
    """Keeps a value, in place of the old one if there is one; raises HostFault when it would not fit."""
    with transaction.atomic():
        use = locked(scope)
        old = use.values.filter(key=key).values_list("size", flat=True).first()
        if not take(use, len(value) - (old or 0), quota):
            raise HostFault("save data failed: allocated size is greater than max storage size")
        if old is None:
            use.values.create(key=key, value=value, size=len(value))
        else:
            use.values.filter(key=key).update(value=value, size=len(value), updated_at=timezone.now())


def delete(scope: Scope, key: str) -> int:
    """The number of values that were deleted: 1; raises HostFault when there is none."""
    with transaction.atomic():
        use = locked(scope)
        size = use.values.filter(key=key).values_list("size", flat=True).first()
        if size is None:
            raise HostFault("delete data failed: the key is not set")
        take(use, -size, 0)
        return use.values.filter(key=key).delete()[0]


def locked(scope: Scope) -> StorageUse:
    """The row that counts, held until the transaction ends: one writer at a time for a plugin in a workspace."""
    workspace_id, plugin_id = scope
    use, _ = StorageUse.objects.select_for_update().get_or_create(workspace_id=workspace_id, plugin_id=plugin_id)
    return use


def take(use: StorageUse, bytes_more: int, quota: int) -> bool:
    """Checks and adds in one statement; what takes no more room is always granted."""
    room = Q() if bytes_more <= 0 else Q(size__lte=quota - bytes_more)
    return StorageUse.objects.filter(room, pk=use.pk).update(size=F("size") + bytes_more) == 1


def used(workspace_id: str, plugin_id: str) -> int:
    """Bytes that a plugin keeps in a workspace."""
    found = StorageUse.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    return found.values_list("size", flat=True).first() or 0
