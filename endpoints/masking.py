"""Secrets out of what is shown of a request: by the names that things have, and by the values that are known. Pure."""

import re
from collections.abc import Iterable

from endpoints.http import Headers

MASK = "••••••"
# An author is no secret, nor is how many tokens a model may use.
WORDS = r"(?:auth(?!or(?!i))|token|secret|passw|pwd|api[-_]?key|access[-_]?key|signature|hmac|credential|session|cookie|sig\b)"
SECRET_NAME = re.compile(WORDS, re.I)
# Looked at once from each place where a name may begin, and not again: strangers write these, as long as a head may be.
IN_QUERY = re.compile(rf"(?P<name>(?:^[^?]*+\?|&)(?=[^=&]*?{WORDS})[^=&]*+=)[^&]*+", re.I)
IN_JSON = re.compile(rf'(?P<name>"(?=[^"]*?{WORDS})[^"]*+"\s*+:\s*+)"(?:[^"\\]|\\.)*+"?', re.I)
NUMBER_IN_JSON = re.compile(rf'(?P<name>"(?=[^"]*?{WORDS})(?![^"]*?tokens")[^"]*+"\s*+:\s*+)\d++', re.I)
IN_FORM = re.compile(rf"(?P<name>(?:^|&)(?=[^=&\s]*?{WORDS})[^=&\s]*+=)[^&]*+", re.I)
# JSON as the value of a form's field, as Slack sends what people do with a message.
IN_FIELD = re.compile(
    rf"(?P<name>%22(?=[^%&]*?{WORDS})[^%&]*+%22(?:%20|\+)*+%3A(?:%20|\+)*+)"
    r"(?:%22(?:[^%&]|%(?!22|5C)|%5C(?:%..|[^%&]))*+(?:%22)?|\d++)",
    re.I,
)
IN_PART = re.compile(
    rf'(?P<name>\bname="(?=[^"]*?{WORDS})[^"]*+"[^\r\n]{{0,200}}+(?:\r?\n[^\r\n]{{1,200}}+){{0,5}}+\r?\n\r?\n)(?:(?!\r?\n--).)*+',
    re.I | re.S,
)


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
    for found in (IN_JSON, NUMBER_IN_JSON):
        text = found.sub(rf'\g<name>"{MASK}"', text)
    if text.lstrip()[:1] not in ("{", "[", "<"):
        for found in (IN_FORM, IN_FIELD, IN_PART):
            text = found.sub(rf"\g<name>{MASK}", text)
    return without(text, secrets)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without these values; very short ones would take words apart."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text
