"""What a plugin declares of the accounts that it wants: one row for each of its providers (protocol.md 1.7)."""

from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
KINDS = ("tool", "model", "datasource", "trigger")


@dataclass(frozen=True, slots=True)
class Place:
    """Where credentials belong. `model` and `model_type` are empty unless they are for that one model alone."""

    workspace_id: str
    plugin_id: str
    kind: str
    provider: str
    model: str = ""
    model_type: str = ""

    def fields(self) -> dict[str, str]:
        """As a filter of rows."""
        return {
            "workspace_id": self.workspace_id,
            "plugin_id": self.plugin_id,
            "kind": self.kind,
            "provider": self.provider,
            "model": self.model,
            "model_type": self.model_type,
        }


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a plugin is given: `type` is api-key, oauth2, or unauthorized where it wants none."""

    values: dict[str, Any]
    type: str

    def __repr__(self) -> str:
        return f"Credentials(type={self.type!r})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A provider's wishes. `client` and `granted` are of OAuth; `model` is for models that the user names."""

    kind: str
    provider: str
    label: Any
    schema: list[Schema] = field(default_factory=list)
    client: list[Schema] = field(default_factory=list)
    granted: list[Schema] = field(default_factory=list)
    model: list[Schema] = field(default_factory=list)
    model_types: tuple[str, ...] = ()
    help: dict[str, Any] = field(default_factory=dict)

    @property
    def oauth(self) -> bool:
        return bool(self.client or self.granted)

    @property
    def any(self) -> bool:
        return bool(self.schema or self.oauth or self.model)

    @property
    def required(self) -> bool:
        """Whether nothing works without an account."""
        return any(one.get("required") and not one.get("show_on") for one in self.schema) or (
            self.oauth and not self.schema
        )


def wanted(declaration: dict[str, Any]) -> list[Wanted]:
    """Every provider of a declaration that takes accounts, also those that want none."""
    makers = {"tool": of_identified, "model": of_models, "datasource": of_identified, "trigger": of_trigger}
    return [makers[kind](kind, declaration[kind]) for kind in KINDS if declaration.get(kind)]


def wanted_by(declaration: dict[str, Any], kind: str, provider: str) -> Wanted | None:
    return next((one for one in wanted(declaration) if (one.kind, one.provider) == (kind, provider)), None)


def of_identified(kind: str, provider: Schema) -> Wanted:
    identity = provider["identity"]
    return with_oauth(kind, identity, provider)


def of_trigger(kind: str, provider: Schema) -> Wanted:
    """A trigger's accounts are those of whatever makes its subscriptions."""
    return with_oauth(kind, provider["identity"], provider.get("subscription_constructor") or {})


def with_oauth(kind: str, identity: Schema, source: Schema) -> Wanted:
    oauth = source.get("oauth_schema") or {}
    return Wanted(
        kind=kind,
        provider=str(identity["name"]),
        label=identity.get("label"),
        schema=listed(source.get("credentials_schema")),
        client=listed(oauth.get("client_schema")),
        granted=listed(oauth.get("credentials_schema")),
    )


def of_models(kind: str, provider: Schema) -> Wanted:
    methods = provider.get("configurate_methods") or ()
    forms = {
        name: listed((provider.get(name) or {}).get("credential_form_schemas"))
        for name in ("provider_credential_schema", "model_credential_schema")
    }
    return Wanted(
        kind=kind,
        provider=str(provider["provider"]),
        label=provider.get("label"),
        schema=forms["provider_credential_schema"],
        model=forms["model_credential_schema"] if "customizable-model" in methods else [],
        model_types=tuple(provider.get("supported_model_types") or ()),
        help=provider.get("help") or {},
    )


def listed(schema: Any) -> list[Schema]:
    """A schema as a list; older manifests write it as a mapping by name."""
    if isinstance(schema, dict):
        return [{**one, "name": name} for name, one in schema.items()]
    return list(schema or ())


def name_of(schema: Schema) -> str:
    return str(schema.get("name") or schema.get("variable") or "")


def secrets_of(schema: list[Schema]) -> set[str]:
    return {name_of(one) for one in schema if one.get("type") == "secret-input"}
