"""What all pages of publishers share: who looks, and how an act that was refused is told."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.models import User
from marketplace.publishers.errors import Refused
from marketplace.publishers.organizations import Post, access
from marketplace.review import ReviewError

INVALID = 422


def reader(request: HttpRequest) -> User:
    """The person who has signed in, for views that need one."""
    return cast("User", request.user)


def governing(request: HttpRequest, handle: str) -> Post:
    """The reader's post, when they may govern the organization; else PermissionDenied."""
    post = access(request.user, handle)
    if not post.governs:
        raise PermissionDenied("Only owners of this organization may do this.")
    return post


def publishing(post: Post) -> Post:
    """The post, when its holder may publish; else PermissionDenied: staff look after publishers, and publish nothing."""
    if not post.publishes:
        raise PermissionDenied("Only people of this organization publish for it.")
    return post


def attempt[Made](
    request: HttpRequest, act: Callable[[], Made], *, done: str = "", form: Form | None = None, at: str | None = None
) -> Made | None:
    """Do it and say so; or say why it was refused, at the form where there is one or at its field. None: it was refused."""
    try:
        made = act()
    except (Refused, ReviewError) as error:
        for problem in getattr(error, "problems", [str(error)]):
            if form is None:
                messages.error(request, problem)
            else:
                form.add_error(at, problem)
        return None
    if done:
        messages.success(request, done)
    return made


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, form: Form | None = None) -> HttpResponse:
    """The page; with status 422 when its form was sent with errors."""
    context = {"place": "publish", "form": form} | context
    return render(request, f"publish/{template}", context, status=INVALID if form is not None and form.errors else 200)


def where(request: HttpRequest) -> str:
    """The address of this server as the reader knows it, for commands that they copy."""
    return request.build_absolute_uri("/").rstrip("/")
