"""Pages of triggers: what is subscribed to, a new subscription, one with its events, its renewal and its end."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from endpoints import inspector, services, subscribing
from endpoints.models import Subscription
from endpoints.subscribing import Wanted, spoken
from endpoints.trigger_forms import Offer, SubscriptionForm, offer_of, parameters_form
from runtime.errors import RuntimeFault
from runtime.models import Installation
from runtime.numerals import whole
from runtime.pages.access import Visit, governed, page
from runtime.pages.summaries import Summary, installed
from runtime.pages.words import reader_language

EVENTS_SHOWN = 50
REFUSED_SHOWN = 10
BAD = 400  # and what is above: the platform was told that it was not heard


@dataclass(slots=True)
class Shown:
    """A subscription as pages show it; without `plugin` where that is not installed any more."""

    row: Subscription
    plugin: Summary | None
    url: str

    @property
    def near(self) -> bool:
        return services.is_near(self.url)

    @property
    def expired(self) -> bool:
        return bool(self.row.expires_at and self.row.expires_at < timezone.now())


def answered(request: Visit, name: str, *, status: int = 200, part: str = "", **more: Any) -> HttpResponse:
    context = {"membership": request.membership, "here": "triggers", **more}
    answer = render(request, f"triggers/{name}.html{part}", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def shown(request: Visit, row: Subscription, plugins: list[Summary]) -> Shown:
    plugin = next((one for one in plugins if one.plugin_id == row.endpoint.plugin_id), None)
    return Shown(row, plugin, services.public_url(row.endpoint.hook, request.build_absolute_uri("/")))


def found(request: Visit, endpoint_id: UUID) -> Subscription:
    return get_object_or_404(subscribing.subscriptions(request.membership.id), endpoint_id=endpoint_id)


# Looking.


@page
def triggers(request: Visit) -> HttpResponse:
    """All subscriptions, and the plugins that can make some."""
    plugins = installed(request.membership.id, reader_language(request))
    rows = [shown(request, row, plugins) for row in subscribing.subscriptions(request.membership.id)]
    able = Installation.objects.filter(workspace_id=request.membership.id, package__declaration__has_key="trigger")
    names = set(able.values_list("plugin_id", flat=True))
    return answered(request, "list", rows=rows, plugins=[one for one in plugins if one.plugin_id in names])


@page
def trigger(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """One subscription with its last events and what was refused; htmx asks again for newer events, and for the rest."""
    row = found(request, endpoint_id)
    refused = [one for one in inspector.seen(row.endpoint) if one.status >= BAD][:REFUSED_SHOWN]
    if request.htmx and "refused" in request.GET:
        return answered(request, "trigger", part="#refused", row=row, refused=refused)
    events = list(row.events.all()[:EVENTS_SHOWN])
    after = whole(request.GET.get("after", ""))
    if request.htmx and after is not None:
        news = [one for one in events if one.pk > after]
        if not news:
            return HttpResponse(status=204)
        return answered(request, "trigger", part="#news", row=row, events=news, newest=news[0].pk)
    one = shown(request, row, installed(request.membership.id, reader_language(request)))
    newest = events[0].pk if events else 0
    return answered(request, "trigger", shown=one, row=row, events=events, newest=newest, refused=refused)


# Subscribing.


@governed
def new(request: Visit, plugin_id: str) -> HttpResponse:
    """A button named `load` asks the plugin for the options of a choice; the other one subscribes."""
    offer, language = offered(request, plugin_id), reader_language(request)
    given = request.POST if request.method == "POST" else None
    about = SubscriptionForm(offer, data=given)
    parameters = parameters_form(offer, language=language, given=given)
    failing = ""
    if given is not None and (wanted := request.POST.get("load")):
        failing = loaded(request, offer, wanted)
        about = SubscriptionForm(offer, data=given)
        parameters = parameters_form(offer, language=language, given=given)
        about.forget_errors()
        parameters.forget_errors()
    elif given is not None and all([about.is_valid(), parameters.is_valid()]):
        try:
            row = subscribed(request, offer, about=about, values=parameters.values())
        except RuntimeFault as fault:
            failing = spoken(fault)
        else:
            messages.success(request, f"“{row.endpoint.name}” is subscribed. What the platform tells appears here.")
            return redirect("trigger", request.membership.slug, row.endpoint_id)
    plugin = next(one for one in installed(request.membership.id, language) if one.plugin_id == plugin_id)
    status = 422 if given is not None and "load" not in given else 200
    near = services.is_near(services.public_url("", request.build_absolute_uri("/")))
    more: dict[str, Any] = {"near": near, "offer": offer, "about": about, "parameters": parameters, "failing": failing}
    return answered(request, "new", status=status, plugin=plugin, events=offer.events_in(language), **more)


def offered(request: Visit, plugin_id: str) -> Offer:
    rows = Installation.objects.select_related("package")
    offer = offer_of(get_object_or_404(rows, workspace_id=request.membership.id, plugin_id=plugin_id))
    if offer is None:
        raise Http404
    return offer


def subscribed(request: Visit, offer: Offer, *, about: SubscriptionForm, values: dict[str, Any]) -> Subscription:
    """Raises RuntimeFault with what the plugin says."""
    wanted = Wanted(
        plugin_id=offer.installation.plugin_id,
        name=about.cleaned_data["name"],
        parameters=values,
        credentials={},
        credential_type="unauthorized",
        site=request.build_absolute_uri("/"),
        user_id=str(request.user.pk),
        credential_id=about.cleaned_data.get("account") or "",
    )
    return subscribing.subscribe(request.membership.id, wanted)


def loaded(request: Visit, offer: Offer, name: str) -> str:
    """Puts the options that the plugin offers into the schema of a parameter; why there are none, "" where there are."""
    schema = next((one for one in offer.parameters if one.get("name") == name), None)
    if schema is None:
        raise BadRequest("There is no such parameter.")
    try:
        schema["options"] = subscribing.options(
            request.membership.id,
            offer.installation.plugin_id,
            provider=offer.provider,
            parameter=name,
            credential_id=request.POST.get("account", ""),
        )
    except RuntimeFault as fault:
        return spoken(fault)
    return "" if schema["options"] else "The plugin offers nothing to choose from."


# What can be done with one.


@require_POST
@governed
def refresh(request: Visit, endpoint_id: UUID) -> HttpResponse:
    row = found(request, endpoint_id)
    try:
        row = subscribing.refresh(row)
        messages.success(request, f"“{row.endpoint.name}” is renewed.")
    except RuntimeFault as fault:
        messages.error(request, f"It could not be renewed: {spoken(fault)}")
    return redirect("trigger", request.membership.slug, endpoint_id)


@governed
def end(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """GET says what will happen; POST does it. `forget` gives up telling the platform."""
    row = found(request, endpoint_id)
    if request.method != "POST":
        plugins = installed(request.membership.id, reader_language(request))
        return answered(request, "end", shown=shown(request, row, plugins), row=row, ending=True)
    name = row.endpoint.name
    if request.POST.get("forget"):
        subscribing.forget(row)
        messages.success(request, f"“{name}” is forgotten here. Remove its address on the platform as well.")
        return redirect("triggers", request.membership.slug)
    try:
        told = subscribing.unsubscribe(row)
    except RuntimeFault as fault:
        messages.error(request, f"The platform could not be told: {spoken(fault)}")
        return redirect("trigger-end", request.membership.slug, endpoint_id)
    if told.get("success", True):
        messages.success(request, f"“{name}” is unsubscribed: the platform tells it nothing any more.")
    else:
        messages.warning(request, f"“{name}” is gone here. The plugin says: {told.get('message') or 'not found'}")
    return redirect("triggers", request.membership.slug)
