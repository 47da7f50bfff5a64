"""Secrets out of what is shown of a request: by the names that things have, and by the values that are known. Pure."""

import re
from collections.abc import Iterable

from endpoints.http import Headers

MASK = "••••••"
WORDS = r"(?:auth|token|secret|passw|pwd|api[-_]?key|access[-_]?key|signature|hmac|credential|session|cookie|sig\b)"
SECRET_NAME = re.compile(WORDS, re.I)
# Looked at once from each place where a name may begin, and not again: strangers write these, as long as a head may be.
IN_QUERY = re.compile(rf"(?P<name>(?:^[^?]*+\?|&)(?=[^=&]*?{WORDS})[^=&]*+=)[^&]*+", re.I)
IN_JSON = re.compile(rf'(?P<name>"(?=[^"]*?{WORDS})[^"]*+"\s*+:\s*+)(?:"(?:[^"\\]|\\.)*+"?|\d++)', re.I)
IN_FORM = re.compile(rf"(?P<name>(?:^|&)(?=[^=&\s]*?{WORDS})[^=&\s]*+=)[^&]*+", re.I)


def masked_headers(headers: Headers, secrets: Iterable[str]) -> list[list[str]]:
    """[name, value] pairs as text."""
    shown = [(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in headers]
    return [[name, MASK if SECRET_NAME.search(name) else without(value, secrets)] for name, value in shown]


def masked_target(target: bytes, secrets: Iterable[str]) -> str:
    return without(IN_QUERY.sub(rf"\g<name>{MASK}", target.decode("ascii", "replace")), secrets)


def masked_body(body: bytes, secrets: Iterable[str]) -> str:
    """The body as text, if it is text."""
    text = body.decode("utf-8", "replace")
    if "\x00" in text or text.count("\ufffd") > len(text) // 10:
        return f"({len(body)} bytes that are not text)"
    text = IN_JSON.sub(rf'\g<name>"{MASK}"', text)
    if text.lstrip()[:1] not in ("{", "[", "<"):
        text = IN_FORM.sub(rf"\g<name>{MASK}", text)
    return without(text, secrets)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without these values; very short ones would take words apart."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text
