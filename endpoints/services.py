"""Endpoints set up, changed, switched and removed. Each tells all processes to look again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings as configured
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from endpoints import options
from endpoints.models import Endpoint, new_hook
from endpoints.rules import Rules, checked
from runtime import lookup, vault
from runtime.errors import NotFound, NotPermitted, PluginNotFound, Refused, RuntimeFault
from runtime.models import Installation

Values = dict[str, Any]
HOME = ("localhost", "127.", "[::1]", "0.0.0.0")  # noqa: S104 - hosts that nobody outside reaches
GRACE = timedelta(hours=24)  # how long the old address answers after a rotation, unless said otherwise


class NotInstalled(PluginNotFound):
    """Management answers with HTTP 200 (protocol.md 8.1)."""

    status = 200


def endpoints(workspace_id: str, plugin_id: str = "") -> QuerySet[Endpoint]:
    """A workspace's endpoints, newest first; all or those of a plugin. Addresses of triggers are not among them."""
    rows = Endpoint.objects.filter(workspace_id=workspace_id, kind=Endpoint.Kind.ROUTES)
    return rows.filter(plugin_id=plugin_id) if plugin_id else rows


def find(workspace_id: str, endpoint_id: str | UUID) -> Endpoint | None:
    """An endpoint of this workspace, whatever text its id is."""
    try:
        key = UUID(str(endpoint_id))
    except ValueError:
        return None
    return endpoints(workspace_id).filter(pk=key).first()


def found(workspace_id: str, endpoint_id: str | UUID) -> Endpoint:
    row = find(workspace_id, endpoint_id)
    if row is None:
        raise NotFound("endpoint not found")
    return row


def public_url(hook: str, site: str = "") -> str:
    """The address to give away; without ENDPOINT_URL_TEMPLATE it is on the site that the page was asked from."""
    template = configured.ENDPOINT_URL_TEMPLATE or f"{site.rstrip('/')}/e/{{hook_id}}"
    return str(template).replace("{hook_id}", hook)


def is_near(url: str) -> bool:
    """Whether only this machine reaches the address."""
    return url.partition("://")[2].startswith(HOME)


def declaration(workspace_id: str, plugin_id: str) -> dict[str, Any]:
    """The declaration of the installed version; an empty one where the plugin is not installed just now."""
    rows = Installation.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    return dict(rows.values_list("package__declaration", flat=True).first() or {})


def allows_endpoints(declared: dict[str, Any]) -> bool:
    allowed = ((declared.get("resource") or {}).get("permission") or {}).get("endpoint") or {}
    return bool(allowed.get("enabled"))


def has_endpoints(declared: dict[str, Any]) -> bool:
    """Whether this version answers at all: it declares endpoints, and may have them."""
    return allows_endpoints(declared) and bool(declared.get("endpoint"))


def installation(workspace_id: str, unique_identifier: str) -> Installation:
    rows = Installation.objects.select_related("package")
    row = rows.filter(workspace_id=workspace_id, package__unique_identifier=unique_identifier).first()
    if row is None:
        raise NotInstalled("plugin not found")
    return row


# What can be done.


@transaction.atomic
def setup(
    workspace_id: str, unique_identifier: str, *, name: str, settings: Values, user_id: str = "", enabled: bool = True
) -> Endpoint:
    """A new endpoint with a new address; raises NotInstalled, NotPermitted or Refused."""
    installed = installation(workspace_id, unique_identifier)
    declared = installed.package.declaration
    if not allows_endpoints(declared):
        raise NotPermitted("permission denied, you need to enable endpoint access in plugin manifest")
    if not declared.get("endpoint"):
        raise Refused("plugin does not have an endpoint")
    values = options.checked(options.schema_of(declared), settings)
    row = Endpoint(
        workspace_id=workspace_id, plugin_id=installed.plugin_id, name=name, user_id=user_id, enabled=enabled
    )
    row.settings = vault.seal_json(workspace_id, values, purpose=row.purpose)
    row.save(force_insert=True)
    return told(row)


