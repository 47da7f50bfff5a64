"""What is mine: organizations, plugins, submissions, offers; and making an organization."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from marketplace.models import NamespaceClaim, Organization, Plugin, PluginTransfer, Submission
from marketplace.publishers.forms import OrganizationForm
from marketplace.publishers.organizations import create_organization, organizations_of
from marketplace.publishers.pages.visiting import attempt, reader, shown
from marketplace.publishers.transferring import accept, decline

LISTED = 50
STANDING_OUT = Q(state__in=("received", "screening", "queued", "needs_info", "seconding", "approved"))


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    mine = list(organizations_of(user))
    submissions = Submission.objects.filter(organization__in=mine).select_related("organization")
    context = {
        "organizations": mine,
        "plugins": Plugin.objects.filter(organization__in=mine).select_related("latest").order_by("plugin_id")[:LISTED],
        "open": submissions.filter(STANDING_OUT).order_by("-created_at")[:LISTED],
        "offers": PluginTransfer.objects.filter(target__in=mine, state="open").select_related(
            "plugin", "origin", "target"
        ),
        "claims": NamespaceClaim.objects.filter(state="open").count() if user.is_staff else 0,
    }
    return shown(request, "overview.html", context)


@login_required
def new_organization(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        made = attempt(request, lambda: create_organization(by=reader(request), **wish), form=form, at="handle")
        if made is not None:
            return redirect("publish-organization", made.handle)
    return shown(request, "new_organization.html", {}, form=form)


@login_required
@require_POST
def answer_offer(request: HttpRequest, transfer_id: int, answer: str) -> HttpResponse:
    """Only owners of either side; others find nothing."""
    mine = Organization.objects.filter(publishers__user=reader(request))
    offers = PluginTransfer.objects.select_related("plugin", "origin", "target")
    found = get_object_or_404(offers.filter(Q(target__in=mine) | Q(origin__in=mine)).distinct(), pk=transfer_id)
    if answer == "accept":
        done = f"{found.plugin} is yours. Publish its next version as {found.target.handle}/{found.plugin.name}."
        attempt(request, lambda: accept(found, by=reader(request)), done=done)
    else:
        attempt(request, lambda: decline(found, by=reader(request)), done="The offer has ended.")
    return redirect("publish")
