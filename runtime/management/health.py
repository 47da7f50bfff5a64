"""Whether this process is well, for load balancers, people and Prometheus; no key is asked (protocol.md 8.7)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runtime import gauges  # noqa: F401 - what it registers is told
from runtime.auth import is_server_key
from runtime.doctoring import examine, worst
from runtime.envelope import encoded, failure
from runtime.errors import Unauthorized
from runtime.metrics import counts


def health_check(request: HttpRequest) -> HttpResponse:
    total = settings.WORKER_CONCURRENCY
    busy = min(counts.requests, total)
    answer = {
        "status": "ok",
        "pool_status": {"free": total - busy, "busy": busy, "total": total},
        "version": settings.VERSION,
        "build_time": "",
        "platform": "local",
        "active_requests": counts.requests,
        "active_dispatch_requests": counts.open,
    }
    return HttpResponse(encoded(answer), content_type="application/json")


def doctor(request: HttpRequest) -> HttpResponse:
    """What `manage.py doctor` finds, as this process sees it; for whoever has the server key."""
    if not is_server_key(request.headers.get("X-Api-Key")):
        return HttpResponse(encoded(failure(Unauthorized("unauthorized"))), status=401, content_type="application/json")
    findings = examine()
    answer = {"worst": worst(findings), "findings": [one.packed() for one in findings]}
    return HttpResponse(encoded(answer), content_type="application/json")


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
