"""A plugin's page for those who publish it: its releases, and what can be done with them and with it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from marketplace import steering
from marketplace.catalogue.cards import card
from marketplace.models import Organization, Plugin, Release
from marketplace.publishers import retiring
from marketplace.publishers.errors import Refused
from marketplace.publishers.forms import ChannelForm, DeprecationForm, Plain, ReasonForm, RolloutForm, TransferForm
from marketplace.publishers.organizations import Post, access
from marketplace.publishers.pages.visiting import attempt, publishing, reader, shown, where
from marketplace.publishers.transferring import offer


def mine(request: HttpRequest, author: str, name: str) -> tuple[Plugin, Post]:
    """The plugin, and what the reader is to the organization that governs it; Http404 for strangers."""
    found = (
        Plugin.objects.select_related("organization", "latest", "search_entry")
        .filter(plugin_id=f"{author}/{name}")
        .first()
    )
    if found is None:
        raise Http404
    return found, access(request.user, found.organization.handle)


@login_required
def plugin(request: HttpRequest, author: str, name: str) -> HttpResponse:
    found, post = mine(request, author, name)
    releases = found.releases.select_related("submission").order_by("-order")
    context = {
        "post": post,
        "plugin": found,
        "card": card(found),
        "releases": releases,
        "submissions": found.submissions.exclude(state="released").order_by("-created_at")[:10],
        "offer": found.transfers.filter(state="open").select_related("target").first(),
        "back": [one for one in steering.stable_releases(found) if one != found.latest],
        "reason_form": ReasonForm(),
        "deprecation_form": DeprecationForm(),
        "transfer_form": TransferForm(),
        "address": where(request),
    }
    return shown(request, "plugin.html", context)


type Act = tuple[type[Form], Callable[..., object], str]
RELEASE_ACTS: dict[str, Act] = {
    "yank": (ReasonForm, steering.yank, "It is offered no more. Who names it exactly still gets it."),
    "restore": (Plain, steering.restore, "It is offered again."),
    "roll-back": (ReasonForm, steering.roll_back, "It is the latest again. Newer stable releases are yanked."),
    "rollout": (RolloutForm, steering.set_rollout, "More installations are offered it now."),
    "halt": (Plain, steering.halt, "Nobody more is offered it. Take it up again with any percentage."),
    "promote": (ChannelForm, steering.promote, "It is on the new channel."),
    "link": (Plain, steering.new_link, "It has a new address. The old one has ended."),
}
PLUGIN_ACTS: dict[str, Act] = {
    "deprecate": (DeprecationForm, retiring.deprecate, "It is marked as deprecated, and can still be installed."),
    "undeprecate": (Plain, retiring.undeprecate, "It is no longer deprecated."),
    "close": (Plain, retiring.close, "It is no longer listed. Who has it keeps it."),
    "reopen": (Plain, retiring.reopen, "It is listed again."),
}


@login_required
@require_POST
def release_act(request: HttpRequest, release_id: UUID, act: str) -> HttpResponse:
    rows = Release.objects.select_related("plugin__organization")
    found = get_object_or_404(rows, pk=release_id)
    publishing(access(request.user, found.plugin.organization.handle))
    if act not in RELEASE_ACTS:
        raise Http404
    perform(request, RELEASE_ACTS[act], found)
    return redirect("publish-plugin", *found.plugin.plugin_id.split("/"))


@login_required
@require_POST
def plugin_act(request: HttpRequest, author: str, name: str, *, act: str) -> HttpResponse:
    """What ends or revives a plugin is for owners."""
    found, post = mine(request, author, name)
    if not (post.governs and post.publishes):
        raise PermissionDenied("Only owners of this organization may do this.")
    if act == "transfer":
        give(request, found)
    elif act in PLUGIN_ACTS:
        perform(request, PLUGIN_ACTS[act], found)
    else:
        raise Http404
    return redirect("publish-plugin", author, name)


def perform(request: HttpRequest, act: Act, subject: Release | Plugin) -> None:
    """Do what the act's form asks for, or say at which field it is wrong."""
    form_class, service, done = act
    form = form_class(request.POST)
    if form.is_valid():
        attempt(request, partial(service, subject, by=reader(request), **form.cleaned_data), done=done)
    for name, errors in form.errors.items():
        messages.error(request, f"{form.fields[name].label or name.capitalize()}: {errors[0]}")


def give(request: HttpRequest, found: Plugin) -> None:
    form = TransferForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Name the organization by its handle.")
        return

    def offered() -> object:
        target = Organization.objects.filter(handle=form.cleaned_data["to"]).first()
        if target is None:
            raise Refused("target", f"There is no organization {form.cleaned_data['to']} here.")
        return offer(found, to=target, by=reader(request), note=form.cleaned_data["note"])

    attempt(request, offered, done="It is offered. It goes over when one of their owners accepts.")
