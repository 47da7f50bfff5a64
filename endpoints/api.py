"""The daemon's API of endpoints, below `/plugin/{workspace}/endpoint/` (protocol.md 9.1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import BigAutoField
from rest_framework import serializers as drf
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from endpoints import delivering, options, services
from endpoints.models import Delivery, Endpoint
from endpoints.routes import EndpointId, Fields, Page, Route
from endpoints.rules import typed
from endpoints.trigger_api import TRIGGER_ROUTES
from runtime.auth import OwnWorkspace, checked_workspace
from runtime.envelope import AnyClient
from runtime.errors import BadRequest, NotFound, RuntimeFault
from runtime.management.serializers import checked, merged
from runtime.models import Installation

NEVER = "2050-01-01T00:00:00Z"  # the daemon's `expired_at`, which it never looks at


class Setup(drf.Serializer[Any]):
    plugin_unique_identifier = drf.CharField(max_length=512)
    user_id = drf.CharField(max_length=255, required=False, default="", allow_blank=True)
    name = drf.CharField(max_length=127)
    settings = drf.DictField(required=False, allow_null=True, default=dict)


class Update(drf.Serializer[Any]):
    endpoint_id = drf.CharField()
    user_id = drf.CharField(max_length=255, required=False, default="", allow_blank=True)
    name = drf.CharField(max_length=127)
    settings = drf.DictField(required=False, allow_null=True, default=dict)


class Rotate(EndpointId):
    grace = drf.IntegerField(min_value=0, max_value=30 * 86400, required=False, default=86400, help_text="seconds")


class SetRules(EndpointId):
    rules = drf.DictField()
    secret = drf.CharField(required=False, allow_null=True, allow_blank=True, default=None, max_length=4096)


class PageOfPlugin(Page):
    plugin_id = drf.CharField(max_length=255)


def setup(workspace_id: str, fields: Fields) -> bool:
    services.setup(
        workspace_id,
        fields["plugin_unique_identifier"],
        name=fields["name"],
        settings=fields["settings"] or {},
        user_id=fields["user_id"],
    )
    return True


def update(workspace_id: str, fields: Fields) -> bool:
    row = services.find(workspace_id, fields["endpoint_id"])
    if row is None:
        raise NotFound("failed to find endpoint: record not found")
    services.update(row, name=fields["name"], settings=fields["settings"] or {})
    return True


def remove(workspace_id: str, fields: Fields) -> bool:
    row = services.find(workspace_id, fields["endpoint_id"])
    if row is None:
        raise NotRemoved("failed to remove endpoint: record not found")
    services.remove(row)
    return True


class NotRemoved(RuntimeFault):
    """The daemon's answer for an endpoint that is not there: -500 with HTTP 200."""

    status = 200


def switch(enabled: bool) -> Callable[[str, Fields], bool]:
    def switched(workspace_id: str, fields: Fields) -> bool:
        services.switch(services.found(workspace_id, fields["endpoint_id"]), enabled=enabled)
        return True

    return switched


def rotate(workspace_id: str, fields: Fields) -> Fields:
    """A new address; the old one answers for `grace` seconds more."""
    row = services.found(workspace_id, fields["endpoint_id"])
    services.rotate(row, grace=timedelta(seconds=fields["grace"]))
    return {"hook_id": row.hook, "url": services.public_url(row.hook)}


def set_rules(workspace_id: str, fields: Fields) -> Fields:
    """The rules as they are kept; those that are not named are as at the beginning."""
    row = services.found(workspace_id, fields["endpoint_id"])
    services.set_rules(row, typed(fields["rules"]), secret=fields["secret"])
    return dict(row.rules)


def listed(workspace_id: str, fields: Fields) -> list[Fields]:
    rows = services.endpoints(workspace_id, fields.get("plugin_id", ""))
    start = (fields["page"] - 1) * fields["page_size"]
    return shapes(workspace_id, list(rows[start : start + fields["page_size"]]))


def shapes(workspace_id: str, rows: list[Endpoint]) -> list[Fields]:
    wanted = {row.plugin_id for row in rows}
    found = Installation.objects.filter(workspace_id=workspace_id, plugin_id__in=wanted)
    declared = dict(found.values_list("plugin_id", "package__declaration__endpoint"))
    return [shape(row, declared.get(row.plugin_id, {}), known=row.plugin_id in declared) for row in rows]


