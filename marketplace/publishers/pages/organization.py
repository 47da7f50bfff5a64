"""An organization's pages: its plugins, its people, and what is said of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from marketplace.catalogue.kinds import KINDS
from marketplace.difypkg.skeleton import PROVIDERS
from marketplace.models import Organization, Publisher
from marketplace.publishers import commands, starting
from marketplace.publishers.claims import claim, set_standing
from marketplace.publishers.errors import NotFound
from marketplace.publishers.forms import AboutForm, ClaimForm, PersonForm, RoleForm, StandingForm
from marketplace.publishers.organizations import (
    access,
    add_person,
    change_organization,
    change_person,
    close_organization,
    remove_person,
    reopen_organization,
)
from marketplace.publishers.pages.overview import LISTED
from marketplace.publishers.pages.visiting import attempt, governing, publishing, reader, shown

STARTED_AS = {"llm": "model"}  # a kind of skeleton, and the kind of plugin that it is
ABOUT = ("name", "about", "website", "contact")


@login_required
def organization(request: HttpRequest, handle: str) -> HttpResponse:
    post = access(request.user, handle)
    plugins = list(post.organization.plugins.select_related("latest").order_by("plugin_id"))
    submissions = list(post.organization.submissions.order_by("-created_at")[:LISTED])
    context = {
        "post": post,
        "tab": "plugins",
        "plugins": plugins,
        "submissions": submissions,
        "nothing_yet": not plugins and not submissions,
        "kinds": [(name, KINDS[STARTED_AS.get(name, name)]) for name in PROVIDERS],
        "pack": commands.PACK,
    }
    return shown(request, "organization.html", context)


@login_required
@require_safe
def starter(request: HttpRequest, handle: str, category: str) -> HttpResponse:
    """A plugin to begin with, as a download."""
    post = publishing(access(request.user, handle))
    try:
        content = starting.starter(post.organization.handle, category)
    except NotFound as reason:
        raise Http404(str(reason)) from None
    headers = {"Content-Disposition": f'attachment; filename="{starting.NAME}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@login_required
def people(request: HttpRequest, handle: str) -> HttpResponse:
    post = access(request.user, handle)
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        governing(request, handle)
        if form.is_valid():
            made = attempt(
                request, lambda: add_person(post.organization, by=reader(request), **form.cleaned_data), form=form
            )
            if made is not None:
                messages.success(request, f"{made.user} publishes for {post.organization} now.")
                return redirect("publish-people", handle)
    rows = post.organization.publishers.select_related("user").order_by("joined_at")
    context = {"post": post, "tab": "people", "rows": rows, "roles": Publisher.Role.choices}
    return shown(request, "people.html", context, form=form)


@login_required
@require_POST
def person(request: HttpRequest, handle: str, person_id: int) -> HttpResponse:
    """Change somebody's role, or take them out; everybody may leave."""
    post = access(request.user, handle)
    rows = Publisher.objects.select_related("user", "organization").filter(organization=post.organization)
    found = get_object_or_404(rows, pk=person_id)
    leaving = found.user_id == reader(request).pk and "remove" in request.POST
    if not (leaving or post.governs):
        raise PermissionDenied("Only owners of this organization may do this.")
    if "remove" in request.POST:
        attempt(
            request,
            lambda: remove_person(found, by=reader(request)),
            done=f"{found.user} has left {post.organization}.",
        )
        return redirect("publish") if leaving else redirect("publish-people", handle)
    form = RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        attempt(
            request, lambda: change_person(found, role=role, by=reader(request)), done=f"{found.user} is {role} now."
        )
    return redirect("publish-people", handle)


@login_required
def about(request: HttpRequest, handle: str) -> HttpResponse:
    post = access(request.user, handle)
    form = AboutForm(request.POST or None, initial={name: getattr(post.organization, name) for name in ABOUT})
    if request.method == "POST":
        governing(request, handle)
        if form.is_valid():
            made = attempt(
                request,
                lambda: change_organization(post.organization, by=reader(request), **form.cleaned_data),
                done="Saved.",
                form=form,
            )
            if made is not None:
                return redirect("publish-about", handle)
    context = {
        "post": post,
        "tab": "about",
        "claims": post.organization.claims.order_by("-made_at"),
        "claim_form": ClaimForm(),
        "standings": Organization.Standing.choices,
    }
    return shown(request, "about.html", context, form=form)


@login_required
@require_POST
def claim_name(request: HttpRequest, handle: str) -> HttpResponse:
    post = governing(request, handle)
    form = ClaimForm(request.POST)
    if form.is_valid():
        evidence = form.cleaned_data["evidence"]
        done = "Your claim was sent. You find the answer here."
        attempt(request, lambda: claim(post.organization, evidence=evidence, by=reader(request)), done=done)
    else:
        messages.error(request, "Say what proves that the name is yours.")
    return redirect("publish-about", handle)


@login_required
@require_POST
def standing(request: HttpRequest, handle: str) -> HttpResponse:
    post = access(request.user, handle)
    form = StandingForm(request.POST)
    if form.is_valid():
        value = form.cleaned_data["standing"]
        attempt(request, lambda: set_standing(post.organization, standing=value, by=reader(request)), done="Saved.")
    return redirect("publish-about", handle)


@login_required
@require_POST
def switch(request: HttpRequest, handle: str) -> HttpResponse:
    """Close the organization, or open it again."""
    post = governing(request, handle)
    if post.organization.closed_at:
        attempt(request, lambda: reopen_organization(post.organization, by=reader(request)), done="It is open again.")
    else:
        done = "It is closed. What is listed stays listed."
        attempt(request, lambda: close_organization(post.organization, by=reader(request)), done=done)
    return redirect("publish-about", handle)
