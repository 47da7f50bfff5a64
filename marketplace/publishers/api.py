"""The API that scripts publish with: packages in, where they stand out; and identities of CI jobs for tokens.

Answers are those of the marketplace API: `{"code": 0, "data": …, "msg": "ok"}`, or a status above 399 with `code` -1, the
sentence in `msg`, and here also its stable name in `error` and all of them in `problems`.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from marketplace import submitting
from marketplace.models import Submission, UploadToken
from marketplace.publishers.errors import NotAllowed, NotFound, Refused
from marketplace.publishers.reports import attach_report
from marketplace.publishers.tokens import said, token_of
from marketplace.publishers.trusting import exchange
from marketplace.review import ReviewError
from marketplace.review.thread import waits_for
from marketplace.submitting import Sender, Terms, Unfit

log = logging.getLogger(__name__)
LARGEST_JSON = 1024 * 1024
UNKNOWN_TOKEN = {"no_token", "bad_token", "revoked_token", "expired_token"}
View = Callable[..., HttpResponse]


def ok(data: Any, status: int = 200) -> HttpResponse:
    return JsonResponse({"code": 0, "data": data, "msg": "ok"}, status=status)


def refusal(error: Refused | ReviewError) -> HttpResponse:
    status, code = 409, "conflict"
    if isinstance(error, Refused):
        code = error.code
        status = 404 if isinstance(error, NotFound) else 422 if isinstance(error, Unfit) else 400
        if isinstance(error, NotAllowed):
            status = 401 if code in UNKNOWN_TOKEN else 403
    problems = error.problems if isinstance(error, Unfit) else [str(error)]
    body = {"code": -1, "data": None, "msg": str(error), "error": code, "problems": problems}
    answer = JsonResponse(body, status=status)
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def api(*methods: str) -> Callable[[View], View]:
    """For scripts: no cookies, so no forgery; what is refused is answered with its sentence."""

    def decorated(view: View) -> View:
        @csrf_exempt
        @require_http_methods(list(methods))
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (Refused, ReviewError) as error:
                log.info("Refused to publish: %s", error)
                return refusal(error)

        return answer

    return decorated


def asking(request: HttpRequest) -> UploadToken:
    return token_of(request.headers.get("Authorization", ""))


def file_of(request: HttpRequest) -> bytes:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Refused("no_file", "Send the package as the field file of a multipart form.")
    return bytes(sent.read())


def whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Refused("rollout", "A rollout is a percentage from 1 to 100.")
    return int(text[:6])


def publish_with(token: UploadToken, data: bytes, terms: Terms) -> Submission:
    """Receive and hand in what a token brings, in its organization's name."""
    sender = Sender(
        by=token.made_by,
        made_with=said(token),
        provenance={"job": token.claims} if token.claims else {},
        plugin_name=token.plugin_name,
    )
    received = submitting.receive(data, organization=token.organization, sender=sender)
    return submitting.hand_in(received, terms, sender=sender)


def told(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    """What a script reads of a submission."""
    page = request.build_absolute_uri(reverse("publish-submission", args=[submission.pk]))
    return {
        "id": str(submission.pk),
        "plugin_id": submission.plugin_id,
        "version": submission.version,
        "unique_identifier": submission.unique_identifier,
        "state": submission.state,
        "waits_for": waits_for(submission),
        "channel": submission.channel,
        "rollout": submission.rollout,
        "page": page,
    }


@api("POST")
def publish(request: HttpRequest) -> HttpResponse:
    """Multipart: file, notes, and channel and rollout where they are not stable and 100."""
    token = asking(request)
    terms = Terms(
        notes=request.POST.get("notes", ""),
        channel=request.POST.get("channel") or "stable",
        rollout=whole(request.POST.get("rollout") or "100"),
    )
    return ok({"submission": told(request, publish_with(token, file_of(request), terms))}, status=201)


@api("POST")
def inner_upload(request: HttpRequest) -> HttpResponse:
    """The same in the words of Dify's own CI (marketplace.md A.7): file, changelog; `forcely` has no meaning here.

    The checksum is the uploaded package's. The signed one has another, which nobody knows before the review.
    """
    token = asking(request)
    made = publish_with(token, file_of(request), Terms(notes=request.POST.get("changelog", "")))
    checksum = made.unique_identifier.rpartition("@")[2]
    version = {"checksum": checksum, "version": made.version, "unique_identifier": made.unique_identifier}
    return ok({"version": version, "submission": told(request, made)})


@api("PUT")
def scan_report(request: HttpRequest, checksum: str) -> HttpResponse:
    """A CI's report on what it scanned (marketplace.md A.7), kept word for word beside the submission."""
    token = asking(request)
    found = attach_report(json_of(request), checksum=checksum, token=token)
    return ok({"submission": told(request, found)})


@api("GET")
def state(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    token = asking(request)
    found = Submission.objects.filter(pk=submission_id, organization=token.organization).first()
    if found is None or (token.plugin_name and not found.plugin_id.endswith(f"/{token.plugin_name}")):
        raise NotFound("not_found", "Your organization has no such submission.")
    return ok({"submission": told(request, found)})


@api("GET")
def who(request: HttpRequest) -> HttpResponse:
    """Whose token this is, so that a script can say so before it sends anything."""
    token = asking(request)
    about = {"organization": token.organization.handle, "plugin": token.plugin_name or None, "name": token.name}
    return ok({**about, "expires_at": token.expires_at})


@api("GET")
def audience(request: HttpRequest) -> HttpResponse:
    """What a CI job's identity token must be made out to."""
    return ok({"audience": settings.TRUSTED_AUDIENCE})


@api("POST")
def exchange_identity(request: HttpRequest) -> HttpResponse:
    """JSON: `token`, the identity; and `plugin`, its id, where a job is trusted with several."""
    body = json_of(request)
    token, plugin_id = body.get("token"), body.get("plugin") or ""
    if not isinstance(token, str) or not isinstance(plugin_id, str):
        raise Refused("body", 'Send {"token": "<identity token>", "plugin": "<organization>/<name>"}.')
    made, text = exchange(token, plugin_id=plugin_id)
    plugin = f"{made.organization.handle}/{made.plugin_name}"
    return ok({"token": text, "plugin": plugin, "expires_at": made.expires_at})


@api("GET", "POST", "PUT", "DELETE", "PATCH")
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    raise NotFound("not_found", f"There is nothing at publish/{rest[:80]}. POST packages to /api/v1/publish.")


def json_of(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > LARGEST_JSON or len(request.body) > LARGEST_JSON:
        raise Refused("too_large", "This is more than 1 MiB of JSON.")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("body", "Send a JSON object.")
    return found
