"""Headers of answers as the lines in which they are sent, checked once and kept."""

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE

from runtime.door import Headers
from runtime.kept import Kept, of_pair


def header_line(name: bytes, value: bytes) -> bytes:
    """The header as it is sent; raises RuntimeError for one that cannot be."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"{name!r} is no header that can be sent")
    return b"%b: %b\r\n" % (name.lower(), value)


known_lines: Kept[tuple[bytes, bytes], bytes] = Kept(lambda pair: header_line(*pair), of_pair)


def header_lines(headers: Headers) -> list[bytes]:
    return [known_lines[pair] for pair in headers]
