"""What a call needs to know of an installation, kept in this process: no SQL on the hot path.

Forgotten as a whole when anything is installed or removed anywhere (`changed`), which is rare beside calls.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from runtime import node
from runtime.errors import PluginNotFound

FOR_EVER = 10.0**10  # a deadline beyond every call


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation as calls see it. `permission` is the manifest's `resource.permission`."""

    plugin: str  # as its processes are named (runtime/terms.py): mostly the unique identifier
    permission: dict[str, Any]
    patient: bool = False  # its calls may take for ever: somebody goes through them step by step

    def deadline(self) -> float:
        """Until when a call that begins now may take, in Unix seconds."""
        return FOR_EVER if self.patient else time.time() + settings.PLUGIN_MAX_EXECUTION_TIMEOUT


warm: dict[tuple[str, str], Installed] = {}
also_forgotten: list[Callable[[], None]] = []  # what other apps keep warm of installations
turn = 0  # counts how often all was forgotten
lock = threading.Lock()


def forget() -> None:
    global turn  # noqa: PLW0603 - one for each process
    with lock:
        turn += 1
    warm.clear()
    for forget_more in also_forgotten:
        forget_more()


def keep[Name, Found](kept: dict[Name, Found], name: Name, found: Found, *, since: int) -> Found:
    """Keeps what was read from the turn `since` on, unless all was forgotten meanwhile: it may be what was before."""
    with lock:
        if since == turn:
            kept[name] = found
    return found


def changed() -> None:
    """Tells every process that installations have changed; call it when the change is committed."""
    forget()
    if node.current is not None:
        node.current.cluster.bump()
        node.current.nudge()


async def installed(workspace: str, plugin_id: str) -> Installed:
    """The installation of a plugin in a workspace; raises PluginNotFound, or Recalled."""
    found = warm.get((workspace, plugin_id))
    if found is not None:
        return found
    since = turn
    found = await asyncio.to_thread(read, workspace, plugin_id)
    return keep(warm, (workspace, plugin_id), found, since=since)


def read(workspace: str, plugin_id: str) -> Installed:
    from runtime.agreeing import process_for
    from runtime.models import Installation
    from runtime.recalls.standing import refuse

    close_old_connections()
    try:
        row = Installation.objects.select_related("package").get(workspace_id=workspace, plugin_id=plugin_id)
        refuse(row.package.unique_identifier, workspace)
        process = process_for(row)
    except Installation.DoesNotExist:
        raise PluginNotFound("plugin not found") from None
    finally:
        close_old_connections()
    return described(process, row.package.declaration, patient=row.patient)


def described(process: str, declaration: dict[str, Any], *, patient: bool = False) -> Installed:
    permission = (declaration.get("resource") or {}).get("permission") or {}
    return Installed(process, permission, patient)


async def uploaded(unique_identifier: str) -> Installed:
    """A package by its identifier, whoever has installed it; raises PluginNotFound."""
    found = warm.get(("", unique_identifier))
    if found is not None:
        return found
    since = turn
    found = await asyncio.to_thread(read_package, unique_identifier)
    return keep(warm, ("", unique_identifier), found, since=since)


def read_package(unique_identifier: str) -> Installed:
    from runtime.models import Package
    from runtime.recalls.standing import refuse_everywhere

    close_old_connections()
    try:
        row = Package.objects.get(unique_identifier=unique_identifier)
        refuse_everywhere(unique_identifier)
    except Package.DoesNotExist:
        raise PluginNotFound("plugin not found") from None
    finally:
        close_old_connections()
    return described(unique_identifier, row.declaration)
