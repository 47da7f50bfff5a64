"""The daemon's answer: `{code, message, data}`, for success and for every kind of failure (protocol.md 8.1, 8.3)."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from marketplace.difypkg import BadPackage
from runtime.errors import BadRequest, NotPermitted, Refused, RuntimeFault, Unauthorized

log = logging.getLogger(__name__)

ROUTE_NOT_FOUND = {"code": "not_found", "message": "route not found"}
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def success(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "success", "data": data}


def failure(fault: RuntimeFault) -> dict[str, Any]:
    """`message` is itself a JSON text: Dify's client decodes it to find `error_type`."""
    inner = {"message": fault.message, "error_type": fault.error_type, "args": fault.details}
    return {"code": fault.code, "message": orjson.dumps(inner, default=str).decode(), "data": None}


def encoded(envelope: Mapping[str, Any]) -> bytes:
    """The envelope as bytes. Times become RFC 3339 in UTC, ids become text."""
    return orjson.dumps(envelope, default=str, option=OPTIONS)


class EnvelopeRenderer(BaseRenderer):
    """Wraps what a view answers; a failure has been wrapped by `error_response`."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8, the daemon names no charset

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        return encoded(data if response is not None and response.exception else success(data))


class AnyClient(BaseContentNegotiation):
    """There is one format: a client that asks for `text/html` gets JSON too, not 406."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The parser for the content type; the JSON one where a client names none or a wrong one."""
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), parsers[0])

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def error_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: every error becomes an envelope with the status that its kind carries."""
    if isinstance(error, Http404 | exceptions.NotFound | exceptions.MethodNotAllowed):
        return Response(ROUTE_NOT_FOUND, status=404)
    fault = fault_of(error)
    return Response(failure(fault), status=fault.status)


def fault_of(error: Exception) -> RuntimeFault:
    """The runtime's own name for an error. What nobody foresaw is logged and told without its details."""
    match error:
        case RuntimeFault():
            return error
        case BadPackage():
            return Refused(str(error))
        case exceptions.ValidationError():
            return BadRequest("; ".join(sentences(error.detail)))
        case exceptions.AuthenticationFailed() | exceptions.NotAuthenticated():
            return Unauthorized("unauthorized")
        case PermissionDenied() | exceptions.PermissionDenied():
            return NotPermitted(str(error) or "not permitted")
        case SuspiciousOperation():
            return BadRequest(str(error))
        case exceptions.APIException() if error.status_code < 500:
            return BadRequest(str(error.detail))
    log.error("A request failed in a way nobody foresaw.", exc_info=error)
    return RuntimeFault(f"internal error ({type(error).__name__}); the host's log has the details")


def sentences(detail: Any, name: str = "") -> list[str]:
    """DRF's nested error detail as flat texts, each with the name of its field."""
    if isinstance(detail, Mapping):
        return [text for key, value in detail.items() for text in sentences(value, joined(name, key))]
    if isinstance(detail, list | tuple):
        return [text for value in detail for text in sentences(value, name)]
    return [f"{name}: {detail}" if name else str(detail)]


def joined(name: str, key: object) -> str:
    if key == "non_field_errors":
        return name
    return f"{name}.{key}" if name else str(key)


def route_not_found(request: HttpRequest, exception: Exception | None = None, **path: str) -> HttpResponse:
    """Unknown addresses under `/plugin/`; also fits as `handler404`."""
    return HttpResponse(encoded(ROUTE_NOT_FOUND), status=404, content_type="application/json")