def shape(row: Endpoint, declared: Fields | None, *, known: bool) -> Fields:
    """An endpoint as the daemon shows it, without settings where its plugin is not installed; `url` is ours."""
    declared = declared or {}
    schemas = list(declared.get("settings") or ())
    routes = [{key: one.get(key) for key in ("path", "method", "hidden")} for one in declared.get("endpoints") or ()]
    return {
        "id": row.pk,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "name": row.name,
        "hook_id": row.hook,
        "tenant_id": row.workspace_id,
        "user_id": row.user_id,
        "plugin_id": row.plugin_id,
        "expired_at": NEVER,
        "enabled": row.enabled,
        "settings": options.masked(schemas, services.opened_settings(row)) if known else {},
        "declaration": {"settings": schemas, "endpoints": routes},
        "url": services.public_url(row.hook),
    }


# Deliveries: ours.


class Deliveries(Page):
    endpoint_id = drf.CharField()
    state = drf.ChoiceField(Delivery.State.values, required=False, default="")


class Replay(EndpointId):
    ids = drf.ListField(
        child=drf.IntegerField(max_value=BigAutoField.MAX_BIGINT), required=False, default=list, max_length=1000
    )
    state = drf.ChoiceField(Delivery.State.values, required=False, default="")


def deliveries(workspace_id: str, fields: Fields) -> list[Fields]:
    """A page of deliveries, newest first, with their attempts."""
    row = services.found(workspace_id, fields["endpoint_id"])
    start = (fields["page"] - 1) * fields["page_size"]
    rows = row.deliveries.prefetch_related("tries").defer("request")
    chosen = rows.filter(state=fields["state"]) if fields["state"] else rows
    return [delivery_shape(one) for one in chosen[start : start + fields["page_size"]]]


def delivery_shape(one: Delivery) -> Fields:
    plain = (
        "id",
        "state",
        "key",
        "unique_id",
        "duplicates",
        "method",
        "target",
        "attempts",
        "status",
        "created_at",
        "ended_at",
    )
    tried = ("at", "seconds", "status", "answer", "error", "unknown")
    tries = [{name: getattr(attempt, name) for name in tried} for attempt in one.tries.all()]
    return {name: getattr(one, name) for name in plain} | {"tries": tries}


def replay(workspace_id: str, fields: Fields) -> int:
    """Those with these ids, or all in a state that has ended, are delivered again; how many those were."""
    row = services.found(workspace_id, fields["endpoint_id"])
    rows = row.deliveries.all()
    if fields["ids"]:
        rows = rows.filter(pk__in=fields["ids"])
    elif fields["state"]:
        rows = rows.filter(state=fields["state"])
    else:
        raise BadRequest("ids or state says what is to be replayed")
    return delivering.replay(row, rows)


ROUTES = (
    Route("POST", "setup", Setup, setup),
    Route("POST", "update", Update, update),
    Route("POST", "remove", EndpointId, remove),
    Route("POST", "enable", EndpointId, switch(True)),
    Route("POST", "disable", EndpointId, switch(False)),
    Route("POST", "rotate", Rotate, rotate),  # ours
    Route("POST", "rules", SetRules, set_rules),  # ours
    Route("GET", "deliveries", Deliveries, deliveries),  # ours
    Route("POST", "deliveries/replay", Replay, replay),  # ours
    *TRIGGER_ROUTES,  # ours
    Route("GET", "list", Page, listed),
    Route("GET", "list/plugin", PageOfPlugin, listed),
)


class EndpointView(APIView):
    """Answers one row of the table."""

    content_negotiation_class = AnyClient
    permission_classes = (IsAuthenticated, OwnWorkspace)
    route: Route = ROUTES[0]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        checked_workspace(kwargs["workspace_id"])

    def get(self, request: Request, workspace_id: str) -> Response:
        return self.answer(request, workspace_id)

    def post(self, request: Request, workspace_id: str) -> Response:
        return self.answer(request, workspace_id)

    def answer(self, request: Request, workspace_id: str) -> Response:
        if request.method != self.route.method:
            raise MethodNotAllowed(str(request.method))
        fields = checked(self.route.form, merged(request.query_params, request.data))
        return Response(self.route.answer(workspace_id, fields))
