"""Headers of answers as the lines in which they are sent, checked once and kept."""

from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE

from runtime.door import Headers

SHORT = 256  # bytes of name and value; the checked lines of longer headers are not kept


def header_line(name: bytes, value: bytes) -> bytes:
    """The header as it is sent; raises RuntimeError for one that cannot be."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"{name!r} is no header that can be sent")
    return b"%b: %b\r\n" % (name.lower(), value)


kept_line = lru_cache(maxsize=2048)(header_line)


def header_lines(headers: Headers) -> list[bytes]:
    return [
        kept_line(name, value) if len(name) + len(value) < SHORT else header_line(name, value)
        for name, value in headers
    ]
