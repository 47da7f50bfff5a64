"""Uploaded packages that nothing refers to any more go after a while; a release of the marketplace has a file of its own."""

from datetime import datetime, timedelta

from django.db import close_old_connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from runtime import storing
from runtime.models import Installation, InstallItem, Package

DAY = 86_400.0


def tidy(age: float, *, dry: bool = False) -> dict[str, int]:
    """Removes what nothing has referred to for so many seconds; unique identifiers, and bytes of their files."""
    close_old_connections()
    try:
        now = timezone.now()
        if not dry:
            note(now)
        due = due_by(now - timedelta(seconds=age), fresh=age <= 0)
        rows = list(
            Package.objects.filter(due, unwanted()).order_by("pk").values_list("pk", "unique_identifier", "size")
        )
        return {name: size for pk, name, size in rows if dry or remove(pk, due)}
    finally:
        close_old_connections()


def unwanted() -> Q:
    """Nobody has it installed, or comes back to it, and no task is about it, whether it has ended or not."""
    references = (
        Installation.objects.filter(package=OuterRef("pk")),
        Installation.objects.filter(shadowed=OuterRef("pk")),
        InstallItem.objects.filter(package=OuterRef("pk")),
        InstallItem.objects.filter(replaces=OuterRef("pk")),
    )
    found = Q()
    for rows in references:
        found &= ~Q(Exists(rows))
    return found


def due_by(moment: datetime, *, fresh: bool) -> Q:
    """Unwanted since before then; with `fresh` also what was found to be so only now."""
    return Q(unwanted_since__lte=moment) | Q(unwanted_since=None) if fresh else Q(unwanted_since__lte=moment)


def note(now: datetime) -> None:
    """When a package lost its last reference is known to the hour: by this."""
    marked: QuerySet[Package] = Package.objects.exclude(unwanted_since=None)
    marked.exclude(unwanted()).update(unwanted_since=None)
    Package.objects.filter(unwanted(), unwanted_since=None).update(unwanted_since=now)


@transaction.atomic
def remove(pk: int, due: Q) -> bool:
    """Row and file, unless somebody has just come to want it. Who uploads it meanwhile waits for the row, and looks
    whether the file still is there."""
    row = Package.objects.select_for_update().filter(due, pk=pk).first()
    if row is None or not Package.objects.filter(unwanted(), pk=pk).exists():
        return False
    name = row.unique_identifier
    row.delete()
    storing.drop_package(name)
    return True
