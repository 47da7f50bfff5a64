"""Pages of endpoints: all of a workspace, one with its last requests, its settings and its rules."""

import shlex
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from endpoints import inspector, options, services
from endpoints.forms import NameForm, RulesForm, settings_form, settings_of
from endpoints.models import Delivery, Endpoint
from endpoints.rules import rules
from runtime.errors import RuntimeFault
from runtime.models import Installation
from runtime.numerals import whole
from runtime.pages.access import Visit, governed, page
from runtime.pages.summaries import Summary, installed
from runtime.pages.words import reader_language, said

GRACES = {"0": timedelta(0), "1": timedelta(hours=1), "24": timedelta(hours=24), "168": timedelta(days=7)}


def in_quotes(address: str) -> str:
    """For a shell, whatever a plugin calls its paths."""
    return "'" + address.replace("'", "'\\''") + "'"


@dataclass(slots=True)
class Shown:
    """An endpoint as pages show it; without `plugin` where that is not installed any more.

    `able`: the installed version has endpoints. `lacking`: what it asks for and was not given, after a change of versions.
    """

    row: Endpoint
    url: str
    plugin: Summary | None
    routes: list[dict[str, str]]
    able: bool = True
    lacking: list[str] = field(default_factory=list)

    @property
    def answers(self) -> bool:
        return self.able and self.row.enabled

    @property
    def near(self) -> bool:
        """Whether only this machine reaches the address."""
        return services.is_near(self.url)

    @property
    def calling(self) -> str:
        """A first call that is answered, as a command."""
        first = self.routes[0] if self.routes else {"method": "GET", "url": self.url}
        asked = f" -X {shlex.quote(first['method'])}" if first["method"] not in ("", "GET") else ""
        return f"curl -i{asked} {in_quotes(first['url'])}"

    @property
    def posting(self) -> str:
        """A first delivery, as a command."""
        posted = next((one for one in self.routes if one["method"] == "POST"), {"url": self.url})
        return f"curl -i -H 'Content-Type: application/json' -d '{{\"hello\": \"you\"}}' {in_quotes(posted['url'])}"

    @property
    def queues(self) -> bool:
        """Whether it has deliveries to show, now or from before."""
        return rules(self.row.rules).queue or self.row.deliveries.exists()

    @property
    def replaced(self) -> bool:
        """Whether the address before this one still answers."""
        until = self.row.previous_until
        return bool(self.row.previous_hook and until and until > timezone.now())


def shown(request: Visit, row: Endpoint, plugins: list[Summary]) -> Shown:
    url = services.public_url(row.hook, request.build_absolute_uri("/"))
    declared = services.declaration(row.workspace_id, row.plugin_id)
    routes = [
        {"method": str(one.get("method", "")).upper(), "url": url + str(one.get("path", ""))}
        for one in (declared.get("endpoint") or {}).get("endpoints") or ()
        if not one.get("hidden")
    ]
    plugin = next((one for one in plugins if one.plugin_id == row.plugin_id), None)
    lacking = labels_of(services.lacking(row, declared), reader_language(request))
    return Shown(row, url, plugin, routes, services.has_endpoints(declared), lacking)


def labels_of(schemas: list[options.Schema], language: str) -> list[str]:
    return [said(one.get("label"), language) or str(one.get("name")) for one in schemas]


def found(request: Visit, endpoint_id: UUID) -> Endpoint:
    return get_object_or_404(services.endpoints(request.membership.id), pk=endpoint_id)


def opened(request: Visit, endpoint_id: UUID) -> Shown:
    row = found(request, endpoint_id)
    return shown(request, row, installed(request.membership.id, reader_language(request)))


