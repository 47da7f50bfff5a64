"""What callers ask for: install, upgrade, uninstall."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from runtime import lookup
from runtime.errors import NotFound, Refused, RuntimeFault
from runtime.installing.tasks import send_on_commit
from runtime.models import UNFINISHED, Installation, InstallItem, InstallTask, Package
from runtime.recalls.standing import refuse


class NotUploaded(RuntimeFault):
    """No such package here. The daemon answers -500 with HTTP 200 (protocol.md 8.6)."""

    status = 200

    def __init__(self, identifiers: Iterable[str]) -> None:
        super().__init__(f"failed to get plugin declaration: {', '.join(identifiers)} has not been uploaded")


def install(
    workspace_id: str, *, identifiers: Sequence[str], source: str, metas: Sequence[dict[str, Any]] | None = None
) -> InstallTask | None:
    """A task that installs these packages, or None when all of them are installed already, in just these versions.

    Another version of an installed plugin is a switch to this one. What is under way already is not begun twice.
    Raises Refused for metas that do not fit, NotUploaded for packages that are not here, Recalled for recalled ones.
    """
    wished = dict(zip(identifiers, fitting(metas, len(identifiers)), strict=True))
    packages = uploaded(wished)
    for package in packages:
        refuse(package.unique_identifier, workspace_id)
    if len({package.plugin_id for package in packages}) < len(packages):
        raise Refused("two versions of one plugin cannot be installed at the same time")
    installed = current_packages(workspace_id, packages)
    items = [
        InstallItem(
            package=package,
            replaces_id=installed.get(package.plugin_id),
            source=source,
            meta=wished[package.unique_identifier],
        )
        for package in packages
        if installed.get(package.plugin_id) != package.pk
    ]
    return (under_way(workspace_id, items) or begin(workspace_id, items)) if items else None


def upgrade(
    workspace_id: str, *, original: str, new: str, source: str, meta: dict[str, Any] | None = None
) -> InstallTask | None:
    """A task that switches a plugin to another version; None when that is what is installed."""
    if original == new:
        raise Refused("original and new plugin unique identifier are the same")
    if original.partition(":")[0] != new.partition(":")[0]:
        raise Refused("original and new plugin id are different")
    (package,) = uploaded([new])
    refuse(package.unique_identifier, workspace_id)
    current = current_packages(workspace_id, [package]).get(package.plugin_id)
    if current == package.pk:
        return None
    if current is None or not Package.objects.filter(pk=current, unique_identifier=original).exists():
        raise NotFound("plugin installation not found for this tenant")
    item = InstallItem(package=package, replaces_id=current, source=source, meta=meta or {})
    return under_way(workspace_id, [item]) or begin(workspace_id, [item])


def uninstall(installation: Installation) -> list[str]:
    """Removes the installation and all that hangs on it; the package stays for a later installation.

    While the plugin still runs, RUNTIME_LEAVING are told; their sentences of what they could not do come back.
    """
    said = [one for name in settings.RUNTIME_LEAVING for one in import_string(name)(installation)]
    with transaction.atomic():
        installation.delete()
        transaction.on_commit(lookup.changed)
    return said


def fitting(metas: Sequence[dict[str, Any]] | None, count: int) -> Sequence[dict[str, Any]]:
    """One meta for each plugin; absent ones are empty (the daemon refuses requests without)."""
    metas = metas or [{}] * count
    if len(metas) != count:
        raise Refused("the number of metas must be equal to the number of plugin unique identifiers")
    return metas


def uploaded(identifiers: Iterable[str]) -> list[Package]:
    """The packages in the order of their identifiers, without declarations; raises NotUploaded."""
    wanted = list(dict.fromkeys(identifiers))
    found = Package.objects.defer("declaration").in_bulk(wanted, field_name="unique_identifier")
    if missing := [identifier for identifier in wanted if identifier not in found]:
        raise NotUploaded(missing)
    return [found[identifier] for identifier in wanted]


def current_packages(workspace_id: str, packages: Iterable[Package]) -> dict[str, int]:
    """Plugin id → key of the package that is installed."""
    rows = Installation.objects.filter(workspace_id=workspace_id, plugin_id__in=[p.plugin_id for p in packages])
    return dict(rows.values_list("plugin_id", "package_id"))


def under_way(workspace_id: str, items: list[InstallItem]) -> InstallTask | None:
    """A task that is about to do all of this: a second click leads to the first one's task."""
    wanted = {(item.package_id, item.replaces_id) for item in items}
    busy = InstallItem.objects.filter(task__workspace_id=workspace_id, status__in=UNFINISHED).select_related("task")
    tasks: dict[InstallTask, set[tuple[int, int | None]]] = {}
    for item in busy:
        tasks.setdefault(item.task, set()).add((item.package_id, item.replaces_id))
    return next((task for task, does in tasks.items() if wanted <= does), None)


def begin(workspace_id: str, items: list[InstallItem]) -> InstallTask:
    """Raises NotUploaded where one of them is removed at this very moment."""
    try:
        return written(workspace_id, items)
    except IntegrityError:
        uploaded(item.package.unique_identifier for item in items)
        raise


@transaction.atomic
def written(workspace_id: str, items: list[InstallItem]) -> InstallTask:
    task = InstallTask.objects.create(workspace_id=workspace_id)
    for item in items:
        item.task = task
        item.save()
        send_on_commit(item.pk)
    return task
