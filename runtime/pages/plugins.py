"""The workspace's plugins: what is installed, is it well, what needs somebody."""

from django.http import HttpResponse
from django.shortcuts import render

from runtime.models import UNFINISHED, InstallTask
from runtime.pages.access import Visit, page
from runtime.pages.summaries import Summary, installed
from runtime.pages.words import KINDS, reader_language


@page
def plugins(request: Visit) -> HttpResponse:
    """The list, searched by `q` and filtered by `kind`; htmx gets the list alone."""
    everything = installed(request.membership.id, reader_language(request))
    words, kind = sought(request)
    kinds = [one for one in KINDS.values() if any(plugin.kind is one for plugin in everything)]
    context = {
        "membership": request.membership,
        "here": "plugins",
        "plugins": matching(request, everything),
        "total": len(everything),
        "kinds": kinds,
        "kind": kind,
        "words": words,
        "tasks": InstallTask.objects.filter(workspace_id=request.membership.id, status__in=UNFINISHED)
        .prefetch_related("items__package")
        .all(),
    }
    template = "plugins.html#list" if request.htmx.target == "plugins" else "plugins.html"
    return render(request, template, context)


@page
def states(request: Visit) -> HttpResponse:
    """The state pills of the plugins that are listed, each to take the place of the one on the page."""
    found = matching(request, installed(request.membership.id, reader_language(request)))
    return render(request, "plugins_states.html", {"plugins": found})


def sought(request: Visit) -> tuple[str, str]:
    """The words that are searched for, and the kind that is asked for."""
    return request.GET.get("q", "").strip(), request.GET.get("kind", "")


def matching(request: Visit, plugins: list[Summary]) -> list[Summary]:
    words, kind = sought(request)
    return [one for one in plugins if one.matches(words) and kind in ("", one.kind.name)]
