"""The door of the marketplace API: who asks is read once, and whatever comes of it is answered in one shape."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from marketplace.dify.answers import Declined, agreed, declined, shared
from marketplace.dify.asking import Asking, asking
from marketplace.dify.consoles import remember

log = logging.getLogger(__name__)

type View[**P] = Callable[Concatenate[HttpRequest, Asking, P], Any]


def answers[**P](*methods: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """A view that returns data, which goes into the envelope, or a response of its own; it may raise Declined."""

    def wrap(view: View[P]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def answered(
            request: HttpRequest, token: str = "", secret: str = "", *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return shared(HttpResponse(status=204))
            if request.method not in methods:
                response = declined(405, f"This address takes {' and '.join(methods)}.")
                response.headers["Allow"] = ", ".join((*methods, "OPTIONS"))
                return shared(response)

            def seen() -> Any:
                asked = asking(request, token=token, secret=secret)
                remember(request, asked.catalogue)
                return view(request, asked, *args, **kwargs)

            return shared(reply(request, seen))

        return answered

    return wrap


def reply(request: HttpRequest, view: Callable[[], Any]) -> HttpResponseBase:
    """Also what we did wrong ourselves: without the headers of `shared` a browser would show a network error."""
    try:
        said = view()
    except Declined as no:
        return declined(no.status, no.message)
    except RequestDataTooBig:
        return declined(413, "The request is too large. Ask for fewer plugins at once.")
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return declined(500, "This marketplace made a mistake; its log says which. Try again later.")
    return said if isinstance(said, HttpResponseBase) else agreed(said)


def body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; an empty body is an empty one. Declined (400) for anything else."""
    raw = request.body
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Declined(400, "The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Declined(400, "The body must be a JSON object.")
    return found


def texts(found: dict[str, Any], key: str, *, most: int = 1000) -> list[str]:
    """A list of strings; a missing one is empty. Declined (400) for what is none or too long."""
    value = found.get(key)
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(one, str) and "\0" not in one for one in value):
        raise Declined(400, f"{key} must be a list of texts.")
    if len(value) > most:
        raise Declined(400, f"{key} has {len(value)} entries, at most {most} can be asked for at once.")
    return value


def text(found: dict[str, Any], key: str, default: str = "") -> str:
    value = found.get(key)
    if value is None:
        return default
    if not isinstance(value, str) or "\0" in value:
        raise Declined(400, f"{key} must be a text.")
    return value


def number(value: Any, name: str, *, default: int, most: int) -> int:
    """A whole number from 1, at most `most`: larger ones are lowered to it. Declined (400) for what is none."""
    try:
        found = default if value in (None, "") else int(value)
    except (TypeError, ValueError, OverflowError):
        raise Declined(400, f"{name} must be a whole number.") from None
    if found < 1:
        raise Declined(400, f"{name} must be at least 1.")
    return min(found, most)
