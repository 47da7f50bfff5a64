"""Keys of workspaces by which developers' machines connect: issued, shown once more, rotated, revoked, expiring."""

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from debugging.errors import Refused
from debugging.models import DebugKey
from runtime import vault

PURPOSE = "debugging key"
LIFETIME = timedelta(hours=2)  # of a key that is asked for by the API, as the daemon's (protocol.md 4.1)
USED_EVERY = timedelta(minutes=1)  # how exactly the last use is kept

vault.columns.append(vault.Column(DebugKey, "sealed", lambda _: PURPOSE))


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def good_keys() -> Q:
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def current(workspace_id: str) -> DebugKey | None:
    return DebugKey.objects.filter(good_keys(), workspace_id=workspace_id).order_by("-made_at").first()


def text_of(row: DebugKey) -> str:
    """The key itself."""
    return vault.unseal(row.workspace_id, row.sealed, purpose=PURPOSE).decode()


@transaction.atomic
def fetch(workspace_id: str, *, lifetime: timedelta | None = LIFETIME, made_by: str = "") -> DebugKey:
    """The workspace's key, made when there is none; one that expires is good for `lifetime` from now."""
    row = current(workspace_id) or issue(workspace_id, made_by=made_by)
    if lifetime is not None and (made_by == "" or row.expires_at is not None):
        row.expires_at = timezone.now() + lifetime
        row.save(update_fields=["expires_at"])
    return row


def issue(workspace_id: str, *, made_by: str = "", lifetime: timedelta | None = None) -> DebugKey:
    key = str(uuid4())
    return DebugKey.objects.create(
        workspace_id=workspace_id,
        digest=digest(key),
        sealed=vault.seal(workspace_id, key.encode(), purpose=PURPOSE),
        made_by=made_by,
        expires_at=timezone.now() + lifetime if lifetime else None,
    )


@transaction.atomic
def rotate(workspace_id: str, *, made_by: str, lifetime: timedelta | None) -> DebugKey:
    """A new key in place of all older ones; machines that are connected stay so."""
    revoke(workspace_id)
    return issue(workspace_id, made_by=made_by, lifetime=lifetime)


def revoke(workspace_id: str) -> int:
    """No key of the workspace lets anybody in any more. Answers how many those were."""
    return DebugKey.objects.filter(good_keys(), workspace_id=workspace_id).update(revoked_at=timezone.now())


def admitted(key: str) -> DebugKey:
    """The row of a key that somebody shows; raises Refused in the daemon's words, whatever is wrong with it."""
    row = DebugKey.objects.filter(good_keys(), digest=digest(key)).first()
    if row is None:
        raise Refused("handshake failed, invalid key")
    now = timezone.now()
    if row.used_at is None or now - row.used_at > USED_EVERY:
        DebugKey.objects.filter(pk=row.pk).update(used_at=now)
    return row
