"""Install tasks that have begun: cancelled, retried, deleted, and recovered when their worker went away."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from runtime.installing.tasks import FORGOTTEN, Lost, ended, locked, send_on_commit, settle
from runtime.installing.wishes import current_packages
from runtime.models import UNFINISHED, InstallItem, InstallTask, Status

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
KEPT = {Status.SUCCESS: timedelta(days=7), Status.FAILED: timedelta(days=30)}


def cancel(task: InstallTask, items: QuerySet[InstallItem] | None = None) -> int:
    """Ends what has not ended, of all the task or of these items; the worker gives up. Answers how many those were."""
    with suppress(Lost), transaction.atomic():
        task = locked(task.pk)
        chosen = (task.items.all() if items is None else items).filter(status__in=UNFINISHED)
        count = chosen.update(**ended(Status.FAILED, "Cancelled."), worker="")
        settle(task)
        return count
    return 0


def retry(task: InstallTask, items: QuerySet[InstallItem] | None = None) -> int:
    """Starts failed items anew, of all the task or of these, from the version that is installed now. Answers how many."""
    with suppress(Lost), transaction.atomic():
        task = locked(task.pk)
        chosen = (task.items.all() if items is None else items).filter(status=Status.FAILED)
        failed = list(chosen.select_related("package"))
        installed = current_packages(task.workspace_id, [item.package for item in failed])
        for item in failed:
            start_anew(item, installed.get(item.package.plugin_id))
        settle(task)
        return len(failed)
    return 0


def start_anew(item: InstallItem, replaces_id: int | None) -> None:
    item.status, item.message, item.step, item.log = Status.PENDING, "", "", ""
    item.percent, item.attempts, item.worker, item.lease_until = 0, 0, "", None
    item.replaces_id = replaces_id
    item.save()
    send_on_commit(item.pk)


def delete_task(task: InstallTask) -> None:
    """Removes a task; what is not done of it is given up, since its worker finds its item gone."""
    with suppress(Lost), transaction.atomic():
        locked(task.pk).delete()


def delete_ended(workspace_id: str) -> None:
    """Removes all tasks of a workspace that have ended. What is going on stays, and stays visible."""
    InstallTask.objects.filter(workspace_id=workspace_id).exclude(status__in=UNFINISHED).delete()


def delete_item(task: InstallTask, unique_identifier: str) -> None:
    """Removes one item, and the task with it when nothing or only successes remain."""
    with suppress(Lost), transaction.atomic():
        task = locked(task.pk)
        task.items.filter(package__unique_identifier=unique_identifier).delete()
        if task.items.exclude(status=Status.SUCCESS).exists():
            settle(task)
        else:
            task.delete()


def resume(node_id: str, *, queue_lost: bool) -> None:
    """What an earlier life of this node left is done again now, not when leases end; to be called when it starts.

    `queue_lost`: the broker is this process's memory, so what waited there is sent again.
    """
    past = timezone.now() - timedelta(seconds=1)
    held = InstallItem.objects.filter(status=Status.RUNNING, worker__startswith=f"{node_id[:50]}/")
    held.update(lease_until=past)
    if queue_lost:
        InstallItem.objects.filter(status=Status.PENDING).update(updated_at=past - FORGOTTEN)
    recover()


def recover() -> None:
    """What workers left behind is done again or given up; to be called every ten seconds or so, on any number of nodes."""
    now = timezone.now()
    for item in InstallItem.objects.filter(status=Status.RUNNING, lease_until__lt=now).select_related("package"):
        try:
            take_back(item)
        except Lost:
            log.info("%s was deleted by somebody else", item)
    for item_id in pending_since(now - FORGOTTEN):
        send_again(item_id)
    for status, age in KEPT.items():
        InstallTask.objects.filter(status=status, updated_at__lt=now - age).delete()


@transaction.atomic
def take_back(item: InstallItem) -> None:
    """An item whose worker fell silent waits again, or ends after the last attempt."""
    task = locked(item.task_id)
    silent = InstallItem.objects.filter(pk=item.pk, worker=item.worker, status=Status.RUNNING)
    silent = silent.filter(lease_until__lt=timezone.now())
    where = item.worker.partition("/")[0]
    if item.attempts >= MAX_ATTEMPTS:
        reason = f"Given up after {item.attempts} attempts: each time the worker stopped without a word, last {where}."
        silent.update(**ended(Status.FAILED, reason), worker="")
        settle(task)
    elif silent.update(status=Status.PENDING, worker="", lease_until=None, message=f"{where} stopped; starting again"):
        log.warning("%s is started again: %s fell silent", item, item.worker)
        send_on_commit(item.pk)


def pending_since(moment: datetime) -> QuerySet[InstallItem, int]:
    """Ids of items that wait since before this moment: their message was lost, or the queue is long."""
    return InstallItem.objects.filter(status=Status.PENDING, updated_at__lt=moment).values_list("pk", flat=True)


@transaction.atomic
def send_again(item_id: int) -> None:
    """Of many nodes that see it waiting, one sends it."""
    now = timezone.now()
    waiting = InstallItem.objects.filter(pk=item_id, status=Status.PENDING, updated_at__lt=now - FORGOTTEN)
    if waiting.update(updated_at=now):
        send_on_commit(item_id)
