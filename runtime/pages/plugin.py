"""An installed plugin's page: what it is, what it offers, what it may do, how it is; and the end of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from runtime import agreeing, installing, observing, recalls
from runtime.cluster import PluginState
from runtime.errors import RuntimeFault
from runtime.models import Installation, RecallOverride
from runtime.pages.access import Visit, governed, page
from runtime.pages.declared import Section, sections
from runtime.pages.readmes import rendered
from runtime.pages.summaries import Summary, add_newer, summary
from runtime.pages.trust import refused_by_policy
from runtime.pages.words import ENGLISH, NAMES, TAGS, in_bytes, permissions, reader_language

THINGS_A_PAGE = 30  # of a hundred models, with all their parameters, a page would weigh half a megabyte


@dataclass(frozen=True, slots=True)
class Opened:
    """What every tab of a plugin's page shows."""

    installation: Installation
    plugin: Summary
    sections: list[Section]
    language: str

    @property
    def declaration(self) -> dict[str, Any]:
        return dict(self.installation.package.declaration)


def find(request: Visit, plugin_id: str) -> Installation:
    rows = Installation.objects.select_related("package")
    return get_object_or_404(rows, workspace_id=request.membership.id, plugin_id=plugin_id)


def opened(request: Visit, plugin_id: str) -> Opened:
    installation = find(request, plugin_id)
    language = reader_language(request)
    plugin = summary(installation.package, language)
    plugin.process = agreeing.process_for(installation)
    plugin.state = observing.states([plugin.process])[plugin.process]
    if held := recalls.against(plugin.unique_identifier, request.membership.id):
        plugin.state = PluginState("stopped", held.sentence)
    add_newer([plugin])
    return Opened(installation, plugin, sections(installation.package.declaration, language), language)


def tab(request: Visit, shown: Opened, here: str, **more: Any) -> HttpResponse:
    context = {
        "membership": request.membership,
        "here": "plugins",
        "tab": here,
        **recalled(request, shown.plugin.unique_identifier),
        "plugin": shown.plugin,
        "installation": shown.installation,
        "sections": shown.sections,
        **more,
    }
    return render(request, f"plugin/{here}.html", context)


def recalled(request: Visit, plugin: str) -> dict[str, Any]:
    """What is recalled of it, whether that holds in this workspace, and who has allowed it all the same."""
    found = recalls.against(plugin)
    if found is None:
        return {}
    rows = RecallOverride.objects.filter(workspace_id=request.membership.id, plugin_id=plugin.partition(":")[0])
    return {"recall": found, "recall_holds": recalls.against(plugin, request.membership.id), "overrides": rows}


@page
def overview(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    readmes = {one.language: one.content for one in shown.installation.package.readmes.all()}
    wanted = request.GET.get("language") or shown.language
    language = next((one for one in (wanted, ENGLISH, *readmes) if one in readmes), "")
    others = [(one, NAMES.get(one, one)) for one in sorted(readmes)] if len(readmes) > 1 else []
    return tab(
        request,
        shown,
        "overview",
        readme=rendered(readmes[language]) if language else "",
        language=language,
        html_language=TAGS.get(language, language.replace("_", "-")),
        languages=others,
        **facts(shown),
    )


def facts(shown: Opened) -> dict[str, Any]:
    declaration = shown.declaration
    web = {name: str(declaration.get(name) or "") for name in ("privacy", "repo")}
    resource = declaration.get("resource") or {}
    return {
        "package": shown.installation.package,
        "size": in_bytes(shown.installation.package.size or 0),
        "memory": in_bytes(resource["memory"]) if resource.get("memory") else "",
        "runner": (declaration.get("meta") or {}).get("runner") or {},
        "tags": declaration.get("tags") or [],
        "permissions": permissions(declaration),
        **{name: url if url.startswith(("https://", "http://")) else "" for name, url in web.items()},
    }


@page
def section(request: Visit, plugin_id: str, name: str) -> HttpResponse:
    """Tools, models, or another kind of thing that it declares."""
    shown = opened(request, plugin_id)
    found = next((one for one in shown.sections if one.tab == name), None)
    if found is None:
        raise Http404
    words = request.GET.get("q", "").strip()
    things = [one for one in found.things if one.matches(words)]
    shown_page = Paginator(things, THINGS_A_PAGE).get_page(request.GET.get("page"))
    searched = len(found.things) > THINGS_A_PAGE // 2
    return tab(request, shown, "section", section=found, things=shown_page, words=words, searched=searched)


@page
def permission(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    return tab(request, shown, "permissions", **facts(shown))


@page
def signature(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    return tab(request, shown, "signature", refused=refused_by_policy(shown.installation.package), **facts(shown))


@require_POST
@governed
def override(request: Visit, plugin_id: str) -> HttpResponse:
    """Runs a plugin in spite of a soft recall, or takes that back."""
    shown = opened(request, plugin_id)
    who = f"{request.user} <{getattr(request.user, 'email', '')}>"
    if request.POST.get("act") == "withdraw":
        recalls.withdraw(request.membership.id, plugin_id, by=who)
        messages.success(request, "The recall holds again.")
        return redirect("plugin", request.membership.slug, plugin_id)
    try:
        reason = request.POST.get("reason", "")
        recalls.override(request.membership.id, shown.plugin.unique_identifier, by=who, reason=reason)
        messages.success(request, "Allowed here, in spite of the recall. Your name and reason are kept.")
    except RuntimeFault as fault:
        messages.error(request, fault.message)
    return redirect("plugin", request.membership.slug, plugin_id)


@require_POST
@governed
def restart(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    try:
        observing.restart(shown.plugin.process)
        messages.success(request, f"{shown.plugin.label} is starting again.")
    except RuntimeFault as fault:
        messages.error(request, f"It could not be restarted: {fault.message}")
    return redirect("plugin-activity", request.membership.slug, plugin_id)


@governed
def uninstall(request: Visit, plugin_id: str) -> HttpResponse:
    """GET says what will happen; POST does it. The package stays, so the way back is one click."""
    shown = opened(request, plugin_id)
    if request.method != "POST":
        return tab(request, shown, "uninstall")
    said = installing.uninstall(shown.installation)
    messages.success(request, f"{shown.plugin.label} is uninstalled.", extra_tags=shown.plugin.unique_identifier)
    for sentence in said:
        messages.warning(request, sentence)
    return redirect("plugins", request.membership.slug)
