"""Mirrors: staff make, change and remove them; every change is in the audit trail."""

from typing import Any

from django.db import transaction

from marketplace import auditing
from marketplace.difypkg import BadPackage, load_public_key
from marketplace.mirroring.rules import checked
from marketplace.models import Mirror, User

FIELDS = ("name", "address", "public_key", "rules", "every_hours", "paused")


class BadKey(Exception):
    """A sentence that says what is wrong with a public key."""


@transaction.atomic
def save(mirror: Mirror, *, by: User | None, **fields: Any) -> Mirror:
    """A new mirror, or a changed one. Raises BadPolicy or BadKey; then nothing has changed."""
    before = None if mirror._state.adding else told(mirror)
    for name, value in fields.items():
        setattr(mirror, name, value)
    checked(mirror.rules)
    check_key(mirror.public_key)
    mirror.made_by = mirror.made_by or by
    mirror.save()
    auditing.record("mirror.change" if before else "mirror.make", mirror.name, by=by, before=before, after=told(mirror))
    return mirror


def check_key(pem: str) -> None:
    if pem.strip():
        try:
            load_public_key(pem)
        except BadPackage as error:
            raise BadKey(f"The key {error.message}.") from None


@transaction.atomic
def remove(mirror: Mirror, *, by: User | None) -> None:
    """What it has brought stays."""
    auditing.record("mirror.remove", mirror.name, by=by, before=told(mirror))
    mirror.delete()


def told(mirror: Mirror) -> dict[str, Any]:
    return {name: getattr(mirror, name) for name in FIELDS}
