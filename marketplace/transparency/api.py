"""The log, the keys and the block list as JSON, for whoever wants to check us. Open to everybody, from any page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from marketplace import recalling
from marketplace.models import ReviewRecord, SigningKey
from marketplace.transparency import proofs
from marketplace.transparency.merkle import BadProof
from marketplace.transparency.telling import moment

PEM = "application/x-pem-file"
View = Callable[..., HttpResponse]
# What dates do not say: reviewers' keys have no names here.
SHOWN_ROLES = (SigningKey.Role.RELEASE, SigningKey.Role.LOG, SigningKey.Role.RECALL, SigningKey.Role.RULES)


class Asked(Exception):
    """A question that has no answer; the sentence says how to ask."""


def door(view: View) -> View:
    """GET and HEAD, faults as JSON, readable for pages of other origins."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            response = view(request, *args, **named)
        except (Asked, BadProof) as fault:
            response = JsonResponse({"error": str(fault)}, status=400)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def number(request: HttpRequest, name: str, default: int | None = None) -> int:
    text = request.GET.get(name, "")
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Asked(f"Give {name} as a whole number.")
    return int(text)


def missing(sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=404)


# The log.


@door
def head(request: HttpRequest) -> HttpResponse:
    size = number(request, "size", -1)
    found = proofs.head(None if size < 0 else size)
    return JsonResponse(found) if found else missing("No head was signed yet, or none of this size.")


@door
def leaves(request: HttpRequest) -> HttpResponse:
    """`start` and `count`, or all that is told of a `subject`."""
    if subject := request.GET.get("subject", ""):
        return JsonResponse({"leaves": proofs.about(subject[:340])})
    return JsonResponse({"leaves": proofs.leaves(number(request, "start", 0), number(request, "count", 100))})


@door
def inclusion(request: HttpRequest) -> HttpResponse:
    return JsonResponse(proofs.inclusion(number(request, "position"), number(request, "size")))


@door
def consistency(request: HttpRequest) -> HttpResponse:
    return JsonResponse(proofs.consistency(number(request, "first"), number(request, "second")))


@door
def record(request: HttpRequest) -> HttpResponse:
    """The review record of a release, by `unique_identifier`: its text and who signed that."""
    identifier = request.GET.get("unique_identifier", "")[:340]
    found = ReviewRecord.objects.select_related("key").filter(release__unique_identifier=identifier).first()
    if found is None:
        return missing("There is no review record of this release.")
    return JsonResponse({"record": found.body, "signature": found.signature, "key": found.key.fingerprint})


# Keys.


@door
def keys(request: HttpRequest) -> HttpResponse:
    """Every key that vouches for something, with its state and its public half."""
    rows = SigningKey.objects.filter(role__in=SHOWN_ROLES).order_by("role", "-made_at")
    return JsonResponse({"keys": [shape(one) for one in rows]})


def shape(key: SigningKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "role": key.role,
        "algorithm": key.algorithm,
        "fingerprint": key.fingerprint,
        "public": key.public,
        "categories": key.categories,
        "state": key.state,
        "made_at": moment(key.made_at),
        "retired_at": moment(key.retired_at) if key.retired_at else None,
        "revoked_at": moment(key.revoked_at) if key.revoked_at else None,
        "revoked_from": moment(key.revoked_from) if key.revoked_from else None,
        "revoked_reason": key.revoked_reason,
    }


@door
def key_file(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """A key as the file that THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS or RECALL_KEYS names."""
    found = SigningKey.objects.filter(fingerprint=fingerprint).first()
    if found is None:
        return missing("There is no such key.")
    named = {"Content-Disposition": f'attachment; filename="patchbay-{found.role}-{fingerprint[:12]}.pem"'}
    return HttpResponse(found.public, content_type=PEM, headers=named)


# Recalls.


@door
def recalls(request: HttpRequest) -> HttpResponse:
    """The signed block list. It changes with each recall, and once an hour, when it is signed again."""
    mark = recalling.etag()
    if request.headers.get("If-None-Match") == mark:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse(recalling.document() or {})
    response["ETag"] = mark
    response["Cache-Control"] = "no-cache"
    return response
