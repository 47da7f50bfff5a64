"""Who may see the desk, and one place that turns refusals of the review into answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from marketplace.models import Submission, User
from marketplace.review.errors import NotPermitted, ReviewError
from marketplace.review.parties import governs, reviews
from marketplace.signing import proven

REFUSED, CONFLICT = 403, 409


class Visit(HttpRequest):
    """A request of somebody who may see the desk."""

    reader: User
    htmx: Any


type Page = Callable[Concatenate[Visit, ...], HttpResponse]


def page(view: Page, *, staff: bool = False) -> Callable[..., HttpResponse]:
    """For reviewers and staff. To others the desk does not exist; reviewers are told what is staff's."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        user = request.user
        if not (reviews(user) or governs(user)):
            raise Http404
        if staff and not governs(user):
            raise PermissionDenied("Only staff may do this.")
        visit = cast("Visit", request)
        visit.reader = user
        with proven(request.POST.get("signing_secret", "")):
            return view(visit, *args, **named)

    return admitted


def staff_page(view: Page) -> Callable[..., HttpResponse]:
    return page(view, staff=True)


def found(submission_id: UUID) -> Submission:
    """The submission, or Http404."""
    rows = Submission.objects.select_related("organization", "claimed_by", "made_by", "superseded_by", "listing")
    return get_object_or_404(rows, pk=submission_id)


def refuse(request: HttpRequest, error: ReviewError) -> int:
    """Say on the next page why not; the status for it."""
    messages.error(request, str(error))
    return REFUSED if isinstance(error, NotPermitted) else CONFLICT
