"""Trigger plugins: what platforms post to their addresses, and the events that plugins understand in it (protocol.md 6.3)."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from endpoints.errors import BadGateway, plainly
from endpoints.http import Arrived, BadAnswer, Headers, raw_answer, request_text
from endpoints.models import Event, Subscription
from runtime import vault
from runtime.answers import plugin_fault
from runtime.calling import call
from runtime.credentials.finding import NONE, NoCredentials, afor_provider
from runtime.credentials.places import Credentials
from runtime.database import in_thread
from runtime.errors import Busy, RuntimeFault
from runtime.wire import END, STREAM

log = logging.getLogger(__name__)

Values = dict[str, Any]
KEPT_EVENTS = 100
MOST_EVENTS = KEPT_EVENTS  # that one request may be; each is a call of the plugin, and more would not be kept
MOST_RUNNING = 500  # requests whose events are still being understood: whoever sends more is told to come back

running: set[asyncio.Task[None]] = set()  # events that are being understood, held so that they are not collected


@dataclass(frozen=True, slots=True)
class Trigger:
    """A subscription as calls need it. With `credential_id` its account is one that is stored, and refreshed, elsewhere."""

    endpoint_id: str
    workspace: str
    plugin_id: str
    provider: str
    credential_type: str
    credentials: Values
    subscription: Values
    credential_id: str = ""

    async def account(self) -> Credentials:
        """Raises NoCredentials when it was chosen and is not there any more."""
        if not self.credential_id:
            return Credentials(self.credentials, self.credential_type)
        return await afor_provider(
            self.workspace,
            kind="trigger",
            provider=self.provider,
            plugin_id=self.plugin_id,
            credential_id=self.credential_id,
        )

    def data(self, account: Credentials, **more: Any) -> Values:
        """What the plugin is told each time."""
        return {
            "provider": self.provider,
            "credentials": account.values,
            "credential_type": account.type,
            "subscription": self.subscription,
            **more,
        }

    async def ask(self, action: str, **more: Any) -> Values:
        return await asked(self.workspace, self.plugin_id, action, data=self.data(await self.account(), **more))

    async def ask_with_any(self, action: str, **more: Any) -> Values:
        """What a platform tells is heard also when the account has been deleted: most plugins read it without."""
        try:
            account = await self.account()
        except NoCredentials:
            account = NONE
        return await asked(self.workspace, self.plugin_id, action, data=self.data(account, **more))


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
        credential_id=str(row.credential_id or ""),
    )


async def asked(workspace: str, plugin_id: str, action: str, *, data: Values) -> Values:
    return await answered(workspace, plugin_id, f"trigger/{action}", data=data)


async def answered(workspace: str, plugin_id: str, action: str, *, data: Values) -> Values:
    """The one answer to a question; raises RuntimeFault."""
    found: Any = {}
    source = call(workspace=workspace, plugin_id=plugin_id, action=action, data=data, user="")
    async with aclosing(source) as batches:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    found = orjson.loads(payload)
                elif kind != END:
                    raise plugin_fault(payload)
    if not isinstance(found, dict):
        raise BadGateway("The plugin's answer is no object.")
    return found


# Events.


async def dispatch(trigger: Trigger, arrived: Arrived, hook: str) -> tuple[tuple[int, Headers, bytes], Values]:
    """The plugin's answer to the platform, and what it has understood; raises RuntimeFault."""
    if len(running) >= MOST_RUNNING:
        raise Busy("The events of earlier requests are still being understood. Send this one again in a while.")
    raw = request_text(arrived, hook).hex()
    heard = await trigger.ask_with_any("dispatch_event", raw_http_request=raw)
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
    for name in names_of(heard.get("events")):
        event = Event(name=str(name)[:255], user_id=str(heard.get("user_id") or "")[:255])
        try:
            answer = await trigger.ask_with_any(
                "invoke_event",
                event=name,
                raw_http_request=heard["raw_http_request"],
                parameters=trigger.subscription.get("parameters") or {},
                payload=heard.get("payload") or {},
            )
            event.variables, event.cancelled = answer.get("variables") or {}, bool(answer.get("cancelled"))
        except (RuntimeFault, TimeoutError) as error:
            event.error = plainly(str(error)) or "It took too long."
        await in_thread(write, trigger.endpoint_id, event)


def names_of(events: Any) -> list[Any]:
    """As many of them as are asked for."""
    if not isinstance(events, list):
        return []
    if len(events) > MOST_EVENTS:
        log.warning("A trigger has heard %d events in one request; %d of them are asked for", len(events), MOST_EVENTS)
    return events[:MOST_EVENTS]


def write(endpoint_id: str, event: Event) -> None:
    row = Subscription.objects.filter(endpoint_id=endpoint_id).first()
    if row is None:
        return
    event.subscription = row
    event.save()
    last = row.events.values_list("pk", flat=True)[KEPT_EVENTS : KEPT_EVENTS + 1].first()
    if last is not None:
        row.events.filter(pk__lte=last).delete()
