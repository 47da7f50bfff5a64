"""Questions to plugins about accounts: one object comes back, or the plugin's own sentence that says why not."""

import asyncio
from contextlib import aclosing
from typing import Any

import orjson
from django.views.decorators.debug import sensitive_variables

from runtime import calling
from runtime.answers import plugin_fault
from runtime.credentials.places import Place
from runtime.errors import PluginError, RuntimeFault
from runtime.wire import ERROR, GONE, STREAM

PATIENCE = 60.0  # seconds for one question
CHECKS = {
    "tool": "tool/validate_credentials",
    "datasource": "datasource/validate_credentials",
    "trigger": "trigger/validate_credentials",
    "model": "model/validate_provider_credentials",
}


class NotAccepted(RuntimeFault):
    """The plugin does not take these credentials: nothing was stored."""

    status = 422


@sensitive_variables("data")
async def ask(place: Place, action: str, *, data: dict[str, Any], user: str) -> dict[str, Any]:
    """The first object that the plugin answers; raises RuntimeFault with a sentence for people."""
    found: dict[str, Any] | None = None
    call = calling.call(
        workspace=place.workspace_id, plugin_id=place.plugin_id, action=action, data=data, user=user or "patchbay"
    )
    try:
        async with asyncio.timeout(PATIENCE), aclosing(call) as batches:
            async for frames in batches:
                for kind, payload in frames:
                    if kind in (ERROR, GONE):
                        raise spoken(payload)
                    if kind == STREAM and found is None:
                        found = orjson.loads(payload)
    except TimeoutError:
        raise RuntimeFault(f"The plugin has not answered within {PATIENCE:.0f} seconds.") from None
    if not isinstance(found, dict):
        raise RuntimeFault("The plugin ended without an answer.")
    return found


def spoken(payload: bytes) -> RuntimeFault:
    """The fault behind an error frame, with what the plugin said as its message."""
    said = orjson.loads(payload)
    details = said.get("args") or {}
    if details.get("link_fault"):
        return plugin_fault(payload)
    sentence = str(details.get("description") or said.get("message") or "It failed without saying why.")
    return PluginError(sentence)


@sensitive_variables("values", "data")
async def checked(place: Place, values: dict[str, Any], *, user: str) -> dict[str, Any]:
    """The values as the plugin accepts them; models' plugins may mend them. Raises NotAccepted, or RuntimeFault."""
    action = "model/validate_model_credentials" if place.model else CHECKS[place.kind]
    data: dict[str, Any] = {"provider": place.provider, "credentials": values, "credential_type": "api-key"}
    if place.model:
        data |= {"model": place.model, "model_type": place.model_type}
    try:
        answer = await ask(place, action, data=data, user=user)
    except PluginError as fault:
        raise NotAccepted(fault.message) from None
    if not answer.get("result"):
        raise NotAccepted("The plugin does not accept them, and does not say why.")
    mended = answer.get("credentials")
    return {**values, **mended} if isinstance(mended, dict) else values
