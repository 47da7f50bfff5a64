"""The hot doors as Django async views: the same functions, for servers that route everything through Django, and for tests."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from runtime.dispatch import dispatch as dispatch_door
from runtime.door import Answering, Door, Scope


def scope_of(request: HttpRequest) -> Scope:
    """The ASGI scope of a Django request, whatever server it came through."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()]
    return {
        "method": request.method,
        "path": request.path,
        "query_string": request.META.get("QUERY_STRING", "").encode(),
        "headers": headers,
    }


async def through(door: Door, request: HttpRequest) -> HttpResponseBase:
    """The door's answer as Django's: whole ones have a length, all others stream."""
    answering = Answering(door, scope_of(request), request.body)
    status, headers = await answering.start()
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    if "content-length" in named:
        body = b"".join([piece async for piece in answering.pieces()])
        return HttpResponse(body, status=status, headers=named)
    return StreamingHttpResponse(answering.pieces(), status=status, headers=named)


@csrf_exempt
async def dispatch(request: HttpRequest, **parts: str) -> HttpResponseBase:
    return await through(dispatch_door, request)
