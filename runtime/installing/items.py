"""One item in a worker: taken, brought up on this node, and written with its installation after the first heartbeat.

Rows change by compare-and-swap on the worker that holds the item, so whoever lost it can write nothing.
"""

import logging
import secrets

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runtime import lookup, node
from runtime.errors import Interrupted, Refused, RuntimeFault
from runtime.installations import declared_providers
from runtime.installing.hold import LEASE, Hold, Trial, held
from runtime.installing.tasks import FORGOTTEN, Lost, ended, locked, settle
from runtime.models import Installation, InstallItem, Provider, RuntimeType, Status

log = logging.getLogger(__name__)


def run_item(item_id: int) -> None:
    """Takes the item, brings its plugin up on this node and writes how it went. Does nothing when it was taken."""
    here = node.here()
    item = claim(item_id, here.id)
    if item is None:
        return
    trial = Trial(here, item.package.unique_identifier)
    with trial, Hold(item, lost=trial.end) as hold:
        try:
            trial.begin(hold.heard)
            finish(item, output=hold.output())
        except Lost:
            log.info("%s was cancelled or taken over", item)
        except Interrupted as error:
            give_back(item, message=str(error))
        except RuntimeFault as error:
            fail(item, message=str(error), output=hold.output())
        except Exception as error:
            log.exception("%s failed", item)
            fail(item, message=f"The host failed to install it: {error}", output=hold.output())


def claim(item_id: int, node_id: str) -> InstallItem | None:
    """A pending item becomes this worker's; of many who try one succeeds."""
    now = timezone.now()
    worker = f"{node_id[:50]}/{secrets.token_hex(6)}"
    taken = InstallItem.objects.filter(pk=item_id, status=Status.PENDING).update(
        status=Status.RUNNING,
        worker=worker,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        message="starting",
        updated_at=now,
    )
    items = InstallItem.objects.select_related("package", "task")
    return items.filter(pk=item_id, worker=worker).first() if taken else None


@transaction.atomic
def finish(item: InstallItem, *, output: str) -> None:
    """Success: installation, providers, item and task in one transaction. Raises Lost, or Refused where rows forbid it."""
    task = locked(item.task_id)
    done = "upgraded" if item.replaces_id else "installed"
    if not held(item).update(**ended(Status.SUCCESS, done), percent=100, log=output):
        raise Lost
    place(item)
    settle(task)
    transaction.on_commit(lookup.changed)


def fail(item: InstallItem, *, message: str, output: str) -> None:
    """Failure with its reason, unless the item was lost: then somebody else decides."""
    try:
        with transaction.atomic():
            task = locked(item.task_id)
            held(item).update(**ended(Status.FAILED, message), log=output)
            settle(task)
    except Lost:
        log.info("%s failed after it had been deleted: %s", item, message)


def give_back(item: InstallItem, *, message: str) -> None:
    """Undone without anybody's fault: it waits as if forgotten, so that the next worker's `recover` sends it at once."""
    held(item).update(
        status=Status.PENDING,
        worker="",
        lease_until=None,
        attempts=F("attempts") - 1,
        message=message,
        updated_at=timezone.now() - FORGOTTEN,
    )


def place(item: InstallItem) -> None:
    """The installation row: new, or switched from exactly the version that the item was to replace."""
    package = item.package
    news = {"package": package, "source": item.source, "meta": item.meta, "runtime_type": RuntimeType.LOCAL}
    installation, created = Installation.objects.select_for_update().get_or_create(
        workspace_id=item.task.workspace_id, plugin_id=package.plugin_id, defaults=news
    )
    if created and item.replaces_id:
        raise Refused("The plugin was uninstalled while its new version was prepared, so nothing was changed.")
    if not created and installation.package_id != package.pk:
        if installation.package_id != item.replaces_id:
            raise Refused("Another version was installed while this one was prepared; it was left in place.")
        for name, value in news.items():
            setattr(installation, name, value)
        installation.save()
    place_providers(installation)


def place_providers(installation: Installation) -> None:
    """Rows for exactly the providers that the package declares; those that stay keep their ids."""
    wanted = set(declared_providers(installation.package.declaration))
    for provider in installation.providers.all():
        key = (provider.kind, provider.name)
        if key in wanted:
            wanted.remove(key)
        else:
            provider.delete()
    Provider.objects.bulk_create(
        Provider(installation=installation, workspace_id=installation.workspace_id, kind=kind, name=name)
        for kind, name in sorted(wanted)
    )
