"""Signing in at a provider: the client that this workspace has registered there, the way out, and the way back."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from runtime.credentials import oauth, storing
from runtime.credentials.places import Place, Wanted
from runtime.errors import BadRequest, RuntimeFault
from runtime.models import Credential
from runtime.pages.access import Visit, governed
from runtime.pages.account_forms import AccountForm, account_form
from runtime.pages.credentials import find, governed_async, place_for, shown_page
from runtime.pages.plugin import Opened, opened
from runtime.pages.words import said


def callback_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("oauth-callback"))


def oauth_place(shown: Opened, kind: str) -> tuple[Place, Wanted]:
    place, one = place_for(shown, kind)
    if not one.oauth:
        raise Http404
    return place, one


# The client.


@governed
@sensitive_post_parameters()
@sensitive_variables("form", "old")
def client(request: Visit, plugin_id: str, kind: str) -> HttpResponse:
    """What the provider gave for this server when somebody registered it there."""
    shown = opened(request, plugin_id)
    place, one = oauth_place(shown, kind)
    old = known_client(request, place)
    form = client_form(request, shown, one, old=old)
    if request.method == "POST" and form.valid():
        storing.keep_client(place, storing.merged(form.schema, form.values.values(), old))
        messages.success(request, "It is stored. Now somebody can sign in.")
        return redirect("plugin-credentials", request.membership.slug, plugin_id)
    label = said(one.label, shown.language) or one.provider
    status = 422 if request.method == "POST" else 200
    callback = callback_address(request)
    return shown_page(request, shown, "client", status=status, form=form, label=label, callback=callback)


@sensitive_variables("old")
def client_form(request: Visit, shown: Opened, one: Wanted, *, old: dict[str, Any]) -> AccountForm:
    as_account = Wanted(one.kind, one.provider, one.label, schema=one.client)
    given = request.POST if request.method == "POST" else None
    return account_form(as_account, language=shown.language, given=given, old=old or None)


def known_client(request: Visit, place: Place) -> dict[str, Any]:
    try:
        return storing.client_values(place)
    except RuntimeFault as fault:
        messages.error(request, fault.message)
        return {}


# Out and back.


@governed_async
async def begin(request: Visit, plugin_id: str, kind: str) -> HttpResponseBase:
    """Answers with a link: pages of ours may not send a form on to another server."""
    if request.method != "POST":
        raise Http404
    shown = await sync_to_async(opened)(request, plugin_id)
    place, one = oauth_place(shown, kind)
    again = await sync_to_async(find)(request, shown, request.POST["again"]) if request.POST.get("again") else None
    try:
        address = await oauth.begin(
            place,
            user=str(request.user.pk),
            slug=request.membership.slug,
            redirect_uri=callback_address(request),
            again=again if again and again.type == Credential.Type.OAUTH2 else None,
        )
    except RuntimeFault as fault:
        messages.error(request, f"The plugin could not begin it. {fault.message}")
        return redirect("plugin-credentials", request.membership.slug, plugin_id)
    label = said(one.label, shown.language) or one.provider
    host = urlsplit(address).netloc
    return await sync_to_async(shown_page)(request, shown, "leave", address=address, host=host, label=label)


@governed_async
async def came_back(request: Visit, returned: oauth.Returned) -> HttpResponseBase:
    try:
        take = sync_to_async(oauth.taken)
        flow = await take(returned, user=str(request.user.pk), workspace_id=request.membership.id)
    except BadRequest as fault:
        return await sync_to_async(not_signed_in)(request, fault.message)
    pairs = parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)
    try:
        kept = await oauth.finish(flow, pairs, request.headers)
        messages.success(request, f"You are signed in. “{kept.name}” is stored.")
    except RuntimeFault as fault:
        messages.error(request, f"You are not signed in: {fault.message}")
    return redirect("plugin-credentials", request.membership.slug, flow.plugin_id)


async def callback(request: HttpRequest) -> HttpResponseBase:
    """Where providers send people back to; one address for all, since it is registered with them."""
    try:
        returned = oauth.returned(request.GET.get("state", ""))
    except BadRequest as fault:
        return await sync_to_async(not_signed_in)(request, fault.message)
    return await came_back(request, returned.slug, returned)


def not_signed_in(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "credentials/lost.html", {"why": why}, status=400)
