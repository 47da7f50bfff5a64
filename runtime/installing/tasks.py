"""The rows of install tasks: locked, settled, ended, and handed to a worker.

A task's row is locked before its items, everywhere, so that two writers never wait for each other.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from runtime.models import UNFINISHED, InstallTask, Status

MESSAGE_BYTES = 1024
FORGOTTEN = timedelta(seconds=60)  # a pending item that nobody took for so long is sent again


class Lost(Exception):
    """The item is no longer ours: cancelled, deleted, or taken over after our lease ran out."""


def send_on_commit(item_id: int) -> None:
    """Hands the item to a worker. A broker that is away costs a minute: `recover` sends it again."""
    from runtime.tasks import run_install_item

    transaction.on_commit(lambda: run_install_item.delay(item_id), robust=True)


def locked(task_id: UUID) -> InstallTask:
    """The task, locked until the end of the transaction; raises Lost when it was deleted."""
    task = InstallTask.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise Lost
    return task


def settle(task: InstallTask) -> None:
    """The task's status follows from its items: failed as soon as all ended and one failed."""
    statuses = set(task.items.values_list("status", flat=True))
    if statuses & set(UNFINISHED):
        task.status = Status.RUNNING
    else:
        task.status = Status.FAILED if Status.FAILED in statuses else Status.SUCCESS
    task.save(update_fields=["status", "updated_at"])


def ended(status: Status, message: str) -> dict[str, Any]:
    return {
        "status": status,
        "message": shortened(message),
        "step": "",
        "lease_until": None,
        "updated_at": timezone.now(),
    }


def shortened(message: str) -> str:
    """At most about 1 KiB: the first and the last half, as the daemon does; the log has the rest."""
    raw = message.encode()
    if len(raw) <= MESSAGE_BYTES:
        return message
    half = MESSAGE_BYTES // 2
    return f"{raw[:half].decode(errors='ignore')}...{raw[-half:].decode(errors='ignore')}"
