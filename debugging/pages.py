"""The workspace's debugging page: what to paste, who is connected, and calls as they come."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debugging import keys, watching
from debugging.models import Connection
from runtime.errors import RuntimeFault
from runtime.models import Installation, RuntimeType
from runtime.numerals import whole
from runtime.pages.access import Visit, governed, page
from runtime.pages.summaries import summary
from runtime.pages.words import reader_language

LIFETIMES = {"2": timedelta(hours=2), "24": timedelta(days=1), "168": timedelta(days=7), "": None}


class Lifetime(forms.Form):
    hours = forms.ChoiceField(
        label="Good for",
        required=False,
        initial="24",
        choices=[("2", "2 hours"), ("24", "1 day"), ("168", "7 days"), ("", "until it is revoked")],
    )


@page
def debugging(request: Visit) -> HttpResponse:
    """Members see who is connected; the key is for those who govern."""
    workspace = request.membership.id
    connected = watching.connected(workspace)
    language = reader_language(request)
    rows = Installation.objects.filter(workspace_id=workspace, runtime_type=RuntimeType.REMOTE)
    plugins = {row.plugin_id: (row, summary(row.package, language)) for row in rows.select_related("package")}
    context = {
        "membership": request.membership,
        "here": "debugging",
        "connected": [(one, *plugins.get(one.plugin_id, (None, None))) for one in connected],
        "ended": watching.latest(workspace),
        "enabled": settings.PLUGIN_REMOTE_INSTALLING_ENABLED,
        **(paste(request, workspace) if request.membership.governs else {}),
    }
    template = "debugging/sessions.html#sessions" if request.htmx else "debugging/sessions.html"
    answer = render(request, template, context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def paste(request: Visit, workspace_id: str) -> dict[str, Any]:
    """The key, and the lines that a developer needs."""
    row = keys.current(workspace_id)
    site = request.build_absolute_uri("/").rstrip("/")
    return {
        "key": row,
        "key_text": keys.text_of(row) if row else "",
        "host": urlsplit(site).hostname,
        "port": settings.PLUGIN_REMOTE_INSTALLING_PORT,
        "near": settings.PLUGIN_REMOTE_INSTALLING_HOST in ("127.0.0.1", "localhost", "::1"),
        "site": site,
        "form": Lifetime(label_suffix=""),
    }


@require_POST
@governed
def key(request: Visit) -> HttpResponse:
    """A new key in place of the one before; or none."""
    workspace, name = request.membership.id, str(request.user)
    if request.POST.get("act") == "revoke":
        keys.revoke(workspace)
        messages.success(request, "The key is revoked. Who is connected stays connected; nobody new gets in with it.")
        return redirect("debugging", request.membership.slug)
    form = Lifetime(request.POST)
    hours = form.cleaned_data["hours"] if form.is_valid() else "2"
    keys.rotate(workspace, made_by=name, lifetime=LIFETIMES[hours])
    messages.success(request, "A new key is ready. Older ones let nobody in any more.")
    return redirect("debugging", request.membership.slug)


def found(request: Visit, plugin_id: str) -> tuple[Installation, Connection]:
    rows = Installation.objects.select_related("package").filter(runtime_type=RuntimeType.REMOTE)
    row = get_object_or_404(rows, workspace_id=request.membership.id, plugin_id=plugin_id)
    same = Connection.objects.filter(workspace_id=request.membership.id, package_id=row.package_id)
    connection = same.order_by("-connected_at").first()
    if connection is None:
        raise Http404
    return row, connection


@page
def session(request: Visit, plugin_id: str) -> HttpResponse:
    """Calls of a connected plugin; htmx asks for those that are new since a turn."""
    row, connection = found(request, plugin_id)
    after, last = (whole(request.GET.get(name, "")) or 0 for name in ("after", "last"))
    context = {
        "membership": request.membership,
        "here": "debugging",
        "installation": row,
        "connection": connection,
        "plugin": summary(row.package, reader_language(request)),
        **calls(row, after, last),
    }
    template = "debugging/session.html#news" if request.htmx else "debugging/session.html"
    answer = render(request, template, context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def calls(row: Installation, after: int, last: int) -> dict[str, Any]:
    """The calls newest first, or the sentence that says why there are none. Up to `last` they are on the page already."""
    try:
        news = watching.calls(row.package.unique_identifier, after)
    except (RuntimeFault, TimeoutError) as fault:
        trouble = getattr(fault, "message", "") or "Its node does not answer."
        return {"calls": [], "turn": after, "newest": last, "trouble": trouble}
    for call in news["calls"]:
        call["at"] = datetime.fromtimestamp(call["at"], UTC)
    numbers = [call["number"] for call in news["calls"]]
    newest, known = max([last, *numbers]), {number for number in numbers if number <= last}
    return {"calls": news["calls"][::-1], "turn": news["turn"], "newest": newest, "known": known}


@require_POST
@page
def replay(request: Visit, plugin_id: str, number: int) -> HttpResponse:
    """Makes a recorded call again, in the name of who made it then."""
    row, _ = found(request, plugin_id)
    watching.replay(row.package.unique_identifier, number)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("debug-session", request.membership.slug, plugin_id)


@require_POST
@page
def patience(request: Visit, plugin_id: str) -> HttpResponse:
    row, _ = found(request, plugin_id)
    on = request.POST.get("on") == "yes"
    try:
        watching.set_patience(request.membership.id, row.plugin_id, on=on)
    except (RuntimeFault, TimeoutError) as fault:
        messages.error(request, f"That did not reach it: {getattr(fault, 'message', 'its node does not answer')}")
    else:
        messages.success(request, "Calls wait for you now." if on else "Calls end at their deadlines again.")
    return redirect("debug-session", request.membership.slug, plugin_id)
