"""Install tasks: what is happening now, how far, what went wrong, and what to do about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from runtime import installing
from runtime.models import InstallItem, InstallTask, Status
from runtime.numerals import whole
from runtime.pages.access import Visit, governed, page
from runtime.pages.summaries import summary
from runtime.pages.words import reader_language, step_in_words

SHOWN = 50
LOG_LINES = 200


@page
def tasks(request: Visit) -> HttpResponse:
    """The workspace's last install tasks."""
    rows = list(InstallTask.objects.filter(workspace_id=request.membership.id)[:SHOWN])
    shown = [{"task": one, "items": described(one, request)} for one in rows]
    under_way = any(not Status(one.status).ended for one in rows)
    context = {"membership": request.membership, "here": "activity", "tasks": shown, "under_way": under_way}
    return render(request, "tasks.html", context)


@page
def task(request: Visit, task_id: UUID) -> HttpResponse:
    """One task; while it runs htmx asks again for the part that changes."""
    found = InstallTask.objects.filter(workspace_id=request.membership.id, pk=task_id).first()
    if found is None:
        return render(request, "task_gone.html", {"membership": request.membership, "here": "activity"}, status=404)
    items = described(found, request)
    context = {
        "membership": request.membership,
        "here": "activity",
        "task": found,
        "items": items,
        "ended": Status(found.status).ended,
        "failed": sum(one["row"].status == Status.FAILED for one in items),
        "done": sum(one["row"].status == Status.SUCCESS for one in items),
    }
    return render(request, "task.html#live" if request.htmx else "task.html", context)


def described(found: InstallTask, request: Visit) -> list[dict[str, Any]]:
    language = reader_language(request)
    rows = found.items.select_related("package", "replaces")
    return [
        {
            "row": row,
            "plugin": summary(row.package, language),
            "step": step_in_words(row.step or row.message or "starting"),
            "log": "\n".join(row.log.splitlines()[-LOG_LINES:]),
        }
        for row in rows
    ]


def chosen(request: Visit, task_id: UUID) -> InstallTask:
    return get_object_or_404(InstallTask, workspace_id=request.membership.id, pk=task_id)


def only(found: InstallTask, request: Visit) -> Any:
    """The item that the form names, or None for all of them."""
    item = whole(request.POST.get("item", ""))
    return None if item is None else InstallItem.objects.filter(task=found, pk=item)


@require_POST
@governed
def retry(request: Visit, task_id: UUID) -> HttpResponse:
    found = chosen(request, task_id)
    installing.retry(found, only(found, request))
    return redirect("task", request.membership.slug, found.id)


@require_POST
@governed
def cancel(request: Visit, task_id: UUID) -> HttpResponse:
    found = chosen(request, task_id)
    if not installing.cancel(found, only(found, request)):
        messages.info(request, "It had ended before it could be cancelled.")
    return redirect("task", request.membership.slug, found.id)
