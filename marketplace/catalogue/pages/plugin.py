"""A plugin's pages: decide, then use it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from marketplace.catalogue import comparing
from marketplace.catalogue.rating import publishes
from marketplace.catalogue.readmes import rendered
from marketplace.catalogue.showing import Shown, plugin_at, public, shown, versions
from marketplace.catalogue.using import CannotUse, bring, governed_by
from marketplace.catalogue.vouching import vouchers
from marketplace.dify.counting import count_install
from marketplace.dify.handoff import framable, handoff
from marketplace.models import Plugin, User
from marketplace.workspaces import access

VERSIONS_AT_ONCE = 50


def head(request: HttpRequest, one: Shown, tab: str) -> dict[str, Any]:
    """What all pages of a plugin show."""
    user = request.user if request.user.is_authenticated else None
    return {
        "place": "marketplace",
        "shown": one,
        "plugin": one.plugin,
        "release": one.release,
        "card": one.card,
        "tab": tab,
        "workspaces": governed_by(user) if user and one.handed_out else [],
        "version": "" if one.is_latest or one.link else one.release.version,
        "successor": successor(one.plugin),
        "handoff": handoff(request, one.plugin),
        "publishes": bool(user and publishes(user, one.plugin)),
        "address": request.build_absolute_uri("/").rstrip("/"),
    }


def successor(plugin: Plugin) -> Plugin | None:
    return Plugin.objects.filter(plugin_id=plugin.successor).first() if plugin.successor else None


def looked_at(request: HttpRequest, org: str, name: str) -> Shown:
    return shown(f"{org}/{name}", version=request.GET.get("version", ""))


@framable
@require_safe
def overview(request: HttpRequest, org: str, name: str) -> HttpResponse:
    one = looked_at(request, org, name)
    return render(request, "catalogue/plugin/overview.html", head(request, one, "overview"))


@require_safe
def unlisted(request: HttpRequest, org: str, name: str, *, link: str) -> HttpResponse:
    """A release that only those find who were given its address; nothing leads here, and no search engine stays."""
    one = shown(f"{org}/{name}", link=link)
    response = render(request, "catalogue/plugin/overview.html", head(request, one, "overview"))
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def history(request: HttpRequest, org: str, name: str) -> HttpResponse:
    one = looked_at(request, org, name)
    rows = versions(one.plugin)
    more = len(rows) > VERSIONS_AT_ONCE and "all" not in request.GET
    context = {"rows": rows[:VERSIONS_AT_ONCE] if more else rows, "total": len(rows), "more": more}
    return render(request, "catalogue/plugin/versions.html", {**head(request, one, "versions"), **context})


@require_safe
def permissions(request: HttpRequest, org: str, name: str) -> HttpResponse:
    one = looked_at(request, org, name)
    return render(request, "catalogue/plugin/permissions.html", head(request, one, "permissions"))


@require_safe
def privacy(request: HttpRequest, org: str, name: str) -> HttpResponse:
    one = looked_at(request, org, name)
    policy = one.release.privacy_policy
    linked = policy if policy.startswith(("https://", "http://")) else ""
    context = {"policy_link": linked, "policy": "" if linked else rendered(policy, one.pictures)}
    return render(request, "catalogue/plugin/privacy.html", {**head(request, one, "privacy"), **context})


@require_safe
def review(request: HttpRequest, org: str, name: str) -> HttpResponse:
    one = looked_at(request, org, name)
    context = {**head(request, one, "review"), "vouchers": vouchers(one.release)}
    return render(request, "catalogue/plugin/review.html", context)


@require_safe
def compare(request: HttpRequest, org: str, name: str) -> HttpResponse:
    """Two public versions; without names in the address the two newest."""
    plugin = plugin_at(f"{org}/{name}")
    rows = list(public(plugin).values_list("version", flat=True))
    new = request.GET.get("to") or next(iter(rows), "")
    older = rows[rows.index(new) + 1 :] if new in rows else []
    old = request.GET.get("from") or next(iter(older), new)
    one = shown(plugin.plugin_id, version=new)
    before = get_object_or_404(public(plugin), version=old)
    why_not = comparing.why_not(before, one.release)
    context = {
        "rows": rows,
        "old": before,
        "new": one.release,
        "changes": comparing.change_in_power(before, one.release),
        "files": [] if why_not else comparing.files(before, one.release),
        "why_not": why_not,
    }
    return render(request, "catalogue/plugin/compare.html", {**head(request, one, "versions"), **context})


@require_POST
@login_required
def use(request: HttpRequest, org: str, name: str) -> HttpResponse:
    """Into a workspace that the reader governs: on to its install sheet, where they see what they agree to."""
    one = shown(f"{org}/{name}", version=request.POST.get("version", ""), link=request.POST.get("link", ""))
    membership = access(request.user, request.POST.get("workspace", ""))
    if not membership.governs:
        raise Http404("Only owners and admins of a workspace may install.")
    try:
        identifier = bring(one.release)
        count_install(one.release)
    except CannotUse as reason:
        messages.error(request, str(reason))
        return redirect("catalogue-plugin", org, name)
    response = redirect("install", membership.slug)
    response.headers["Location"] += f"?p={identifier}"
    return response


def reader(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None
