"""Subscriptions of triggers: made with an address and the platform's word, renewed on time, ended (protocol.md 6.3)."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from endpoints import services
from endpoints.errors import said_by_plugin
from endpoints.models import Endpoint, Subscription
from endpoints.triggers import Values, answered, asked, trigger_of
from runtime import lookup, node, vault
from runtime.credentials.finding import afor_provider
from runtime.credentials.places import Credentials
from runtime.credentials.refreshing import moment
from runtime.errors import Refused, RuntimeFault
from runtime.models import Installation

log = logging.getLogger(__name__)

EARLY = timedelta(days=1)  # before it ends it is renewed, or when a fifth of its life is left, whichever comes later
TRY_AGAIN = timedelta(minutes=5)
NO_END = -1  # the SDK's `expires_at` of what does not expire
CREDENTIAL_TYPES = ("api-key", "oauth2", "unauthorized")
LAST_WORD = 20.0  # seconds that platforms have to be told that a plugin leaves


def from_thread[Answer](work: Coroutine[Any, Any, Answer]) -> Answer:
    """Asks from a thread; the call itself ends in time, the margin is for a node that ends meanwhile."""
    found = asyncio.run_coroutine_threadsafe(work, node.here().loop)
    return found.result(timeout=settings.PLUGIN_MAX_EXECUTION_TIMEOUT + 5)


# Subscriptions.


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to subscribe to. `site` is where the platform reaches this server.

    The account is one that is stored (`credential_id`), or `credentials` that belong to this subscription alone.
    """

    plugin_id: str
    name: str
    parameters: Values
    credentials: Values
    credential_type: str
    site: str = ""
    user_id: str = ""
    credential_id: str = ""


def subscribe(workspace_id: str, wanted: Wanted) -> Subscription:
    """An address, and the platform told to post to it; without the one there is not the other. Raises RuntimeFault."""
    if wanted.credential_type not in CREDENTIAL_TYPES:
        raise Refused(f"credential_type is one of {', '.join(CREDENTIAL_TYPES)}")
    provider = provider_of(workspace_id, wanted.plugin_id)
    endpoint = Endpoint.objects.create(
        workspace_id=workspace_id,
        plugin_id=wanted.plugin_id,
        name=wanted.name,
        user_id=wanted.user_id,
        kind=Endpoint.Kind.TRIGGER,
    )
    try:
        account = from_thread(account_for(workspace_id, provider, wanted))
        data = {
            "provider": provider,
            "credentials": account.values,
            "credential_type": account.type,
            "endpoint": services.public_url(endpoint.hook, wanted.site),
            "parameters": wanted.parameters,
        }
        answer = from_thread(asked(workspace_id, wanted.plugin_id, "subscribe", data=data))
    except BaseException:
        endpoint.delete()
        raise
    row = Subscription(
        endpoint=endpoint,
        workspace_id=workspace_id,
        provider=provider,
        credential_type=account.type,
        credential_id=UUID(wanted.credential_id) if wanted.credential_id else None,
    )
    return kept(row, {} if wanted.credential_id else account.values, answer.get("subscription") or {})


async def account_for(workspace_id: str, provider: str, wanted: Wanted) -> Credentials:
    """The account to subscribe with; raises NoCredentials when the chosen one is not there."""
    if not wanted.credential_id:
        return Credentials(wanted.credentials, wanted.credential_type)
    return await afor_provider(
        workspace_id,
        kind="trigger",
        provider=provider,
        plugin_id=wanted.plugin_id,
        credential_id=wanted.credential_id,
    )


def provider_of(workspace_id: str, plugin_id: str) -> str:
    """The name of the plugin's trigger provider; raises NotInstalled."""
    rows = Installation.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    name = rows.values_list("package__declaration__trigger__identity__name", flat=True).first()
    if not name:
        raise services.NotInstalled("plugin not found, or it has no trigger")
    return str(name)


@transaction.atomic
def kept(row: Subscription, credentials: Values, subscription: Values) -> Subscription:
    """The row with what the plugin now says of it, and with the time at which it is to be renewed."""
    held = {"credentials": credentials, "subscription": subscription}
    row.sealed = vault.seal_json(row.workspace_id, held, purpose=row.purpose)
    row.expires_at, row.renew_at = times(subscription.get("expires_at", NO_END), timezone.now())
    row.trouble, row.renewed_at = "", timezone.now()
    row.save()
    transaction.on_commit(lookup.changed)
    return row


