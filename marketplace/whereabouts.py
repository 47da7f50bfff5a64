"""Middleware: remembers for the length of a request where it comes from, for the audit trail."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from marketplace.auditing import address_now, address_of

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def whereabouts(get_response: Sync | Async) -> Sync | Async:
    """Works in both worlds, so that async views need no thread for it."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            token = address_now.set(address_of(request))
            try:
                return await cast("Async", get_response)(request)
            finally:
                address_now.reset(token)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = address_now.set(address_of(request))
        try:
            return cast("Sync", get_response)(request)
        finally:
            address_now.reset(token)

    return answer
