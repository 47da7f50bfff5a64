"""OAuth tokens are renewed shortly before they expire: once, however many calls want them at that moment."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from runtime.credentials.asking import ask
from runtime.credentials.storing import change, client_values, place_of, values_of
from runtime.database import in_thread
from runtime.errors import RuntimeFault
from runtime.models import Credential

log = logging.getLogger(__name__)

BEFORE = timedelta(seconds=120)  # so long before it expires a token is renewed
LEASE = timedelta(seconds=75)  # longer than a question to a plugin may take
LOOK_AGAIN = 0.1  # seconds
FAR = 32_503_680_000  # Unix seconds; the year 3000

locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
under_way: set["asyncio.Future[Credential]"] = set()


def is_due(row: Credential) -> bool:
    return (
        row.type == Credential.Type.OAUTH2 and row.expires_at is not None and row.expires_at - BEFORE < timezone.now()
    )


def moment(expires_at: Any) -> datetime | None:
    """The SDK's `expires_at` as a time: Unix seconds; -1, 0 or null mean never (dify_plugin/entities/oauth.py).

    So does a time that no calendar has, such as one in milliseconds.
    """
    known = isinstance(expires_at, int) and 0 < expires_at < FAR
    return datetime.fromtimestamp(expires_at, UTC) if known else None


async def refreshed(pk: UUID) -> Credential:
    """The row with a token that is good for a while; raises RuntimeFault when there is none to be had."""
    lock = locks.setdefault(pk, asyncio.Lock())
    async with lock:
        while True:
            row = await in_thread(reread, pk)
            if not is_due(row):
                return row
            if await in_thread(take, row):
                return await to_its_end(row)
            await asyncio.sleep(LOOK_AGAIN)


async def to_its_end(row: Credential) -> Credential:
    """Renews it, also when whoever wanted it has left: the provider may have taken the old token back already."""
    renewing = asyncio.ensure_future(renewed(row))
    under_way.add(renewing)
    renewing.add_done_callback(ended)
    return await asyncio.shield(renewing)


def ended(renewing: "asyncio.Future[Credential]") -> None:
    under_way.discard(renewing)
    if not renewing.cancelled() and (error := renewing.exception()) and not isinstance(error, RuntimeFault):
        log.error("A token could not be renewed.", exc_info=error)


def reread(pk: UUID) -> Credential:
    row = Credential.objects.filter(pk=pk).first()
    if row is None:
        raise RuntimeFault("The account was deleted a moment ago.")
    return row


def take(row: Credential) -> bool:
    """Whether this caller may renew what it has read; another process's turn ends when its lease does."""
    now = timezone.now()
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    unchanged = Credential.objects.filter(free, pk=row.pk, expires_at=row.expires_at)  # nobody has just done it
    return bool(unchanged.update(refreshing_until=now + LEASE))


@sensitive_variables("data", "answer")
async def renewed(row: Credential) -> Credential:
    """Asks the plugin. Where that fails, a token that has not expired yet is used up."""
    try:
        data = await in_thread(refresh_data, row)
        answer = await ask(place_of(row), "oauth/refresh_credentials", data=data, user="")
        return await in_thread(settled, row, answer)
    except RuntimeFault as fault:
        await in_thread(troubled, row, fault.message)
        if row.expires_at is not None and row.expires_at > timezone.now():
            return row
        raise RuntimeFault(
            f"The sign-in “{row.name}” of {row.plugin_id} has expired and could not be renewed: {fault.message} "
            "An owner or admin can sign in again on the plugin’s page, under Credentials."
        ) from None


def refresh_data(row: Credential) -> dict[str, Any]:
    return {
        "provider": row.provider,
        "redirect_uri": row.redirect_uri or "-",
        "system_credentials": client_values(place_of(row)),
        "credentials": values_of(row),
    }


def settled(row: Credential, answer: Mapping[str, Any]) -> Credential:
    """What the answer leaves out stays, such as a refresh token that is issued once."""
    given = answer.get("credentials")
    if not isinstance(given, dict) or not given:
        raise RuntimeFault("The plugin gave no new token.")
    return change(row, {**values_of(row), **given}, expires_at=moment(answer.get("expires_at")))


def troubled(row: Credential, why: str) -> None:
    Credential.objects.filter(pk=row.pk).update(trouble=why, refreshing_until=None)