def times(expires: Any, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When it ends, and when it is to be renewed: neither where it does not expire."""
    end = moment(expires)
    if end is None:
        return None, None
    return end, end - min(EARLY, max((end - now) / 5, timedelta(seconds=30)))


def refresh(row: Subscription) -> Subscription:
    """Asks the plugin to renew it now; raises RuntimeFault."""
    trigger = trigger_of(row)
    answer = from_thread(trigger.ask("refresh"))
    return kept(row, trigger.credentials, answer.get("subscription") or trigger.subscription)


def unsubscribe(row: Subscription) -> Values:
    """Tells the platform, then forgets it, also when the platform did not know it; what the plugin says of it."""
    answer = from_thread(trigger_of(row).ask("unsubscribe"))
    services.remove(row.endpoint)
    return dict(answer.get("subscription") or {})


def forget(row: Subscription) -> None:
    """Without the platform's knowledge: it goes on posting to an address that answers nobody."""
    services.remove(row.endpoint)


def subscriptions(workspace_id: str) -> QuerySet[Subscription]:
    """A workspace's subscriptions, newest first."""
    return Subscription.objects.filter(workspace_id=workspace_id).select_related("endpoint").order_by("-pk")


def options(
    workspace_id: str, plugin_id: str, *, provider: str, parameter: str, credential_id: str
) -> list[dict[str, Any]]:
    """What the plugin offers to choose from for a parameter, found with the account; raises RuntimeFault."""
    wanted = Wanted(plugin_id, "", {}, {}, "unauthorized", credential_id=credential_id)

    async def ask() -> Values:
        account = await account_for(workspace_id, provider, wanted)
        data = {
            "provider": provider,
            "provider_action": "provider",  # the SDK’s word for what makes subscriptions, beside names of events
            "parameter": parameter,
            "credentials": account.values,
            "credential_type": account.type,
        }
        return await answered(workspace_id, plugin_id, "dynamic_select/fetch_parameter_options", data=data)

    return list(from_thread(ask()).get("options") or ())


# When a plugin leaves (RUNTIME_LEAVING).


def leave(installation: Installation) -> list[str]:
    """Tells the platforms of all its subscriptions, at once and while the plugin still runs.

    What could not be told stays on the page of triggers, with the reason. Answers a sentence for each of these.
    """
    rows = list(subscriptions(installation.workspace_id).filter(endpoint__plugin_id=installation.plugin_id))
    if not rows:
        return []
    told = from_thread(last_words(rows))
    return [sentence for row, why in zip(rows, told, strict=True) if (sentence := left(row, why))]


async def last_words(rows: list[Subscription]) -> list[str]:
    return await asyncio.gather(*(last_word(row) for row in rows))


async def last_word(row: Subscription) -> str:
    """Why the platform could not be told; "" when it was."""
    try:
        trigger = await asyncio.to_thread(trigger_of, row)
        async with asyncio.timeout(LAST_WORD):
            answer = await trigger.ask("unsubscribe")
    except TimeoutError:
        return f"there was no answer within {LAST_WORD:.0f} seconds."
    except RuntimeFault as fault:
        return spoken(fault)
    said = answer.get("subscription") or {}
    return "" if said.get("success", True) else str(said.get("message") or "it was refused.")


def left(row: Subscription, why: str) -> str:
    if not why:
        services.remove(row.endpoint)
        return ""
    log.warning("%s outlives its plugin: %s", row, why)
    trouble = f"Its plugin was uninstalled, and the platform could not be told: {why}"
    Subscription.objects.filter(pk=row.pk).update(trouble=trouble)
    return f"“{row.endpoint.name}” could not be unsubscribed: {why}"


def spoken(fault: RuntimeFault) -> str:
    """What a fault says to people."""
    return said_by_plugin(fault.message)[1]


# Renewals.


def renew_due() -> None:
    """Sends a task for each that is due. Whoever sends it moves `renew_at` on, so the next round finds it only if it failed.

    What has lost its plugin waits until that is back, and then goes on.
    """
    from endpoints.tasks import send_renewal

    now = timezone.now()
    plugin = Installation.objects.filter(
        workspace_id=OuterRef("workspace_id"), plugin_id=OuterRef("endpoint__plugin_id")
    )
    for row in Subscription.objects.filter(Exists(plugin), renew_at__lte=now):
        if Subscription.objects.filter(pk=row.pk, renew_at=row.renew_at).update(renew_at=now + TRY_AGAIN):
            send_renewal(row.pk)


def renew(subscription_id: int) -> None:
    """Renews it, or writes down why not; it is tried again after a while."""
    row = Subscription.objects.select_related("endpoint").filter(pk=subscription_id).first()
    if row is None:
        return
    try:
        refresh(row)
    except RuntimeFault as fault:
        log.warning("%s could not be renewed: %s", row, fault.message)
        Subscription.objects.filter(pk=row.pk).update(trouble=spoken(fault))