@transaction.atomic
def update(endpoint: Endpoint, *, name: str, settings: Values) -> Endpoint:
    """Replaces name and settings; a secret given as it was shown stays as it is.

    Raises Refused, and NotFound without the plugin, whose schema says which of them are secrets.
    """
    declared = declaration(endpoint.workspace_id, endpoint.plugin_id)
    if not declared:
        raise NotFound("failed to find plugin installation: record not found")
    if not declared.get("endpoint"):
        raise Refused("plugin does not have an endpoint")
    schemas = options.schema_of(declared)
    given = options.with_kept_secrets(schemas, settings, opened_settings(endpoint))
    values = options.checked(schemas, given)
    endpoint.name = name
    endpoint.settings = vault.seal_json(endpoint.workspace_id, values, purpose=endpoint.purpose)
    endpoint.save(update_fields=["name", "settings", "updated_at"])
    return told(endpoint)


@transaction.atomic
def set_rules(endpoint: Endpoint, rules: Rules, *, secret: str | None = None) -> Endpoint:
    """Replaces the rules; `secret` None keeps the signing secret, "" removes it. Raises Refused."""
    if secret is not None:
        sealed = vault.seal(endpoint.workspace_id, secret.encode(), purpose=endpoint.signing_purpose) if secret else ""
        endpoint.signing_secret = sealed
    known = signing_secret(endpoint).decode() if rules.scheme else ""
    endpoint.rules = checked(rules, secret=known).packed()
    endpoint.save(update_fields=["rules", "signing_secret", "updated_at"])
    return told(endpoint)


@transaction.atomic
def switch(endpoint: Endpoint, *, enabled: bool) -> Endpoint:
    endpoint.enabled = enabled
    endpoint.save(update_fields=["enabled", "updated_at"])
    return told(endpoint)


@transaction.atomic
def rotate(endpoint: Endpoint, *, grace: timedelta = GRACE) -> Endpoint:
    """A new address; the old one answers as well until the grace is over."""
    endpoint.previous_hook = endpoint.hook if grace else None
    endpoint.previous_until = timezone.now() + grace if grace else None
    endpoint.hook = new_hook()
    endpoint.save(update_fields=["hook", "previous_hook", "previous_until", "updated_at"])
    return told(endpoint)


@transaction.atomic
def remove(endpoint: Endpoint) -> None:
    """For good: its address never answers again."""
    told(endpoint, gone=True)


def told(endpoint: Endpoint, *, gone: bool = False) -> Endpoint:
    """Counts anew what the installation says of its endpoints, and tells all processes when that is committed."""
    if gone:
        endpoint.delete()
    rows = endpoints(endpoint.workspace_id, endpoint.plugin_id)
    Installation.objects.filter(workspace_id=endpoint.workspace_id, plugin_id=endpoint.plugin_id).update(
        endpoints_setups=rows.count(), endpoints_active=rows.filter(enabled=True).count()
    )
    transaction.on_commit(lookup.changed)
    return endpoint


# What is sealed.


def opened_settings(endpoint: Endpoint) -> Values:
    """The settings in clear; raises VaultFault."""
    if not endpoint.settings:
        return {}
    return dict(vault.unseal_json(endpoint.workspace_id, endpoint.settings, purpose=endpoint.purpose))


def signing_secret(endpoint: Endpoint) -> bytes:
    if not endpoint.signing_secret:
        return b""
    return vault.unseal(endpoint.workspace_id, endpoint.signing_secret, purpose=endpoint.signing_purpose)


def lacking(endpoint: Endpoint, declared: dict[str, Any]) -> list[options.Schema]:
    """What this version asks for and was not given; nothing is said of what cannot be opened."""
    try:
        return options.lacking(options.schema_of(declared), opened_settings(endpoint))
    except RuntimeFault:
        return []
