"""Texts inside of others: what is base64 or hexadecimal and gives text, and what lies packed in archives."""

import base64
import binascii
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice

_RUNS = re.compile(
    r"(?<![A-Za-z0-9+/_%-])(?:[A-Za-z0-9+/]{28,12000}={0,2}|[A-Za-z0-9_-]{28,12000}={0,2})(?![A-Za-z0-9+/_-])"
)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{2}){20,6000}(?![0-9A-Za-z])")
_MOST, _MEMBERS, _LARGEST = 400, 200, 1_048_576  # runs of a text, members of an archive, bytes of one

type Texts = Iterator[tuple[int, str]]


def uncovered(text: str, *, depth: int = 2) -> Texts:
    """(position, text) of what the runs of letters in it stand for."""
    for shape, decode in ((_RUNS, _base64), (_HEX, _hexadecimal)):
        for match in islice(shape.finditer(text), _MOST):
            if inner := decode(match.group()):
                yield match.start(), inner
                if depth > 1:
                    yield from ((match.start(), deeper) for _, deeper in uncovered(inner, depth=depth - 1))


def _base64(run: str) -> str:
    plain = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _printable(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _hexadecimal(run: str) -> str:
    return _printable(bytes.fromhex(run))


def _printable(content: bytes) -> str:
    """As text if it is plain text, else ""."""
    return content.decode() if len(content) >= 16 and re.fullmatch(rb"[\t\r\n -~]+", content) else ""


def packed_in(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """(path, text) of texts in an archive; what cannot be opened, or is too large, is left out."""
    try:
        for name, inner in _members(path.lower(), content):
            if inner and len(inner) <= _LARGEST and b"\0" not in inner[:8192]:
                yield f"{path}/{name}", inner.decode(errors="replace")
    except (
        OSError,
        EOFError,
        ValueError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        tarfile.TarError,
        RuntimeError,
        NotImplementedError,
    ):
        return


def _members(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if path.endswith((".zip", ".jar", ".egg", ".whl", ".docx", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.infolist()[:_MEMBERS]:
                if one.file_size <= _LARGEST:
                    with archive.open(one) as file:
                        yield one.filename, file.read(_LARGEST + 1)
    elif path.endswith((".tar", ".tar.gz", ".tgz")):
        yield from _bundled(content if path.endswith(".tar") else _inflated(content, 16 * _LARGEST))
    elif path.endswith(".gz"):
        yield path.rpartition("/")[2].removesuffix(".gz"), _inflated(content, _LARGEST + 1)


def _inflated(content: bytes, most: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        return file.read(most)


def _bundled(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as bundle:
        for _, member in zip(range(_MEMBERS), bundle, strict=False):
            if member.isfile() and member.size <= _LARGEST and (file := bundle.extractfile(member)):
                yield member.name, file.read()