def answered(request: Visit, name: str, *, status: int = 200, part: str = "", **more: Any) -> HttpResponse:
    context = {"membership": request.membership, "here": "endpoints", **more}
    answer = render(request, f"endpoints/{name}.html{part}", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Looking.


@page
def endpoints(request: Visit) -> HttpResponse:
    """All endpoints, and the plugins that can have some."""
    plugins = installed(request.membership.id, reader_language(request))
    rows = [shown(request, row, plugins) for row in services.endpoints(request.membership.id)]
    return answered(request, "list", endpoints=rows, plugins=hooked(request, plugins))


def hooked(request: Visit, plugins: list[Summary]) -> list[Summary]:
    """Plugins that declare endpoints."""
    rows = Installation.objects.filter(workspace_id=request.membership.id, package__declaration__has_key="endpoint")
    able = set(rows.values_list("plugin_id", flat=True))
    return [one for one in plugins if one.plugin_id in able]


@page
def endpoint(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """One endpoint; htmx asks again for requests that are newer than those on the page."""
    row = found(request, endpoint_id)
    seen = inspector.seen(row)
    after = whole(request.GET.get("after", ""))
    if request.htmx and after is not None:
        news = [one for one in seen if one.pk > after]
        if not news:
            return HttpResponse(status=204)
        return answered(request, "endpoint", part="#news", endpoint=row, seen=news, newest=news[0].pk)
    last = seen[0].pk if seen else 0
    return answered(
        request,
        "endpoint",
        shown=opened(request, endpoint_id),
        endpoint=row,
        seen=list(seen),
        newest=last,
        tab="requests",
    )


# Setting up and changing.


@governed
@sensitive_variables("form", "values")
def new(request: Visit, plugin_id: str) -> HttpResponse:
    rows = Installation.objects.select_related("package")
    installation = get_object_or_404(rows, workspace_id=request.membership.id, plugin_id=plugin_id)
    schemas = options.schema_of(installation.package.declaration)
    if not installation.package.declaration.get("endpoint"):
        raise Http404
    given = request.POST if request.method == "POST" else None
    name = NameForm(data=given)
    form = settings_form(schemas, language=reader_language(request), workspace_id=request.membership.id, given=given)
    plugins = installed(request.membership.id, reader_language(request))
    plugin = next(one for one in plugins if one.plugin_id == plugin_id)
    failing = ""
    if given is not None and all([name.is_valid(), form.is_valid()]):
        try:
            values = settings_of(form, schemas)
            row = services.setup(
                request.membership.id,
                installation.package.unique_identifier,
                name=name.cleaned_data["name"],
                settings=values,
                user_id=str(request.user.pk),
            )
        except RuntimeFault as fault:
            failing = fault.message
        else:
            messages.success(request, f"“{row.name}” answers. Copy its address to whoever is to call it.")
            return redirect("endpoint", request.membership.slug, row.pk)
    status = 200 if given is None else 422
    return answered(request, "new", status=status, plugin=plugin, named=name, form=form, failing=failing)


@governed
@sensitive_variables("form", "old")
def settings(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Name and the plugin's settings."""
    one = opened(request, endpoint_id)
    schemas = options.schema_of(services.declaration(one.row.workspace_id, one.row.plugin_id))
    given = request.POST if request.method == "POST" else None
    failing = ""
    old: options.Values = {}
    try:
        old = services.opened_settings(one.row)
    except RuntimeFault as fault:
        failing = fault.message
    name = NameForm(data=given, initial={"name": one.row.name})
    form = settings_form(
        schemas, language=reader_language(request), workspace_id=one.row.workspace_id, given=given, old=old
    )
    if given is not None and all([name.is_valid(), form.is_valid()]):
        try:
            services.update(one.row, name=name.cleaned_data["name"], settings=settings_of(form, schemas, old))
        except RuntimeFault as fault:
            failing = fault.message
        else:
            messages.success(request, "Saved. The next request gets it.")
            return redirect("endpoint", request.membership.slug, one.row.pk)
    status = 200 if given is None else 422
    return answered(
        request, "settings", status=status, shown=one, named=name, form=form, failing=failing, tab="settings"
    )


@governed
@sensitive_variables("form")
def asked(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Its rules: limits, addresses, signature."""
    one = opened(request, endpoint_id)
    given = request.POST if request.method == "POST" else None
    form = RulesForm(rules(one.row.rules), signed=bool(one.row.signing_secret), data=given)
    if given is not None and form.is_valid():
        try:
            services.set_rules(one.row, form.rules(), secret=form.signing_secret())
        except RuntimeFault as fault:
            form.add_error(None, fault.message)
        else:
            messages.success(request, "Saved. The next request is held to it.")
            return redirect("endpoint", request.membership.slug, one.row.pk)
    status = 200 if given is None else 422
    return answered(request, "rules", status=status, shown=one, form=form, tab="rules")


@require_POST
@governed
def switch(request: Visit, endpoint_id: UUID) -> HttpResponse:
    row = services.switch(found(request, endpoint_id), enabled=request.POST.get("enabled") == "true")
    word = "answers again" if row.enabled else "is switched off: callers are told that there is no such address"
    messages.success(request, f"“{row.name}” {word}.")
    return redirect("endpoint", request.membership.slug, row.pk)


@governed
def rotate(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """GET says what will happen; POST does it."""
    if request.method != "POST":
        return answered(request, "rotate", shown=opened(request, endpoint_id), tab="")
    grace = GRACES.get(request.POST.get("grace", ""), services.GRACE)
    row = services.rotate(found(request, endpoint_id), grace=grace)
    messages.success(request, "It has a new address. Give it to whoever calls the old one.")
    return redirect("endpoint", request.membership.slug, row.pk)


@governed
def remove(request: Visit, endpoint_id: UUID) -> HttpResponse:
    if request.method != "POST":
        one = opened(request, endpoint_id)
        lost = one.row.deliveries.exclude(state=Delivery.State.DONE).count()
        return answered(request, "remove", shown=one, lost=lost, tab="")
    row = found(request, endpoint_id)
    name = row.name
    services.remove(row)
    messages.success(request, f"“{name}” is removed. Its address answers nobody any more.")
    return redirect("endpoints", request.membership.slug)
