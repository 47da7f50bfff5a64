"""Accounts of a plugin's providers: kept, changed, checked and deleted by owners and admins; members see that they are there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, cast

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from runtime.credentials import storing
from runtime.credentials.asking import NotAccepted, checked
from runtime.credentials.places import Place, Wanted, wanted
from runtime.errors import RuntimeFault
from runtime.models import Credential, Installation
from runtime.pages.access import AsyncPage, Visit, admit, governed, page
from runtime.pages.account_forms import MODEL_TYPES, AccountForm, account_form, web
from runtime.pages.offers import Offers
from runtime.pages.plugin import Opened, opened
from runtime.pages.summaries import Summary, installed
from runtime.pages.words import reader_language, said


@dataclass(slots=True)
class Group:
    """A provider on the page, with what is stored for it."""

    wanted: Wanted
    label: str
    rows: list[Credential]
    client: bool = False

    @property
    def missing(self) -> bool:
        return self.wanted.required and not self.rows

    @property
    def trouble(self) -> bool:
        return any(row.trouble for row in self.rows)


def governed_async[**P](view: Callable[Concatenate[Visit, P], Awaitable[HttpResponseBase]]) -> AsyncPage:
    """An async view of owners and admins."""

    @wraps(view)
    async def admitted(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        refused = await sync_to_async(admit)(request, slug, governs=True)
        return refused or await view(cast("Visit", request), *args, **kwargs)

    return admitted


def place_for(shown: Opened, kind: str) -> tuple[Place, Wanted]:
    """Where a provider's accounts belong; Http404 where the plugin has no such provider."""
    found = next((one for one in wanted(shown.declaration) if one.kind == kind and one.any), None)
    if found is None:
        raise Http404
    return Place(shown.installation.workspace_id, shown.installation.plugin_id, kind, found.provider), found


def groups(installation: Installation, language: str) -> list[Group]:
    rows = list(storing.stored(installation.workspace_id, plugin_id=installation.plugin_id))
    found = []
    for one in wanted(installation.package.declaration):
        if one.any:
            place = Place(installation.workspace_id, installation.plugin_id, one.kind, one.provider)
            own = [row for row in rows if (row.kind, row.provider) == (one.kind, one.provider)]
            label = said(one.label, language) or one.provider
            found.append(Group(one, label, own, one.oauth and storing.client_of(place) is not None))
    return found


