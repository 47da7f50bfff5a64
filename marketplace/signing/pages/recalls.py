"""Staff's page of recalls: whom one would hit, then the recall; and lifting it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from marketplace import recalling
from marketplace.models import Recall
from marketplace.recalling import CannotRecall, Impact
from marketplace.review.pages.access import Visit, staff_page
from marketplace.signing.pages.forms import RecallForm

HERE = "desk-recalls"


@staff_page
def overview(request: Visit) -> HttpResponse:
    """The first sending shows the impact; the second recalls, if it is still about what was seen."""
    start = {name: request.GET.get(name, "") for name in ("kind", "subject") if name in request.GET}
    form = RecallForm(request.POST if request.method == "POST" else None, initial=start)
    impact: Impact | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asked = f"{given['kind']} {given['subject']}"
            if request.POST.get("act") == "recall" and request.POST.get("seen") == asked:
                recalling.recall(given.pop("kind"), given.pop("subject"), by=request.reader, **given)
                messages.success(request, "It is recalled. Runtimes that follow this list stop it within a minute.")
                return redirect(HERE)
            impact = recalling.impact(given["kind"], given["subject"])
        except CannotRecall as fault:
            form.add_error(None, str(fault))
    context = {
        "here": "recalls",
        "form": form,
        "impact": impact,
        "seen": f"{form.cleaned_data['kind']} {form.cleaned_data['subject']}" if impact else "",
        "standing": recalling.in_force(),
        "lifted": Recall.objects.exclude(lifts=None).select_related("lifts").order_by("-number")[:20],
    }
    return render(request, "signing/recalling.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
def lift(request: Visit, number: int) -> HttpResponse:
    try:
        recalling.lift(number, by=request.reader, reason=request.POST.get("reason", ""))
        messages.success(request, "The recall is lifted. What it took out of the catalogue is back.")
    except CannotRecall as fault:
        messages.error(request, str(fault))
    return redirect(HERE)
