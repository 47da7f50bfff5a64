"""What reviewers do on a submission's page: each a POST that ends on the page again."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from marketplace.models import Comment, Finding, Submission
from marketplace.review import claiming, deciding, privacy_review, settling, sources, thread
from marketplace.review.deciding import Approval
from marketplace.review.errors import NotPossible, ReviewError
from marketplace.review.moving import move
from marketplace.review.pages.access import Visit, found, page, refuse
from marketplace.review.pages.queue import answer
from marketplace.review.pages.submission import shown

type Act = Callable[..., str]


def act(view: Act, *, anchor: str = "") -> Callable[..., HttpResponse]:
    """The act answers with a sentence; refusals show the page again with all that was typed."""

    @page
    @require_POST
    @wraps(view)
    def done(request: Visit, submission_id: UUID, **named: Any) -> HttpResponse:
        one = found(submission_id)
        try:
            said = view(request, one, **named)
        except ReviewError as error:
            status = refuse(request, error)
            return shown(request, found(submission_id), status=status)
        if said:
            messages.success(request, said)
        return redirect(back(request, one, anchor))

    return done


def back(request: Visit, one: Submission, anchor: str) -> str:
    """The page that the form stood on, when it is one of this submission's; else its first one."""
    here = reverse("desk-submission", args=[one.pk])
    asked = request.POST.get("back", "")
    return asked if asked.startswith(f"{here}/") and "\\" not in asked else here + anchor


def number(text: str, *, most: int) -> int | None:
    """A whole number that is not above `most`; None for all else: nobody counts to a thousand digits."""
    small = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if small and int(text) <= most else None


def serial(request: Visit) -> int:
    """The number of moves that the page has seen."""
    seen = number(request.POST.get("serial", ""), most=10**9)
    if seen is None:
        raise NotPossible("Load the page again, then decide.")
    return seen


def claim(request: Visit, one: Submission) -> str:
    claiming.claim(one, by=request.reader)
    return "It is yours. The claim is kept while this page is open."


def let_go(request: Visit, one: Submission) -> str:
    claiming.let_go(one, by=request.reader)
    return "Given back."


def approve(request: Visit, one: Submission) -> str:
    post = request.POST
    ticks = {key: post.get(f"reason-{key}", "") for key in post.getlist("tick")}
    approval = Approval(post.get("category", ""), post.get("reason", ""), ticks)
    after = deciding.approve(one.pk, approval, by=request.reader, serial=serial(request))
    if after.state == Submission.State.SECONDING:
        return "Approved. A second reviewer has to agree before it is signed."
    return "Approved. It is signed and listed next."


def send_back(request: Visit, one: Submission) -> str:
    text = request.POST.get("text", "").strip() or answer(request.POST.get("rule", ""))
    days = request.POST.get("days", "").strip()
    fix = number(days, most=999)
    if days and fix is None:
        raise NotPossible("Give the time to fix it in whole days.")
    deciding.send_back(one.pk, by=request.reader, serial=serial(request), text=text, fix_days=fix)
    return "Sent back to its publisher."


def reject(request: Visit, one: Submission) -> str:
    rule = request.POST.get("rule", "")
    reason = request.POST.get("text", "").strip() or answer(rule)
    deciding.reject(one.pk, by=request.reader, serial=serial(request), rule=rule, reason=reason)
    return "Rejected. Its publisher is told why, and may appeal."


def escalate(request: Visit, one: Submission) -> str:
    thread.escalate(one, by=request.reader, text=request.POST.get("text", ""))
    return "Escalated: two reviewers have to decide on it now."


def screen_again(request: Visit, one: Submission) -> str:
    move(one, to=Submission.State.SCREENING, by=request.reader, note="Screened again.")
    return "It is being screened again."


def take_back(request: Visit, one: Submission) -> str:
    thread.take_back(one, by=request.reader, note=request.POST.get("text", ""))
    return "Stopped. It has to be decided on anew."


def comment(request: Visit, one: Submission) -> str:
    post = request.POST
    anchor: dict[str, Any] = {"path": post.get("path", ""), "line": number(post.get("line", ""), most=10**8)}
    if anchor["path"] and not holds(one, anchor["path"]):
        raise NotPossible("There is no such file in this package. Choose the line again.")
    rule = post.get("rule", "")
    text = post.get("text", "").strip() or answer(rule)
    thread.remark(one, by=request.reader, text=text, internal="internal" in post, rule=rule, **anchor)
    return ""


def holds(one: Submission, path: str) -> bool:
    try:
        return path in sources.names(one.package)
    except sources.NoSuchFile:
        return False


def resolve(request: Visit, one: Submission, comment_id: int) -> str:
    thread.resolve(get_object_or_404(Comment, pk=comment_id, submission=one), by=request.reader)
    return ""


def settle(request: Visit, one: Submission, finding_id: int) -> str:
    finding = get_object_or_404(Finding, pk=finding_id, section__submission=one)
    if "again" in request.POST:
        settling.unsettle(finding, by=request.reader)
    else:
        settling.settle(finding, by=request.reader, reason=request.POST.get("reason", ""))
    return ""


def privacy_answer(request: Visit, one: Submission) -> str:
    post = request.POST
    said = {"answer": post.get("answer", ""), "reason": post.get("reason", "")}
    privacy_review.answer(one, post.get("key", ""), by=request.reader, **said)
    return ""


def privacy_complete(request: Visit, one: Submission) -> str:
    privacy_review.complete(one, by=request.reader)
    return "The privacy review is complete."


@page
@require_POST
def ping(request: Visit, submission_id: UUID) -> HttpResponse:
    """The open page keeps its claim; it hears when it has lost it."""
    one = found(submission_id)
    renewed = claiming.renew(one, by=request.reader)
    one.refresh_from_db()
    context = {"one": one, "holds": renewed, "holder": claiming.holder(one)}
    return render(request, "desk/claim.html", context)
