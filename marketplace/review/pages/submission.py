"""A submission: evidence left, decision right."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from marketplace.models import AuditEntry, PrivacyStatement, Submission, User
from marketplace.review import claiming, deciding, evidence, privacy_review, rules, thread
from marketplace.review.pages.access import Visit, found, page
from marketplace.review.parties import Who, governs, sides
from marketplace.review.placing import CLAIMABLE
from marketplace.review.queue import lateness
from marketplace.review.reasons import REASONS
from marketplace.review.warrants import approvals, needed

OK = 200


@page
def submission(request: Visit, submission_id: UUID) -> HttpResponse:
    return shown(request, found(submission_id))


def shown(request: Visit, one: Submission, *, status: int = OK) -> HttpResponse:
    """The page; what somebody has typed in vain stays in its fields (`kept`)."""
    kept = request.POST if status != OK else QueryDict()
    context = {**frame(request, one), **told(one), **decision(one, request.reader), "kept": kept, "tab": "review"}
    context["kept_ticks"] = kept.getlist("tick")
    context["ticked"] = {key.removeprefix("reason-"): kept[key] for key in kept if key.startswith("reason-")}
    return render(request, "desk/submission.html", context, status=status)


def frame(request: Visit, one: Submission) -> dict[str, Any]:
    """What every tab of a submission shows."""
    side = sides(request.reader, one)
    holder = claiming.holder(one)
    return {
        "here": "queue",
        "one": one,
        "reviewer": Who.REVIEWER in side,
        "stake": Who.PUBLISHER in side,
        "governs": governs(request.reader),
        "holder": holder,
        "holds": holder == request.reader,
        "open": one.state in CLAIMABLE,
        "waits_for": thread.waits_for(one),
        "lateness": lateness(one.due_at) if one.state in CLAIMABLE else "",
        "why": [(REASONS[row.code], row) for row in one.reasons.order_by("created_at") if row.code in REASONS],
        "basis": evidence.basis(one),
    }


def told(one: Submission) -> dict[str, Any]:
    """The evidence."""
    sections = one.sections.prefetch_related("findings__settled_by").order_by("check_name")
    statement = PrivacyStatement.objects.filter(submission=one).select_related("confirmed_by", "reviewed_by").first()
    comments = list(thread.comments(one, internal=True))
    difference = evidence.difference(one)
    return {
        "difference": difference,
        "areas": list(difference.by_area()),
        "uses": evidence.privacy(one),
        "sections": sorted(sections, key=gravity),
        "privacy": statement,
        "unanswered": privacy_review.unanswered(statement) if statement else [],
        "answers": privacy_review.ANSWERS,
        "talk": [said for said in comments if not said.internal],
        "notes": [said for said in comments if said.internal],
        "history": one.events.select_related("by").order_by("at", "pk"),
        "decisions": one.decisions.select_related("reviewer").order_by("at", "pk"),
        "verdict": one.verdicts.order_by("-at").first(),
        "audit": AuditEntry.objects.filter(subject=one.unique_identifier).count(),
    }


def gravity(section: Any) -> tuple[int, str]:
    """Sections that need somebody come first; what was not scanned is among them."""
    order = ("failed", "not_scanned", "findings", "running", "waiting", "passed")
    blocks = any(finding.blocking and not finding.settled_at for finding in section.findings.all())
    return (-1 if blocks else order.index(section.state), section.check_name)


def decision(one: Submission, reader: User) -> dict[str, Any]:
    """What the right side needs: what is missing, what was decided, what can be chosen."""
    given = approvals(one)
    return {
        "obstacles": list(deciding.obstacles(one)) if one.state in CLAIMABLE else [],
        "given": given,
        "needed": needed(one),
        "accepted": {
            tick["key"]: f"{row.reviewer or 'The rules'}: {tick['reason']}" for row in given for tick in row.ticks
        },
        "mine": any(row.reviewer_id == reader.pk for row in given),
        "categories": deciding.CATEGORIES,
        "category": given[0].category if given else one.organization.standing,
        "book": rules.book().values(),
        "fix_days": deciding.default_fix_days(),
    }
