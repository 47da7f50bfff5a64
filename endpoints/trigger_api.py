"""Subscriptions of triggers, below `/plugin/{workspace}/endpoint/triggers/`: ours, since Dify keeps its own."""

from typing import Any

from rest_framework import serializers as drf

from endpoints import services, subscribing
from endpoints.models import Subscription
from endpoints.routes import EndpointId, Fields, Page, Route
from endpoints.subscribing import CREDENTIAL_TYPES, Wanted
from runtime.errors import NotFound
from runtime.installations import as_uuid


class Subscribe(drf.Serializer[Any]):
    plugin_id = drf.CharField(max_length=255)
    name = drf.CharField(max_length=127)
    user_id = drf.CharField(max_length=255, required=False, default="", allow_blank=True)
    parameters = drf.DictField(required=False, default=dict)
    credentials = drf.DictField(required=False, default=dict)
    credential_type = drf.ChoiceField(CREDENTIAL_TYPES, required=False, default="unauthorized")
    credential_id = drf.UUIDField(
        required=False, format="hex_verbose", help_text="a stored account, instead of credentials"
    )
    site = drf.URLField(required=False, default="")


class PageOfEvents(Page, EndpointId):
    pass


def found(workspace_id: str, endpoint_id: str) -> Subscription:
    rows = subscribing.subscriptions(workspace_id)
    key = as_uuid(endpoint_id)
    row = rows.filter(endpoint_id=key).first() if key else None
    if row is None:
        raise NotFound("endpoint not found")
    return row


def shape(row: Subscription) -> Fields:
    return {
        "endpoint_id": row.endpoint_id,
        "name": row.endpoint.name,
        "hook_id": row.endpoint.hook,
        "url": services.public_url(row.endpoint.hook),
        "plugin_id": row.endpoint.plugin_id,
        "provider": row.provider,
        "expires_at": row.expires_at,
        "renew_at": row.renew_at,
        "renewed_at": row.renewed_at,
        "trouble": row.trouble,
    }


def subscribe(workspace_id: str, fields: Fields) -> Fields:
    account = str(fields.pop("credential_id", ""))
    return shape(subscribing.subscribe(workspace_id, Wanted(**fields, credential_id=account)))


def refresh(workspace_id: str, fields: Fields) -> Fields:
    return shape(subscribing.refresh(found(workspace_id, fields["endpoint_id"])))


def unsubscribe(workspace_id: str, fields: Fields) -> Fields:
    return subscribing.unsubscribe(found(workspace_id, fields["endpoint_id"]))


def listed(workspace_id: str, fields: Fields) -> list[Fields]:
    rows = subscribing.subscriptions(workspace_id)
    start = (fields["page"] - 1) * fields["page_size"]
    return [shape(row) for row in rows[start : start + fields["page_size"]]]


def events(workspace_id: str, fields: Fields) -> list[Fields]:
    """What came, newest first."""
    rows = found(workspace_id, fields["endpoint_id"]).events.all()
    start = (fields["page"] - 1) * fields["page_size"]
    names = ("id", "name", "user_id", "variables", "cancelled", "error", "at")
    return [{name: getattr(row, name) for name in names} for row in rows[start : start + fields["page_size"]]]


TRIGGER_ROUTES = (
    Route("POST", "triggers/subscribe", Subscribe, subscribe),
    Route("POST", "triggers/refresh", EndpointId, refresh),
    Route("POST", "triggers/unsubscribe", EndpointId, unsubscribe),
    Route("GET", "triggers/list", Page, listed),
    Route("GET", "triggers/events", PageOfEvents, events),
)
