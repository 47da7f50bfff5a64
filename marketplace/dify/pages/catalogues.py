"""Pages for those who govern catalogues: make, change, preview, paste into Dify, answer requests."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from marketplace.dify import catalogues, requesting
from marketplace.dify.asking import VERSION
from marketplace.dify.forms import AnswerForm, CatalogueForm, initial
from marketplace.dify.policies import checked, policy_of, schema
from marketplace.models import Catalogue, CatalogueRequest, User

SECRET = "catalogue-secret"  # noqa: S105 - where a new one waits to be shown


def reader(request: HttpRequest) -> User:
    return cast("User", request.user)


def governed(request: HttpRequest, catalogue_id: UUID) -> Catalogue:
    found, governs = catalogues.catalogue_for(reader(request), catalogue_id)
    if not governs:
        raise PermissionDenied("Only owners and admins of the catalogue’s workspace may do this.")
    return found


@login_required
def index(request: HttpRequest) -> HttpResponse:
    rows = catalogues.visible_to(reader(request))
    context = {"rows": rows, "may_make": may_make(reader(request)), "place": "catalogues"}
    return render(request, "dify/catalogues.html", context)


def may_make(user: User) -> bool:
    return catalogues.is_staff(user) or bool(catalogues.workspaces_for(user))


@login_required
def new(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    if not may_make(user):
        raise PermissionDenied("Only staff, and owners and admins of a workspace, make catalogues.")
    form = form_for(request, workspaces=catalogues.workspaces_for(user))
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        data = form.cleaned_data
        kept = {name: data[name] for name in ("name", "policy", "origins", "workspace")}
        made = catalogues.make(**kept, by=user)
        messages.success(request, "The catalogue is there. Paste its addresses into your Dify.")
        return redirect("dify-catalogue", made.pk)
    return shown(request, form, None)


def form_for(request: HttpRequest, **named: Any) -> CatalogueForm:
    return CatalogueForm(
        request.POST or None, staff=catalogues.is_staff(reader(request)), **{"workspaces": [], **named}
    )


@login_required
def catalogue(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    found, governs = catalogues.catalogue_for(reader(request), catalogue_id)
    form = form_for(request, fixed=True, initial=initial(found, policy_of(found)))
    if request.method == "POST" and "preview" not in request.POST:
        governed(request, catalogue_id)
        if form.is_valid():
            data = form.cleaned_data
            catalogues.change(found, by=reader(request), **{key: data[key] for key in ("name", "policy", "origins")})
            messages.success(request, "Saved. Dify shows it within five minutes, and downloads heed it at once.")
            return redirect("dify-catalogue", found.pk)
    return shown(request, form, found, governs=governs)


def shown(request: HttpRequest, form: CatalogueForm, found: Catalogue | None, *, governs: bool = True) -> HttpResponse:
    """The form beside what its policy answers; of a form with faults what was saved last."""
    valid = form.is_bound and form.is_valid()
    policy = checked(form.cleaned_data["policy"]) if valid else policy_of(found)
    address = request.build_absolute_uri("/").rstrip("/")
    secret = request.session.pop(SECRET + str(found.pk), "") if found else ""
    asked = request.POST.get("dify") or request.GET.get("dify", "")
    dify = asked if VERSION.match(asked) else ""
    context = {
        "form": form,
        "catalogue": found,
        "governs": governs,
        "preview": catalogues.preview(policy, found, dify=dify or catalogues.NEWEST),
        "dify": dify,
        "place": "catalogues",
        "address": address,
        "drafted": valid,
        "secret_address": f"{address}/c/{found.token}/s/{secret}" if found and secret else "",
        "requests": requesting.of(found) if found else [],
        "answer": AnswerForm(label_suffix=""),
    }
    if request.htmx and "preview" in request.POST:  # type: ignore[attr-defined]
        return render(request, "dify/catalogue.html#preview", context)
    return render(request, "dify/catalogue.html", context, status=422 if form.is_bound and not valid else 200)


@login_required
@require_POST
def secret(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    found = governed(request, catalogue_id)
    request.session[SECRET + str(found.pk)] = catalogues.new_secret(found, by=reader(request))
    return redirect("dify-catalogue", found.pk)


@login_required
@require_POST
def remove(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    found = governed(request, catalogue_id)
    if request.POST.get("name") != found.name:
        messages.error(request, "Type the catalogue’s name to remove it.")
        return redirect("dify-catalogue", found.pk)
    catalogues.remove(found, by=reader(request))
    messages.success(request, f"{found.name} is gone. The Dify that used it sees no marketplace any more.")
    return redirect("dify-catalogues")


@login_required
@require_POST
def answer(request: HttpRequest, catalogue_id: UUID, *, request_id: int) -> HttpResponse:
    found = governed(request, catalogue_id)
    asked = get_object_or_404(
        CatalogueRequest.objects.select_related("plugin", "catalogue"), catalogue=found, pk=request_id
    )
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("dify-catalogue", found.pk)
    act, data = request.POST.get("act"), form.cleaned_data
    if act == "take-back":
        requesting.take_back(asked, by=reader(request))
        messages.success(request, f"{asked.plugin} is allowed no longer.")
    elif requesting.decide(asked, grant=act == "grant", answer=data["answer"], until=data["until"], by=reader(request)):
        messages.success(request, f"{asked.plugin} is {'allowed' if act == 'grant' else 'refused'}.")
    else:
        messages.error(request, "Somebody has answered this request already.")
    return redirect("dify-catalogue", found.pk)


@require_safe
def policy_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of policies."""
    return JsonResponse(schema(), json_dumps_params={"indent": 2})
