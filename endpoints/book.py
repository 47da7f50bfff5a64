"""Hook → everything that a call needs, kept in this process: no SQL and no decryption while it is warm.

Forgotten together with what runtime.lookup knows, whenever an endpoint or an installation changes anywhere.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from endpoints import options, rules, services
from endpoints.gates import Gate, gate
from endpoints.limits import limits
from endpoints.models import Endpoint, Subscription
from endpoints.rules import Network, Rules
from endpoints.triggers import Trigger, trigger_of
from runtime import agreeing, lookup
from runtime.database import in_thread
from runtime.models import Installation

MOST_UNKNOWN = 4096  # ids that are known to be nobody's
LONGEST = 64  # characters; whoever asks for longer ids wants to fill the memory


@dataclass(slots=True)
class Open:
    """An endpoint that answers. `plugin` is a unique identifier; `until` is when a replaced address ends, in Unix seconds."""

    id: str
    workspace: str
    plugin: str
    permission: dict[str, Any]
    settings: dict[str, Any]
    rules: Rules
    gate: Gate
    networks: list[Network] = field(default_factory=list)
    secret: bytes = b""
    secrets: tuple[str, ...] = ()
    until: float = 0.0
    trigger: Trigger | None = None
    patient: bool = False  # somebody goes through its calls step by step

    def until_first_byte(self, began: float) -> float:
        """Until when a request that began then waits for the first byte of its answer, in Unix seconds."""
        return lookup.FOR_EVER if self.patient else began + limits().first_byte

    def seconds(self) -> int | None:
        """How long a call may take; None without a limit."""
        return None if self.patient else limits().total

    def deadline(self) -> float:
        """Until when a call that begins now may take."""
        return lookup.FOR_EVER if self.patient else time.time() + limits().total


warm: dict[str, Open] = {}
unknown: set[str] = set()
turn = 0  # counts how often all was forgotten: what was read before is not kept after


def forget() -> None:
    global turn  # noqa: PLW0603 - one book for each process
    turn += 1
    warm.clear()
    unknown.clear()


lookup.also_forgotten.append(forget)


async def find(hook: str) -> Open | None:
    """The endpoint of an id. None for ids that are unknown, switched off, replaced, or without a plugin: alike in time too."""
    found = warm.get(hook)
    if found is None and hook not in unknown and len(hook) <= LONGEST:
        before = turn
        found = await in_thread(looked_up, hook)
        if before == turn:
            keep(hook, found)
    return None if found is None or 0 < found.until < time.time() else found


def keep(hook: str, found: Open | None) -> None:
    if found is not None:
        warm[hook] = found
        return
    if len(unknown) >= MOST_UNKNOWN:
        unknown.clear()
    unknown.add(hook)


def looked_up(hook: str) -> Open | None:
    row = answering(hook)
    return None if row is None else opened(row, hook)


def answering(hook: str) -> Endpoint | None:
    """The row that is switched on and has this id, or had it until a while ago."""
    former = Q(previous_hook=hook, previous_until__gt=timezone.now())
    return Endpoint.objects.filter(Q(hook=hook) | former, enabled=True).first()


def opened(row: Endpoint, hook: str) -> Open | None:
    """The row with its plugin, settings in clear; None where the plugin is gone or may have no endpoints any more."""
    rows = Installation.objects.select_related("package")
    installed = rows.filter(workspace_id=row.workspace_id, plugin_id=row.plugin_id).first()
    if installed is None:
        return None
    declaration = installed.package.declaration
    found = lookup.described(agreeing.process_for(installed), declaration, patient=installed.patient)
    if row.kind == Endpoint.Kind.TRIGGER:
        return subscribed(row, hook, found)
    if not services.has_endpoints(declaration):
        return None
    schemas = options.schema_of(declaration)
    settings = options.completed(schemas, services.opened_settings(row))
    secret = services.signing_secret(row)
    named = options.hidden_names(schemas, settings)
    asked = rules.rules(row.rules)
    return Open(
        id=str(row.pk),
        workspace=row.workspace_id,
        plugin=found.plugin,
        permission=found.permission,
        settings=settings,
        rules=asked,
        gate=gate(str(row.pk)),
        networks=asked.networks(),
        secret=secret,
        secrets=tuple(str(settings[name]) for name in named if settings.get(name))
        + ((secret.decode(),) if secret else ()),
        until=ends(row, hook),
        patient=found.patient,
    )


def ends(row: Endpoint, hook: str) -> float:
    return row.previous_until.timestamp() if row.previous_until and hook != row.hook else 0.0


def subscribed(row: Endpoint, hook: str, found: lookup.Installed) -> Open | None:
    """The address of a trigger, which needs no permission for endpoints; None while it is being subscribed."""
    subscription = Subscription.objects.select_related("endpoint").filter(endpoint=row).first()
    if subscription is None:
        return None
    asked = rules.rules(row.rules)
    return Open(
        id=str(row.pk),
        workspace=row.workspace_id,
        plugin=found.plugin,
        permission=found.permission,
        settings={},
        rules=asked,
        gate=gate(str(row.pk)),
        networks=asked.networks(),
        secret=services.signing_secret(row),
        until=ends(row, hook),
        trigger=trigger_of(subscription),
        patient=found.patient,
    )
