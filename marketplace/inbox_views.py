"""The inbox: what waits for whoever reads it."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace import inbox as items
from marketplace.models import User


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    return render(request, "inbox.html", {"waiting": items.waiting(user), "news": items.news(user)})
