"""The workspace's plugins: what is installed, is it well, what needs somebody."""

from typing import Any
from zlib import crc32

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh, reswap

from runtime.models import UNFINISHED, InstallTask
from runtime.pages.access import Visit, page
from runtime.pages.summaries import Summary, installed
from runtime.pages.words import KINDS, reader_language


@page
def plugins(request: Visit) -> HttpResponse:
    """The list, searched by `q` and filtered by `kind`; htmx gets the list alone."""
    everything = installed(request.membership.id, reader_language(request))
    kinds = [one for one in KINDS.values() if any(plugin.kind is one for plugin in everything)]
    context = listed(request, everything) | {
        "here": "plugins",
        "kinds": kinds,
        "tasks": InstallTask.objects.filter(workspace_id=request.membership.id, status__in=UNFINISHED)
        .prefetch_related("items__package")
        .all(),
    }
    template = "plugins.html#list" if request.htmx.target == "plugins" else "plugins.html"
    return render(request, template, context)


@page
def states(request: Visit) -> HttpResponse:
    """The state pills of the plugins that are listed, each to take the place of the one on the page.

    Where others are there by now than the page shows (`shown`), as somebody has installed one, the whole list takes its place.
    """
    everything = installed(request.membership.id, reader_language(request))
    context = listed(request, everything)
    if request.GET.get("shown", context["shown"]) == context["shown"]:
        return render(request, "plugins_states.html", context)
    if not everything:
        return HttpResponseClientRefresh()
    return reswap(render(request, "plugins.html#list", context), "outerHTML")


def listed(request: Visit, everything: list[Summary]) -> dict[str, Any]:
    """What the list is made of; `shown` is another one as soon as another plugin or version is in it."""
    words, kind = sought(request)
    found = matching(request, everything)
    return {
        "membership": request.membership,
        "plugins": found,
        "total": len(everything),
        "words": words,
        "kind": kind,
        "shown": f"{crc32(' '.join(one.unique_identifier for one in found).encode()):08x}",
    }


def sought(request: Visit) -> tuple[str, str]:
    """The words that are searched for, and the kind that is asked for."""
    return request.GET.get("q", "").strip(), request.GET.get("kind", "")


def matching(request: Visit, plugins: list[Summary]) -> list[Summary]:
    words, kind = sought(request)
    return [one for one in plugins if one.matches(words) and kind in ("", one.kind.name)]
