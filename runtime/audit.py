"""Which reverse calls were refused, to whom and when."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from runtime.database import in_thread
from runtime.models import Refusal
from runtime.session import Session
from runtime.terms import package_of

TOGETHER = 60.0  # seconds in which the same refusal is counted in one row, so that nobody can fill the table
KEPT_DAYS = 90


@dataclass(slots=True)
class Recent:
    """A refusal that has its row, and how often it happened again since that was written."""

    row: int
    since: float
    again: int = 0


Key = tuple[str, str, str]
"""Workspace, unique identifier, call."""

recent: dict[Key, Recent] = {}
lock = threading.Lock()


async def refused(session: Session, call: str, reason: str) -> None:
    """Records a refusal: the first at once, the same again within a minute with the next `flush`."""
    key = (session.workspace, package_of(session.plugin), call)
    with lock:
        found = recent.get(key)
        if found is not None:
            found.again += 1
            return
        recent[key] = Recent(0, time.monotonic())
    try:
        row = await in_thread(record, key, reason)
    except BaseException:
        with lock:
            recent.pop(key, None)
        raise
    with lock:
        if key in recent:
            recent[key].row = row


def record(key: Key, reason: str) -> int:
    workspace_id, version, call = key
    plugin_id = version.partition(":")[0]
    reason = reason[:255].replace("\0", "\ufffd")  # a plugin's text; PostgreSQL keeps no NUL
    row = Refusal(workspace_id=workspace_id, plugin_id=plugin_id, version=version, call=call, reason=reason)
    row.save(force_insert=True)
    return row.pk


def flush() -> None:
    """Writes what happened again; forgets what has not for a minute."""
    now = time.monotonic()
    with lock:
        due = {found.row: found.again for found in recent.values() if found.again and found.row}
        for key, found in list(recent.items()):
            if found.row:
                found.again = 0
            if now - found.since > TOGETHER:
                del recent[key]
    for row, again in due.items():
        Refusal.objects.filter(pk=row).update(times=F("times") + again, last_at=timezone.now())


def expire() -> None:
    """Deletes what is older than KEPT_DAYS."""
    Refusal.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
