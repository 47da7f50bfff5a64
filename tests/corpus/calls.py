"""The one call that a plugin is asked, chosen from what it declares."""

from dataclasses import dataclass, field
from typing import Any

from tests.corpus import dummies
from tests.corpus.dummies import NOWHERE, Schema

PARTS = ("tool", "model", "agent_strategy", "datasource", "trigger", "endpoint")


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is below `dispatch/`; empty when there is nothing that can be asked this way."""

    path: str
    data: dict[str, Any] = field(default_factory=dict)
    what: str = ""


def choose(declaration: Schema) -> Call:
    """The first part that the plugin declares decides."""
    for part in PARTS:
        if declaration.get(part):
            return CHOICES[part](declaration[part])
    raise ValueError("the plugin declares nothing")


def tool(provider: Schema) -> Call:
    """The tool that asks least of us: files first of all, then anything."""
    chosen = min(provider["tools"], key=effort)
    name = chosen["identity"]["name"]
    data = {
        "provider": provider["identity"]["name"],
        "tool": name,
        "tool_parameters": dummies.parameters(chosen.get("parameters")),
        "credentials": dummies.credentials(provider.get("credentials_schema")),
    }
    return Call("tool/invoke", data, name)


def effort(one: Schema) -> tuple[int, int]:
    required = [parameter for parameter in one.get("parameters") or () if parameter.get("required")]
    return sum(parameter["type"] in ("file", "files") for parameter in required), len(required)


def model(provider: Schema) -> Call:
    """Its credentials, those of the provider if it has some, else those of a model that the user names."""
    data = {"provider": provider["provider"]}
    if schema := provider.get("provider_credential_schema"):
        form = dummies.credentials(schema["credential_form_schemas"])
        return Call("model/validate_provider_credentials", data | {"credentials": form})
    schema = provider.get("model_credential_schema") or {"credential_form_schemas": []}
    kind = provider["supported_model_types"][0]
    form = dummies.credentials([*schema["credential_form_schemas"], {"variable": "__model_type", "type": kind}])
    return Call("model/validate_model_credentials", data | {"model": "none", "model_type": kind, "credentials": form})


def agent_strategy(provider: Schema) -> Call:
    chosen = provider["strategies"][0]
    data = {
        "agent_strategy_provider": provider["identity"]["name"],
        "agent_strategy": chosen["identity"]["name"],
        "agent_strategy_params": dummies.parameters(chosen.get("parameters")),
    }
    return Call("agent_strategy/invoke", data, chosen["identity"]["name"])


def datasource(provider: Schema) -> Call:
    form = dummies.credentials(provider.get("credentials_schema"))
    return Call("datasource/validate_credentials", {"provider": provider["identity"]["name"], "credentials": form})


def trigger(provider: Schema) -> Call:
    """Its credentials, or, where it has none, a webhook that no vendor sent."""
    name = provider["identity"]["name"]
    constructor = provider.get("subscription_constructor") or {}
    if schema := constructor.get("credentials_schema"):
        data = {"provider": name, "credentials": dummies.credentials(schema), "credential_type": "api-key"}
        return Call("trigger/validate_credentials", data)
    subscription = {
        "expires_at": 4_000_000_000,
        "endpoint": f"{NOWHERE}/e/none",
        "parameters": {},
        "properties": dummies.credentials(provider.get("subscription_schema")),
    }
    data = {"provider": name, "subscription": subscription, "raw_http_request": WEBHOOK.hex(), "credentials": {}}
    return Call("trigger/dispatch_event", data)


WEBHOOK = (
    b"POST /e/none HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    b'{"type":"none"}'
)


def endpoint(provider: Schema) -> Call:
    """Endpoints have a door of their own; dispatch has no route to them."""
    return Call("")


CHOICES = {
    "tool": tool,
    "model": model,
    "agent_strategy": agent_strategy,
    "datasource": datasource,
    "trigger": trigger,
    "endpoint": endpoint,
}
