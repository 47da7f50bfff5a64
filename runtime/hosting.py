"""Installations of plugins that run elsewhere: they come with a connection and go with it.

One that was installed already is shadowed: its row shows the connected plugin, and gets its own package back afterwards.
"""

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from runtime import lookup
from runtime.installing.items import place_providers
from runtime.models import Installation, Package, RuntimeType

SOURCE = "remote"


@transaction.atomic
def admit(workspace_id: str, package: Package) -> Installation:
    """The workspace's installation of this plugin, now answered by who has connected."""
    news = {"package": package, "source": SOURCE, "runtime_type": RuntimeType.REMOTE}
    row, created = Installation.objects.select_for_update().get_or_create(
        workspace_id=workspace_id, plugin_id=package.plugin_id, defaults=news
    )
    former = None if created or row.package_id == package.pk else row.package_id
    if not created:
        shadow(row)
        for name, value in news.items():
            setattr(row, name, value)
        row.save()
    place_providers(row)
    if former is not None and former != row.shadowed_id:
        forget_package(former)
    transaction.on_commit(lookup.changed)
    return row


def shadow(row: Installation) -> None:
    """Remembers what was installed here properly, once."""
    if row.runtime_type != RuntimeType.REMOTE:
        row.shadowed, row.shadowed_source, row.shadowed_meta = row.package, row.source, row.meta
        row.meta = {}


@transaction.atomic
def leave(workspace_id: str, plugin_id: str, *, package_id: int) -> bool:
    """Ends what `admit` began, unless something else is installed by now. What was shadowed is back, with its providers."""
    rows = Installation.objects.select_for_update(of=("self",)).select_related("shadowed")
    row = rows.filter(workspace_id=workspace_id, plugin_id=plugin_id, package_id=package_id).first()
    if row is None or row.runtime_type != RuntimeType.REMOTE:
        return False
    if row.shadowed is None:
        row.delete()
    else:
        restore(row, row.shadowed)
    forget_package(package_id)
    transaction.on_commit(lookup.changed)
    return True


def restore(row: Installation, package: Package) -> None:
    news: dict[str, Any] = {
        "package": package,
        "source": row.shadowed_source,
        "meta": row.shadowed_meta,
        "runtime_type": RuntimeType.LOCAL,
        "shadowed": None,
        "shadowed_source": "",
        "shadowed_meta": {},
        "patient": False,
    }
    for name, value in news.items():
        setattr(row, name, value)
    row.save()
    place_providers(row)


def forget_package(package_id: int) -> None:
    """The row of a declaration that nobody shows any more: of it there are no files."""
    try:
        with transaction.atomic():
            Package.objects.filter(pk=package_id, size=0).delete()
    except ProtectedError:
        return
