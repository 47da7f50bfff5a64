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
from django.db import connection, transaction

from runtime.database import in_thread
from runtime.host.faults import HostFault
from runtime.models import StorageUse
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


# The rows. Plain SQL, which SQLite and PostgreSQL both take: building these queries costs several times what running them does.

Scope = tuple[str, str]
"""Workspace and plugin id."""

READ = """SELECT value FROM runtime_storedvalue WHERE key = %s AND use_id =
    (SELECT id FROM runtime_storageuse WHERE workspace_id = %s AND plugin_id = %s)"""
EXISTS = READ.replace("SELECT value", "SELECT 1", 1)
FIND = "SELECT id FROM runtime_storageuse WHERE workspace_id = %s AND plugin_id = %s"
BEGIN = "INSERT INTO runtime_storageuse (workspace_id, plugin_id, size) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"
SIZE = "SELECT size FROM runtime_storedvalue WHERE use_id = %s AND key = %s"
TAKE = "UPDATE runtime_storageuse SET size = size + %s WHERE id = %s"
TAKE_IN_QUOTA = f"{TAKE} AND size + %s <= %s"
WRITE = """INSERT INTO runtime_storedvalue (use_id, key, value, size, updated_at)
    VALUES (%s, %s, %s, %s, CURRENT_TIMESTAMP)
    ON CONFLICT (use_id, key) DO UPDATE
    SET value = excluded.value, size = excluded.size, updated_at = excluded.updated_at"""
DELETE = "DELETE FROM runtime_storedvalue WHERE use_id = %s AND key = %s"


def read(scope: Scope, key: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(READ, [key, *scope])
        row = cursor.fetchone()
    if row is None:
        raise HostFault(NOT_SET)
    return bytes(row[0])


def exists(scope: Scope, key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(EXISTS, [key, *scope])
        return cursor.fetchone() is not None


def write(scope: Scope, key: str, value: bytes, *, quota: int) -> None:
    """Keeps a value, in place of the old one if there is one; raises HostFault when it would not fit."""
    with transaction.atomic(), connection.cursor() as cursor:
        use = locked(cursor, scope)
        more = len(value) - (size_of(cursor, use, key) or 0)
        if not take(cursor, use, more, quota=quota):
            raise HostFault("save data failed: allocated size is greater than max storage size")
        cursor.execute(WRITE, [use, key, value, len(value)])


def delete(scope: Scope, key: str) -> int:
    """The number of values that were deleted: 1; raises HostFault when there is none."""
    with transaction.atomic(), connection.cursor() as cursor:
        use = locked(cursor, scope)
        size = size_of(cursor, use, key)
        if size is None:
            raise HostFault("delete data failed: the key is not set")
        take(cursor, use, -size, quota=0)
        cursor.execute(DELETE, [use, key])
        return int(cursor.rowcount)


def locked(cursor: Any, scope: Scope) -> int:
    """The row that counts, held until the transaction ends: one writer at a time for a plugin in a workspace.

    SQLite has one writer at a time anyway: transactions of ours begin with the lock (`transaction_mode`).
    """
    find = f"{FIND} FOR UPDATE" if connection.features.has_select_for_update else FIND
    cursor.execute(find, scope)
    row = cursor.fetchone()
    if row is None:
        cursor.execute(BEGIN, scope)
        cursor.execute(find, scope)
        row = cursor.fetchone()
    return int(row[0])


def size_of(cursor: Any, use: int, key: str) -> int | None:
    cursor.execute(SIZE, [use, key])
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def take(cursor: Any, use: int, more: int, *, quota: int) -> bool:
    """Checks and adds in one statement; what takes no more room is always granted."""
    if more <= 0:
        cursor.execute(TAKE, [more, use])
    else:
        cursor.execute(TAKE_IN_QUOTA, [more, use, more, quota])
    return bool(cursor.rowcount == 1)


def used(workspace_id: str, plugin_id: str) -> int:
    """Bytes that a plugin keeps in a workspace."""
    found = StorageUse.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    return found.values_list("size", flat=True).first() or 0