def shown_page(request: Visit, shown: Opened, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "membership": request.membership,
        "here": "plugins",
        "tab": "credentials",
        "plugin": shown.plugin,
        "installation": shown.installation,
        "sections": shown.sections,
        **more,
    }
    answer = render(request, f"credentials/{name}.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Looking.


@page
def of_workspace(request: Visit) -> HttpResponse:
    """Every plugin that takes accounts, and accounts whose plugin has been uninstalled."""
    language = reader_language(request)
    storing.sweep(request.membership.id)
    rows = Installation.objects.filter(workspace_id=request.membership.id).select_related("package")
    summaries = {one.plugin_id: one for one in installed(request.membership.id, language)}
    plugins: list[tuple[Summary, list[Group]]] = [
        (summaries[row.plugin_id], found)
        for row in rows
        if row.plugin_id in summaries and (found := groups(row, language))
    ]
    left = storing.stored(request.membership.id).exclude(orphaned_at=None)
    context = {
        "membership": request.membership,
        "here": "credentials",
        "plugins": sorted(plugins, key=lambda pair: pair[0].label.casefold()),
        "left": [(row, row.orphaned_at + storing.KEPT_AFTER_UNINSTALL) for row in left if row.orphaned_at],
    }
    return render(request, "credentials/workspace.html", context)


@page
def of_plugin(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    found = groups(shown.installation, shown.language)
    return shown_page(
        request, shown, "plugin", groups=found, now=timezone.now(), models=MODEL_TYPES, again=request.GET.get("again")
    )


# Adding and changing.


@governed_async
@sensitive_post_parameters()
@sensitive_variables("form")
async def add(request: Visit, plugin_id: str, kind: str) -> HttpResponseBase:
    """`own` in the query makes it one for a single model."""
    shown = await sync_to_async(opened)(request, plugin_id)
    place, one = place_for(shown, kind)
    own = bool(request.GET.get("own")) and bool(one.model)
    if not own and not one.schema:
        raise Http404
    form = await sync_to_async(form_of)(request, shown, one, own_model=own)
    if request.method == "POST" and form.valid():
        if form.model is not None:
            named = form.model.cleaned_data
            place = Place(place.workspace_id, plugin_id, kind, one.provider, named["model"], named["model_type"])
        if kept := await saved(request, form, place):
            messages.success(request, f"{shown.plugin.label} accepts it. “{kept.name}” is stored.")
            return redirect("plugin-credentials", request.membership.slug, plugin_id)
    return await form_page(request, shown, form, wanted=one, title="Add an account")


def form_of(request: Visit, shown: Opened, one: Wanted, **more: Any) -> AccountForm:
    given = request.POST if request.method == "POST" else None
    return account_form(one, language=shown.language, given=given, offers=Offers(request.membership.id), **more)


async def form_page(request: Visit, shown: Opened, form: AccountForm, **more: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    language, one = shown.language, more["wanted"]
    link = (said(one.help.get("title"), language), web(one.help.get("url"), language))
    return await sync_to_async(shown_page)(request, shown, "form", status=status, form=form, link=link, **more)


@sensitive_variables("form", "values")
async def saved(
    request: Visit, form: AccountForm, place: Place, *, row: Credential | None = None, old: dict[str, Any] | None = None
) -> Credential | None:
    """What was stored; None when it was not, and the form says why."""
    values = storing.merged(form.schema, form.values.values(), old or {})
    name = form.name.cleaned_data["name"]
    try:
        values = await checked(place, values, user=str(request.user.pk))
        if row is not None:
            return await sync_to_async(storing.change)(row, values, name=name)
        return await sync_to_async(storing.keep)(place, values, name=name)
    except NotAccepted as fault:
        form.fail(f"The plugin does not accept it: {fault.message}")
    except RuntimeFault as fault:
        form.fail(f"It was not stored. {fault.message}")
    return None


def find(request: Visit, shown: Opened, pk: Any) -> Credential:
    return get_object_or_404(storing.stored(request.membership.id, plugin_id=shown.installation.plugin_id), pk=pk)


@governed_async
@sensitive_post_parameters()
@sensitive_variables("form", "old")
async def edit(request: Visit, plugin_id: str, pk: Any) -> HttpResponseBase:
    shown = await sync_to_async(opened)(request, plugin_id)
    row = await sync_to_async(find)(request, shown, pk)
    _, one = place_for(shown, row.kind)
    if row.type != Credential.Type.API_KEY:
        raise Http404
    try:
        old = await sync_to_async(storing.values_of)(row)
    except RuntimeFault as fault:
        old = {}
        messages.error(request, fault.message)
    form = await sync_to_async(form_of)(request, shown, one, own_model=bool(row.model), old=old, name=row.name)
    if request.method == "POST" and form.valid():
        kept = await saved(request, form, storing.place_of(row), row=row, old=old)
        if kept:
            messages.success(request, f"{shown.plugin.label} accepts it. “{kept.name}” is changed.")
            return redirect("plugin-credentials", request.membership.slug, plugin_id)
    return await form_page(request, shown, form, wanted=one, row=row, title=f"Change “{row.name}”")


# Acts on one that is stored.


@require_POST
@governed
def default(request: Visit, plugin_id: str, pk: Any) -> HttpResponse:
    row = find(request, opened(request, plugin_id), pk)
    storing.make_default(row)
    messages.success(request, f"“{row.name}” is what is used from now on, unless another is chosen.")
    return redirect("plugin-credentials", request.membership.slug, plugin_id)


@require_POST
@governed
def remove(request: Visit, pk: Any) -> HttpResponse:
    """Also of plugins that are not installed any more."""
    row = get_object_or_404(storing.stored(request.membership.id), pk=pk)
    storing.remove(row)
    messages.success(request, f"“{row.name}” is deleted.")
    if row.orphaned_at is None:
        return redirect("plugin-credentials", request.membership.slug, row.plugin_id)
    return redirect("credentials", request.membership.slug)


@governed_async
async def test(request: Visit, plugin_id: str, pk: Any) -> HttpResponseBase:
    """Asks the plugin once more whether it accepts what is stored."""
    if request.method != "POST":
        raise Http404
    shown = await sync_to_async(opened)(request, plugin_id)
    row = await sync_to_async(find)(request, shown, pk)
    try:
        values = await sync_to_async(storing.values_of)(row)
        await checked(storing.place_of(row), values, user=str(request.user.pk))
        messages.success(request, f"{shown.plugin.label} accepts “{row.name}”.")
    except NotAccepted as fault:
        messages.error(request, f"{shown.plugin.label} does not accept “{row.name}”: {fault.message}")
    except RuntimeFault as fault:
        messages.error(request, f"“{row.name}” could not be checked. {fault.message}")
    return redirect("plugin-credentials", request.membership.slug, plugin_id)
