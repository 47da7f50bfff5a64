"""The public door as a Django async view, for servers that route everything through Django, and for tests."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from endpoints.door import endpoint as endpoint_door
from runtime.door import Answering, Headers, Scope


def scope_of(request: HttpRequest) -> Scope:
    """What the door looks at of a Django request; the raw path where its server told it."""
    scope = getattr(request, "scope", None)
    if scope is not None:
        return dict(scope)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()]
    return {
        "method": request.method,
        "path": request.path,
        "query_string": request.META.get("QUERY_STRING", "").encode(),
        "headers": headers,
        "client": (request.META.get("REMOTE_ADDR", ""), 0),
        "scheme": request.scheme,
    }


@csrf_exempt
async def endpoint(request: HttpRequest, **parts: str) -> HttpResponseBase:
    scope = scope_of(request)
    answering = Answering(endpoint_door, scope, request.body)
    status, headers = await answering.start()
    whole = any(name == b"content-length" for name, _ in headers)
    if not whole:
        return headed(StreamingHttpResponse(answering.pieces(), status=status), headers)
    return headed(HttpResponse(b"".join([piece async for piece in answering.pieces()]), status=status), headers)


def headed[Response: HttpResponseBase](response: Response, headers: Headers) -> Response:
    """The headers on Django's response, which keeps one of each name, and cookies apart."""
    del response.headers["Content-Type"]
    for name, value in headers:
        if name == b"set-cookie":
            response.cookies.load(value.decode("latin-1"))
        else:
            response.headers[name.decode("latin-1")] = value.decode("latin-1")
    return response
