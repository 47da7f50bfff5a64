"""Packages on their way out: sent from the first byte on as they are read, in parts where a part is asked for."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from marketplace import keeping

PIECE = 1 << 18  # bytes
ONE_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)\Z")


class OutOfReach(Exception):
    """The part that was asked for is not in the file."""


def stream(request: HttpRequest, digest: str, *, size: int, name: str) -> HttpResponseBase:
    """The kept file of this SHA-256, by which browsers and proxies may know it again. FileNotFoundError: it is lost."""
    etag = f'"{digest}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag})
    try:
        start, end = part(request, size, etag)
    except OutOfReach:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    whole = (start, end) == (0, size)
    response: HttpResponseBase
    if not keeping.is_kept(digest, size=size):  # also for HEAD: what is lost must not look as if it were there
        raise FileNotFoundError(digest)
    if request.method == "HEAD":
        response = HttpResponse(status=200 if whole else 206)
    else:
        # opened when it is read: nobody would close it for a client that has left by then
        content = async_pieces if isinstance(request, ASGIRequest) else sync_pieces
        response = StreamingHttpResponse(content(digest, start, end), status=200 if whole else 206)
    if not whole:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    for header, value in {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(end - start),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }.items():
        response.headers[header] = value
    return response


def part(request: HttpRequest, size: int, etag: str) -> tuple[int, int]:
    """From where to where: all of it, unless one range is asked for of this very file (RFC 9110, 14.2)."""
    asked = ONE_RANGE.match(request.headers.get("Range", ""))
    if not asked or request.headers.get("If-Range", etag) != etag or asked[0] == "bytes=-":
        return 0, size
    first, last = asked.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise OutOfReach
    return start, end


def sync_pieces(digest: str, start: int, end: int) -> Iterator[bytes]:
    with keeping.opened(digest) as file:
        file.seek(start)
        while start < end and (piece := file.read(min(PIECE, end - start))):
            start += len(piece)
            yield piece


async def async_pieces(digest: str, start: int, end: int) -> AsyncIterator[bytes]:
    """Under ASGI: Django would read a plain iterator to its end before it sends the first byte."""
    file = await to_thread(keeping.opened, digest)
    with file:
        await to_thread(file.seek, start)
        while start < end and (piece := await to_thread(file.read, min(PIECE, end - start))):
            start += len(piece)
            yield piece
