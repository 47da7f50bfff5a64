"""Sessions that validate credentials which nobody has: made up from what the declaration asks for."""

from collections.abc import Iterator
from typing import Any

from marketplace.difypkg import Package
from runtime.session import Session

_ADDRESS = "https://rehearsal.invalid"


def validations(package: Package) -> Iterator[Session]:
    declaration = package.declaration()
    for kind in ("tool", "datasource", "trigger"):
        if provider := declaration.get(kind):
            asked = provider.get("credentials_schema") or (provider.get("subscription_constructor") or {}).get(
                "credentials_schema"
            )
            if asked:
                data = {"provider": provider["identity"]["name"], "credentials": invented(asked)}
                yield _session(package, kind, action=f"validate_{kind}_credentials", data=data)
    if model := declaration.get("model"):
        asked = (model.get("provider_credential_schema") or {}).get("credential_form_schemas") or []
        if asked:
            data = {"provider": model["provider"], "credentials": invented(asked)}
            yield _session(package, "model", action="validate_provider_credentials", data=data)


def _session(package: Package, kind: str, *, action: str, data: dict[str, Any]) -> Session:
    return Session(
        workspace="rehearsal", plugin=package.unique_identifier, type=kind, action=action, data=data, user="rehearsal"
    )


def invented(asked: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(one.get("name") or one.get("variable")): _value(one) for one in asked}


def _value(one: dict[str, Any]) -> Any:
    name = str(one.get("name") or one.get("variable")).lower()
    options = one.get("options") or []
    if one.get("default") not in (None, ""):
        return one["default"]
    if options:
        return options[0].get("value")
    if one.get("type") in ("boolean", "switch"):
        return True
    return (
        _ADDRESS if any(part in name for part in ("url", "endpoint", "host", "base", "server")) else f"rehearsal-{name}"
    )
