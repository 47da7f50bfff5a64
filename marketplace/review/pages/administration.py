"""What staff govern: reviewers, service levels, automatic approval, reports; and the audit trail."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from marketplace.models import AbuseReport, AuditEntry, AutomaticVerdict, NamespaceClaim, Organization, ReviewPolicy
from marketplace.review import appointing, automatic
from marketplace.review.errors import ReviewError
from marketplace.review.pages.access import Visit, refuse, staff_page
from marketplace.review.policy import policy

OK = 200
ENTRIES = 100


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Service levels and rules, with words for people."""

    free_days = forms.CharField(
        required=False,
        label="Free days",
        help_text="Days on which nobody reviews, such as 2026-12-25. One a line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = ReviewPolicy
        fields = (*appointing.LIMITS, "automatic", "free_days")
        labels = {
            "low_days": "Low risk: business days",
            "medium_days": "Medium risk: business days",
            "high_days": "High risk: business days",
            "fix_days": "Days that publishers are given to fix something",
            "claim_minutes": "Minutes that a claim lasts without its page",
            "claims_each": "Claims a reviewer may hold",
            "weight_limit": "Most that an update may weigh to be approved by rule",
            "sample_percent": "Percent of these that people look at all the same",
            "automatic": "Automatic approval",
        }

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **named})
        for name, (least, most) in appointing.LIMITS.items():
            self.fields[name].widget.attrs |= {"min": least, "max": most}
        choices = [("off", "Off"), ("dry", "Dry run: only say what it would have done"), ("on", "On")]
        self.fields["automatic"] = forms.ChoiceField(label="Automatic approval", choices=choices)
        self.initial["free_days"] = "\n".join(self.instance.free_days)


@staff_page
def overview(request: Visit) -> HttpResponse:
    return shown(request, PolicyForm(instance=policy()))


def shown(request: Visit, form: PolicyForm, *, status: int = OK) -> HttpResponse:
    reports = AbuseReport.objects.select_related("plugin", "release", "rating", "reporter", "decided_by")
    verdicts = AutomaticVerdict.objects.select_related("submission").order_by("-at")[:20]
    context = {
        "here": "administration",
        "form": form,
        "people": appointing.people(),
        "open_reports": reports.filter(state=AbuseReport.State.OPEN).order_by("created_at")[:50],
        "closed_reports": reports.exclude(state=AbuseReport.State.OPEN).order_by("-decided_at")[:10],
        "claims": NamespaceClaim.objects.filter(state=NamespaceClaim.State.OPEN).count(),
        "standings": Organization.Standing.choices,
        "verdicts": verdicts,
        "rules": automatic.RULES,
        "kept": request.POST if status != OK else {},
    }
    return render(request, "desk/administration.html", context, status=status)


@staff_page
@require_POST
def policy_act(request: Visit) -> HttpResponse:
    form = PolicyForm(request.POST, instance=policy())
    if not form.is_valid():
        return shown(request, form, status=422)
    try:
        appointing.set_policy(form.cleaned_data, by=request.reader)
    except ReviewError as error:
        form.add_error(None, str(error))
        return shown(request, form, status=422)
    messages.success(request, "Saved. Due dates that were given stay as they are.")
    return redirect("desk-administration")


@staff_page
@require_POST
def reviewer_act(request: Visit) -> HttpResponse:
    reviews = request.POST.get("act") == "appoint"
    try:
        user = appointing.appoint(request.POST.get("email", ""), by=request.reader, reviews=reviews)
    except ReviewError as error:
        return shown(request, PolicyForm(instance=policy()), status=refuse(request, error))
    messages.success(request, f"{user} {'reviews now' if reviews else 'reviews no longer'}.")
    return redirect("desk-administration")


@staff_page
@require_POST
def standing_act(request: Visit) -> HttpResponse:
    handle, standing = request.POST.get("handle", "").strip(), request.POST.get("standing", "")
    try:
        found = appointing.give_standing(handle, standing, by=request.reader)
    except ReviewError as error:
        return shown(request, PolicyForm(instance=policy()), status=refuse(request, error))
    messages.success(request, f"{found} is {found.get_standing_display().lower()} now.")
    return redirect("desk-administration")


@staff_page
@require_POST
def report_act(request: Visit, report_id: int) -> HttpResponse:
    report = get_object_or_404(AbuseReport, pk=report_id)
    acted = request.POST.get("act") == "acted"
    try:
        appointing.decide_report(report, by=request.reader, acted=acted, answer=request.POST.get("answer", ""))
    except ReviewError as error:
        return shown(request, PolicyForm(instance=policy()), status=refuse(request, error))
    messages.success(request, f"The report about {report.plugin} is closed.")
    return redirect("desk-administration")


@staff_page
def audit(request: Visit) -> HttpResponse:
    """The audit trail, newest first, searched by act, subject and person."""
    words = request.GET.get("q", "").strip()[:200]
    entries = AuditEntry.objects.order_by("-pk")
    if words:
        entries = entries.filter(Q(act__icontains=words) | Q(subject__icontains=words) | Q(by__icontains=words))
    rows = Paginator(entries, ENTRIES).get_page(request.GET.get("page"))
    return render(request, "desk/audit.html", {"here": "audit", "rows": rows, "words": words})
