"""Credentials in the database: sealed for their plugin, several a provider, one of them the default."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from runtime import vault
from runtime.credentials import warm
from runtime.credentials.places import Place, Schema, name_of, secrets_of
from runtime.errors import BadRequest
from runtime.models import Credential, Installation, OAuthClient, OAuthFlow

KEPT_AFTER_UNINSTALL = timedelta(days=30)
FLOW_LASTS = timedelta(minutes=30)
FIRST_NAMES = {Credential.Type.API_KEY: "Account", Credential.Type.OAUTH2: "Signed in"}


def purpose(row: Credential) -> str:
    """Bound to the plugin: the database's owner cannot hand a sealed account to another one."""
    return f"credential {row.plugin_id} {row.kind} {row.provider} {row.pk}"


def client_purpose(row: OAuthClient) -> str:
    return f"oauth client {row.plugin_id} {row.kind} {row.provider}"


vault.columns += [
    vault.Column(Credential, "sealed", purpose),
    vault.Column(OAuthClient, "sealed", client_purpose),
]


# Reading.


def stored(workspace_id: str, **fields: Any) -> QuerySet[Credential]:
    return Credential.objects.filter(workspace_id=workspace_id, **fields)


def place_of(row: Credential) -> Place:
    return Place(row.workspace_id, row.plugin_id, row.kind, row.provider, row.model, row.model_type)


def values_of(row: Credential) -> dict[str, Any]:
    """The opened values; raises VaultFault."""
    found: dict[str, Any] = vault.unseal_json(row.workspace_id, row.sealed, purpose=purpose(row))
    return found


@sensitive_variables("values")
def masked(row: Credential, schema: list[Schema]) -> dict[str, Any]:
    """What a form shows: secrets by their ends, of values that the schema does not know nothing at all."""
    values, hidden = values_of(row), secrets_of(schema)
    names = [name_of(one) for one in schema if name_of(one) in values]
    return {name: vault.mask(str(values[name])) if name in hidden else values[name] for name in names}


@sensitive_variables("given", "old", "merged")
def merged(schema: list[Schema], given: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """New values: a secret that was left empty, or is what the mask shows, stays what it was."""
    merged = dict(given)
    for name in secrets_of(schema):
        if name in old and given.get(name) in (None, "", vault.mask(str(old[name]))):
            merged[name] = old[name]
    return merged


# Writing.


@sensitive_variables("values")
@transaction.atomic
def keep(
    place: Place,
    values: dict[str, Any],
    *,
    name: str = "",
    type: str = Credential.Type.API_KEY,
    redirect_uri: str = "",
    expires_at: datetime | None = None,
) -> Credential:
    """A new credential, the default where it is the first; BadRequest when the name is taken."""
    others = Credential.objects.filter(**place.fields())
    row = Credential(
        **place.fields(),
        name=name.strip() or free_name(others, type),
        type=type,
        is_default=not others.filter(is_default=True).exists(),
        redirect_uri=redirect_uri,
        expires_at=expires_at,
    )
    if others.filter(name=row.name).exists():
        raise BadRequest(f"There is one called “{row.name}” already. Give this one another name.")
    row.sealed = vault.seal_json(row.workspace_id, values, purpose=purpose(row))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise BadRequest("Somebody added one at the same moment. Try again.") from None
    transaction.on_commit(warm.forget)
    return row


def free_name(others: QuerySet[Credential], type: str) -> str:
    taken, first = set(others.values_list("name", flat=True)), FIRST_NAMES[Credential.Type(type)]
    return next(name for name in (first, *(f"{first} {n}" for n in range(2, 10_000))) if name not in taken)


@sensitive_variables("values")
def change(
    row: Credential, values: dict[str, Any], *, name: str = "", expires_at: datetime | None = None
) -> Credential:
    """Other values, and another name where one is given; BadRequest when it is taken."""
    row.name = name.strip() or row.name
    row.sealed = vault.seal_json(row.workspace_id, values, purpose=purpose(row))
    row.expires_at, row.trouble, row.refreshing_until = expires_at, "", None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BadRequest(f"There is one called “{row.name}” already. Give this one another name.") from None
    warm.forget()
    return row


@transaction.atomic
def make_default(row: Credential) -> None:
    others = Credential.objects.select_for_update().filter(**place_of(row).fields())
    others.filter(is_default=True).update(is_default=False)
    others.filter(pk=row.pk).update(is_default=True)
    transaction.on_commit(warm.forget)


@transaction.atomic
def remove(row: Credential) -> None:
    """The oldest of the others takes its place as the default."""
    place = place_of(row)
    row.delete()
    others = Credential.objects.filter(**place.fields())
    if not others.filter(is_default=True).exists() and (oldest := others.order_by("created_at").first()):
        Credential.objects.filter(pk=oldest.pk).update(is_default=True)
    transaction.on_commit(warm.forget)


# OAuth clients.


def client_of(place: Place) -> OAuthClient | None:
    return OAuthClient.objects.filter(**of_provider(place)).first()


def of_provider(place: Place) -> dict[str, Any]:
    return {name: value for name, value in place.fields().items() if name not in ("model", "model_type")}


def client_values(place: Place) -> dict[str, Any]:
    """The client's settings, {} where there are none."""
    row = client_of(place)
    found: dict[str, Any] = vault.unseal_json(row.workspace_id, row.sealed, purpose=client_purpose(row)) if row else {}
    return found


@sensitive_variables("values")
def keep_client(place: Place, values: dict[str, Any]) -> OAuthClient:
    row = OAuthClient(**of_provider(place))
    sealed = vault.seal_json(place.workspace_id, values, purpose=client_purpose(row))
    kept, _ = OAuthClient.objects.update_or_create(defaults={"sealed": sealed}, **of_provider(place))
    return kept


# Aftercare.


def sweep(workspace_id: str = "") -> int:
    """Deletes credentials whose plugin has been gone for 30 days, and sign-ins that never came back; how many.

    Of one workspace, or of all.

    The days are counted from when a sweep first finds the plugin gone; one that is installed again keeps its accounts.
    """
    now = timezone.now()
    within = {"workspace_id": workspace_id} if workspace_id else {}
    kept = Credential.objects.filter(**within)
    here = set(Installation.objects.filter(**within).values_list("workspace_id", "plugin_id"))
    pairs = set(kept.order_by().values_list("workspace_id", "plugin_id").distinct())
    for pair in pairs:
        rows = kept.filter(workspace_id=pair[0], plugin_id=pair[1])
        if pair in here:
            rows.exclude(orphaned_at=None).update(orphaned_at=None)
        else:
            rows.filter(orphaned_at=None).update(orphaned_at=now)
    OAuthFlow.objects.filter(created_at__lt=now - FLOW_LASTS).delete()
    gone, _ = kept.filter(orphaned_at__lt=now - KEPT_AFTER_UNINSTALL).delete()
    return gone
