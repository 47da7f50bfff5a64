"""The queue: what is due next and why it is here; decisions for many at once."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from marketplace.models import Submission
from marketplace.review import batches, deciding, queue, rules
from marketplace.review.deciding import Approval
from marketplace.review.errors import NotPossible
from marketplace.review.pages.access import Visit, page
from marketplace.review.policy import policy
from marketplace.review.reasons import REASONS


@page
def queue_page(request: Visit) -> HttpResponse:
    """The list; htmx gets the list alone."""
    wanted = queue.Filter.of(request.GET.dict())
    pages = Paginator(queue.listed(wanted, request.reader), queue.PAGE)
    rows = pages.get_page(request.GET.get("page"))
    holidays = policy().holidays
    for row in rows:
        row.due = queue.until(row.due_at, holidays) if row.due_at else ""  # type: ignore[attr-defined]
        row.lateness = queue.lateness(row.due_at)  # type: ignore[attr-defined]
        row.why = [(REASONS[one.code], one.detail) for one in row.open_reasons if one.code in REASONS]  # type: ignore[attr-defined]
    sums = queue.counts(request.reader)
    context = {
        "here": "queue",
        "wanted": wanted,
        "rows": rows,
        "views": [(name, title, sums.get(name)) for name, (title, _) in queue.VIEWS.items()],
        "reasons": REASONS,
        "risks": Submission.Risk.choices,
        "book": rules.book().values(),
        "now": timezone.now(),
    }
    template = "desk/queue.html#list" if request.htmx.target == "queue" else "desk/queue.html"
    return render(request, template, context)


@page
@require_POST
def batch(request: Visit) -> HttpResponse:
    """One decision for all that are ticked; those that do not go are told one by one."""
    chosen = [row for pair in request.POST.getlist("chosen") if (row := picked(pair))]
    try:
        outcomes = batches.decide(chosen, act(request))
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("desk")
    done = [one for one in outcomes if not one.error]
    if done:
        messages.success(request, f"Done for {len(done)}: {', '.join(str(one.submission) for one in done)}.")
    for one in outcomes:
        if one.error:
            messages.error(request, f"{one.submission}: {one.error}")
    if not chosen:
        messages.error(request, "Tick the submissions that this is for.")
    return redirect("desk")


def picked(pair: str) -> tuple[UUID, int] | None:
    """Id and serial of a ticked row; None for what no row of ours has."""
    one, _, serial = pair.partition("@")
    try:
        return UUID(one), int(serial)
    except ValueError:
        return None


def act(request: Visit) -> batches.Act:
    """What the form asks for, as a function of a submission's id and serial."""
    by, text = request.reader, request.POST.get("text", "").strip()
    match request.POST.get("act"):
        case "approve":
            approval = Approval("community", text)
            return lambda pk, serial: deciding.approve(pk, approval, by=by, serial=serial)
        case "reject":
            broken = rules.rule(request.POST.get("rule", ""))
            reason = text or broken.now.answer
            return lambda pk, serial: deciding.reject(pk, by=by, serial=serial, rule=broken.id, reason=reason)
        case "send_back":
            words = text or answer(request.POST.get("rule", ""))
            return lambda pk, serial: deciding.send_back(pk, by=by, serial=serial, text=words)
    raise NotPossible("Choose what to do with the ticked submissions.")


def answer(rule_id: str) -> str:
    """The canned answer of a rule; nothing without one."""
    return rules.rule(rule_id).now.answer if rule_id else ""
