"""Private keys as bytes: what PKCS#1, SEC 1, PKCS#8 (RFC 5958), PKCS#12 and Java's stores begin with."""

import base64
import binascii
import re
from collections.abc import Iterator

_LENGTH = rb"(?:[\x00-\x7f]|\x81.|\x82..|\x83...)"
_SEQUENCE = rb"\x30" + _LENGTH
_ALGORITHM = rb"\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01[\x01\x0a]|\x07\x2a\x86\x48\xce\x3d\x02\x01|\x07\x2a\x86\x48\xce\x38\x04\x01|\x03\x2b\x65[\x6e-\x71])"
_KEYS = (
    ("a private key", _SEQUENCE + rb"\x02\x01[\x00\x01]" + _SEQUENCE + _ALGORITHM),
    ("an RSA private key", _SEQUENCE + rb"\x02\x01\x00\x02(?:\x41|\x81[\x81\xc1]|\x82[\x01-\x04].)\x00[\x80-\xff]"),
    ("a private key of a curve", _SEQUENCE + rb"\x02\x01\x01\x04[\x18-\x42].{24,66}\xa0"),
    (
        "a store of keys (PKCS#12)",
        _SEQUENCE + rb"\x02\x01\x03" + _SEQUENCE + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
    ),
    ("a store of keys (Java)", rb"(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce)\x00\x00\x00[\x01\x02]"),
)
_SHAPES = [(kind, re.compile(shape, re.DOTALL)) for kind, shape in _KEYS]
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])M[CDEFGHI][A-Za-z0-9+/]{60,8000}={0,2}(?![A-Za-z0-9+/])")


def key_in(content: bytes) -> str:
    """What kind of key the bytes begin with, "" if none."""
    return next((kind for kind, shape in _SHAPES if shape.match(content[:200])), "")


def encoded_keys_in(text: str) -> Iterator[tuple[int, str]]:
    """(position, kind) of keys in base64, without the lines that would say what they are."""
    for found in _ENCODED.finditer(text):
        try:
            start = base64.b64decode(found.group()[:200])
        except (binascii.Error, ValueError):
            continue
        if kind := key_in(start):
            yield found.start(), kind
