"""Whether this process is well, for load balancers and people; no key is asked (protocol.md 8.7)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from runtime.envelope import encoded


@dataclass(frozen=True, slots=True)
class Activity:
    """Requests under way in this process, and how many of them are calls of plugins."""

    requests: int = 0
    dispatch: int = 0


activity: Callable[[], Activity] = Activity
"""Whoever counts requests puts its own reader here when the process starts."""


def health_check(request: HttpRequest) -> HttpResponse:
    now = activity()
    total = settings.WORKER_CONCURRENCY
    busy = min(now.requests, total)
    answer = {
        "status": "ok",
        "pool_status": {"free": total - busy, "busy": busy, "total": total},
        "version": settings.VERSION,
        "build_time": getattr(settings, "BUILD_TIME", ""),
        "platform": getattr(settings, "PLATFORM", "local"),
        "active_requests": now.requests,
        "active_dispatch_requests": now.dispatch,
    }
    return HttpResponse(encoded(answer), content_type="application/json")
