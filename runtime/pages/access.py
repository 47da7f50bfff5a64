"""Who may see and do what on a workspace's pages: the catalogue is asked, by the name in the settings."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Protocol, cast
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect

LAST_WORKSPACE = "workspace"


class Membership(Protocol):
    """What the catalogue says of a person in a workspace; `id` is the workspace's id on the wire."""

    @property
    def id(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def workspace(self) -> Any: ...
    @property
    def governs(self) -> bool: ...


class Visit(HttpRequest):
    """A request of somebody who is in the workspace."""

    membership: Membership
    htmx: Any


type Page = Callable[..., HttpResponseBase]
type AsyncPage = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def admit(request: HttpRequest, slug: str, governs: bool) -> HttpResponse | None:
    """Put the membership on the request, or answer with the way to sign in.

    Http404 for strangers, PermissionDenied for members where owners and admins are asked for.
    """
    if not request.user.is_authenticated:
        return to_sign_in(request)
    membership = import_string(settings.RUNTIME_WORKSPACE_ACCESS)(request.user, slug)
    if governs and not membership.governs:
        raise PermissionDenied("Only owners and admins of this workspace may do this.")
    cast("Visit", request).membership = membership
    if request.session.get(LAST_WORKSPACE) != slug:
        request.session[LAST_WORKSPACE] = slug
    return None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Pages go to the form; what a script has asked for says so, and htmx takes the whole page there."""
    address = resolve_url(settings.LOGIN_URL)
    if cast("Visit", request).htmx:
        return HttpResponseClientRedirect(address)
    if request.headers.get("Accept") in ("text/event-stream", "application/json"):
        return HttpResponse("Sign in again.", status=401, content_type="text/plain")
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


def page[**P](view: Callable[Concatenate[Visit, P], HttpResponseBase]) -> Page:
    """A view of a workspace's members."""
    return admitting(view, governs=False)


def governed[**P](view: Callable[Concatenate[Visit, P], HttpResponseBase]) -> Page:
    """A view of a workspace's owners and admins."""
    return admitting(view, governs=True)


def admitting[**P](view: Callable[Concatenate[Visit, P], HttpResponseBase], *, governs: bool) -> Page:
    @wraps(view)
    def admitted(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return admit(request, slug, governs) or view(cast("Visit", request), *args, **kwargs)

    return admitted


def async_page[**P](view: Callable[Concatenate[Visit, P], Awaitable[HttpResponseBase]]) -> AsyncPage:
    """An async view of a workspace's members."""

    @wraps(view)
    async def admitted(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        refused = await sync_to_async(admit)(request, slug, False)
        return refused or await view(cast("Visit", request), *args, **kwargs)

    return admitted
