"""Which credentials a call is made with: the one way by which opened values leave the store.

OAuth tokens are refreshed here before they expire, by one caller at a time, whichever process it is in.
"""

import asyncio
from typing import Any
from uuid import UUID

from django.db.models import Q

from runtime import node
from runtime.credentials import warm
from runtime.credentials.places import Credentials, Place, wanted_by
from runtime.credentials.refreshing import is_due, refreshed
from runtime.credentials.storing import values_of
from runtime.database import in_thread
from runtime.errors import RuntimeFault
from runtime.installations import as_uuid
from runtime.models import Credential, Installation


class NoCredentials(RuntimeFault):
    """The workspace has stored none for this provider; the message says where to add them."""

    error_type = "PluginDaemonBadRequestError"
    code = -400
    status = 400


NONE = Credentials({}, "unauthorized")


async def afor_provider(
    workspace_id: str,
    *,
    kind: str,
    provider: str,
    plugin_id: str,
    model: str = "",
    model_type: str = "",
    credential_id: str | None = None,
) -> Credentials:
    """The chosen credentials, else the model's own, else the provider's default; empty ones where none are wanted.

    Raises NoCredentials, VaultFault, or RuntimeFault when an expired token cannot be refreshed.
    """
    place = Place(workspace_id, plugin_id, kind, provider, model, model_type)
    key = (place, credential_id)
    if (found := warm.get(key)) is not None:
        return found
    row = await in_thread(picked, place, credential_id)
    if row is None:
        return warm.put(key, NONE)
    if is_due(row):
        row = await refreshed(row.pk)
    return warm.put(key, await in_thread(opened, row))


def for_provider(workspace_id: str, **wanted: Any) -> Credentials:
    """The same from a thread; it takes what `afor_provider` takes."""
    found = afor_provider(workspace_id, **wanted)
    return asyncio.run_coroutine_threadsafe(found, node.here().loop).result()


def opened(row: Credential) -> Credentials:
    return Credentials(values_of(row), row.type)


def picked(place: Place, credential_id: str | None) -> Credential | None:
    """The row to use, None where the provider wants nothing; raises NoCredentials."""
    rows = Credential.objects.filter(
        Q(model="") | Q(model=place.model),
        workspace_id=place.workspace_id,
        plugin_id=place.plugin_id,
        kind=place.kind,
        provider=place.provider,
    )
    if place.model_type:
        rows = rows.filter(model_type__in=("", place.model_type))
    if credential_id:
        return chosen(rows.filter(pk=as_uuid(credential_id) or UUID(int=0)).first(), place)
    # Names that sort last are the model's own: they come before the provider's.
    found = rows.order_by("-model", "-is_default", "created_at").first()
    if found is None and is_required(place):
        raise NoCredentials(
            f"{place.plugin_id} needs an account, and this workspace has stored none. "
            "An owner or admin can add one on the plugin’s page, under Credentials."
        )
    return found


def chosen(row: Credential | None, place: Place) -> Credential:
    if row is None:
        raise NoCredentials(f"The account that was chosen for {place.plugin_id} is not there any more. Choose another.")
    return row


def is_required(place: Place) -> bool:
    """Whether the installed version of the plugin asks for an account."""
    rows = Installation.objects.select_related("package")
    row = rows.filter(workspace_id=place.workspace_id, plugin_id=place.plugin_id).first()
    found = wanted_by(row.package.declaration, place.kind, place.provider) if row else None
    return found is not None and found.required
