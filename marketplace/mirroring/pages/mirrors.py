"""Staff's pages of mirrors."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from marketplace.mirroring import following, mirrors
from marketplace.mirroring.forms import MirrorForm
from marketplace.models import Mirror
from marketplace.review.pages.access import Visit, staff_page

SHOWN = 100
KEPT = ("name", "address", "public_key", "rules", "every_hours", "paused")


@staff_page
def index(request: Visit) -> HttpResponse:
    rows = Mirror.objects.order_by("name")
    return render(request, "mirrors/list.html", {"here": "mirrors", "rows": rows})


@staff_page
def new(request: Visit) -> HttpResponse:
    return edited(request, Mirror())


@staff_page
def mirror(request: Visit, mirror_id: UUID) -> HttpResponse:
    return edited(request, get_object_or_404(Mirror, pk=mirror_id))


def edited(request: Visit, row: Mirror) -> HttpResponse:
    new = row._state.adding
    form = MirrorForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        saved = mirrors.save(form.instance, by=request.reader, **{name: form.cleaned_data[name] for name in KEPT})
        messages.success(request, "The mirror is there. Look now, or wait for its time." if new else "Saved.")
        return redirect("mirror", saved.pk)
    releases = [] if new else row.releases.select_related("submission").order_by("-at")[:SHOWN]
    context = {"here": "mirrors", "form": form, "mirror": None if new else row, "releases": releases}
    return render(request, "mirrors/mirror.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
def look(request: Visit, mirror_id: UUID) -> HttpResponse:
    row = get_object_or_404(Mirror, pk=mirror_id)
    following.begin(row)
    messages.success(request, "It is looking. What it brings appears below and in the review queue.")
    return redirect("mirror", row.pk)


@staff_page
@require_POST
def remove(request: Visit, mirror_id: UUID) -> HttpResponse:
    row = get_object_or_404(Mirror, pk=mirror_id)
    mirrors.remove(row, by=request.reader)
    messages.success(request, f"{row.name} is followed no longer. What it has brought stays.")
    return redirect("mirrors")
