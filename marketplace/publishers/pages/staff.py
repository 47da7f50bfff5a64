"""What staff decide about publishers: claims of names."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from marketplace.models import NamespaceClaim
from marketplace.publishers.claims import decide
from marketplace.publishers.forms import AnswerForm
from marketplace.publishers.pages.visiting import attempt, reader, shown


@login_required
def claims(request: HttpRequest) -> HttpResponse:
    staff_only(request)
    rows = NamespaceClaim.objects.select_related("organization", "made_by", "decided_by").order_by("-made_at")
    return shown(
        request, "claims.html", {"open": rows.filter(state="open"), "decided": rows.exclude(state="open")[:50]}
    )


@login_required
@require_POST
def decide_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    staff_only(request)
    found = get_object_or_404(NamespaceClaim.objects.select_related("organization"), pk=claim_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        attempt(request, lambda: decide(found, by=reader(request), **form.cleaned_data), done="The claim is decided.")
    return redirect("publish-claims")


def staff_only(request: HttpRequest) -> None:
    """For others there is no such page."""
    if not reader(request).is_staff:
        raise Http404
