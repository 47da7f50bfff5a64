"""Middleware: who came by https gets our cookies back for https alone, so that no plain request ever carries a session."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def secure_cookies(get_response: Sync | Async) -> Sync | Async:
    """Not by a setting: the same server may be reached by http on its own machine."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return marked(request, await cast("Async", get_response)(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return marked(request, cast("Sync", get_response)(request))

    return answer


def marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if request.is_secure():
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"):
            if name in response.cookies:
                response.cookies[name]["secure"] = True
    return response
