"""Trigger plugins: subscribe, renew, unsubscribe, and what platforms post to their addresses (protocol.md 6.3)."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from endpoints import services
from endpoints.errors import BadGateway
from endpoints.http import Arrived, BadAnswer, Headers, raw_answer, request_text
from endpoints.models import Endpoint, Event, Subscription
from runtime import lookup, node, vault
from runtime.answers import plugin_fault
from runtime.calling import call
from runtime.database import in_thread
from runtime.errors import Refused, RuntimeFault
from runtime.models import Installation
from runtime.wire import END, STREAM

log = logging.getLogger(__name__)

Values = dict[str, Any]
EARLY = timedelta(days=1)  # before it ends it is renewed, or when a fifth of its life is left, whichever comes later
TRY_AGAIN = timedelta(minutes=5)
NO_END = -1  # the SDK's `expires_at` of what does not expire
KEPT_EVENTS = 100
CREDENTIAL_TYPES = ("api-key", "oauth2", "unauthorized")

running: set[asyncio.Task[None]] = set()  # events that are being understood, held so that they are not collected


@dataclass(frozen=True, slots=True)
class Trigger:
    """A subscription as calls need it: what the plugin is told each time."""

    endpoint_id: str
    workspace: str
    plugin_id: str
    provider: str
    credential_type: str
    credentials: Values
    subscription: Values

    def data(self, **more: Any) -> Values:
        return {
            "provider": self.provider,
            "credentials": self.credentials,
            "credential_type": self.credential_type,
            "subscription": self.subscription,
            **more,
        }


def trigger_of(row: Subscription) -> Trigger:
    """Opens what is sealed; raises VaultFault."""
    held = vault.unseal_json(row.workspace_id, row.sealed, purpose=row.purpose)
    return Trigger(
        endpoint_id=str(row.endpoint_id),
        workspace=row.workspace_id,
        plugin_id=row.endpoint.plugin_id,
        provider=row.provider,
        credential_type=row.credential_type,
        credentials=held["credentials"],
        subscription=held["subscription"],
    )


async def asked(workspace: str, plugin_id: str, action: str, *, data: Values) -> Values:
    """The one answer to a question; raises RuntimeFault."""
    found: Values = {}
    source = call(workspace=workspace, plugin_id=plugin_id, action=f"trigger/{action}", data=data, user="")
    async with aclosing(source) as batches:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    found = orjson.loads(payload)
                elif kind != END:
                    raise plugin_fault(payload)
    return found


def from_thread(work: Coroutine[Any, Any, Values]) -> Values:
    """Asks from a thread; the call itself ends in time, the margin is for a node that ends meanwhile."""
    found = asyncio.run_coroutine_threadsafe(work, node.here().loop)
    return found.result(timeout=settings.PLUGIN_MAX_EXECUTION_TIMEOUT + 5)


# Subscriptions.


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to subscribe to. `site` is where the platform reaches this server."""

    plugin_id: str
    name: str
    parameters: Values
    credentials: Values
    credential_type: str
    site: str = ""
    user_id: str = ""


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
    data = {
        "provider": provider,
        "credentials": wanted.credentials,
        "credential_type": wanted.credential_type,
        "endpoint": services.public_url(endpoint.hook, wanted.site),
        "parameters": wanted.parameters,
    }
    try:
        answer = from_thread(asked(workspace_id, wanted.plugin_id, "subscribe", data=data))
    except BaseException:
        endpoint.delete()
        raise
    row = Subscription(
        endpoint=endpoint,
        workspace_id=workspace_id,
        provider=provider,
        credential_type=wanted.credential_type,
    )
    return kept(row, wanted.credentials, answer.get("subscription") or {})


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
    if not isinstance(expires, int) or expires <= 0:
        return None, None
    end = datetime.fromtimestamp(expires, UTC)
    return end, end - min(EARLY, max((end - now) / 5, timedelta(seconds=30)))


def refresh(row: Subscription) -> Subscription:
    """Asks the plugin to renew it now; raises RuntimeFault."""
    trigger = trigger_of(row)
    answer = from_thread(asked(row.workspace_id, trigger.plugin_id, "refresh", data=trigger.data()))
    return kept(row, trigger.credentials, answer.get("subscription") or trigger.subscription)


def unsubscribe(row: Subscription) -> Values:
    """Tells the platform, then forgets it, also when the platform did not know it; what the plugin says of it."""
    trigger = trigger_of(row)
    answer = from_thread(asked(row.workspace_id, trigger.plugin_id, "unsubscribe", data=trigger.data()))
    services.remove(row.endpoint)
    return dict(answer.get("subscription") or {})


# Renewals.


def renew_due() -> None:
    """Sends a task for each that is due. Whoever sends it moves `renew_at` on, so the next round finds it only if it failed."""
    from endpoints.tasks import send_renewal

    now = timezone.now()
    for row in Subscription.objects.filter(renew_at__lte=now):
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
        Subscription.objects.filter(pk=row.pk).update(trouble=fault.message)


# Events.


async def dispatch(trigger: Trigger, arrived: Arrived, hook: str) -> tuple[tuple[int, Headers, bytes], Values]:
    """The plugin's answer to the platform, and what it has understood; raises RuntimeFault."""
    raw = request_text(arrived, hook).hex()
    heard = await asked(trigger.workspace, trigger.plugin_id, "dispatch_event", data=trigger.data(raw_http_request=raw))
    try:
        answer = raw_answer(bytes.fromhex(str(heard.get("response", ""))))
    except (BadAnswer, ValueError) as error:
        raise BadGateway(f"The plugin's answer is not HTTP: {error}") from None
    return answer, {"raw_http_request": raw, **heard}


def understand_soon(trigger: Trigger, heard: Values) -> None:
    """After the platform has its answer, each event is asked for and written down."""
    task = asyncio.get_running_loop().create_task(understand(trigger, heard))
    running.add(task)
    task.add_done_callback(running.discard)


async def understand(trigger: Trigger, heard: Values) -> None:
    for name in heard.get("events") or ():
        event = Event(name=str(name)[:255], user_id=str(heard.get("user_id") or "")[:255])
        data = trigger.data(
            event=name,
            raw_http_request=heard["raw_http_request"],
            parameters=trigger.subscription.get("parameters") or {},
            payload=heard.get("payload") or {},
        )
        try:
            answer = await asked(trigger.workspace, trigger.plugin_id, "invoke_event", data=data)
            event.variables, event.cancelled = answer.get("variables") or {}, bool(answer.get("cancelled"))
        except (RuntimeFault, TimeoutError) as error:
            event.error = str(error) or "It took too long."
        await in_thread(write, trigger.endpoint_id, event)


def write(endpoint_id: str, event: Event) -> None:
    row = Subscription.objects.filter(endpoint_id=endpoint_id).first()
    if row is None:
        return
    event.subscription = row
    event.save()
    last = row.events.values_list("pk", flat=True)[KEPT_EVENTS : KEPT_EVENTS + 1].first()
    if last is not None:
        row.events.filter(pk__lte=last).delete()
