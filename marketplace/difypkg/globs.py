"""Patterns of file names as Go's path.Match reads them: no wildcard crosses a slash."""

import re
from fnmatch import translate

from .errors import BadPackage

_TOKEN = re.compile(r"\\(?P<escaped>.)|\[(?P<not>\^?)(?P<set>[^\]\\]+)\]|(?P<plain>[^\\\[])", re.DOTALL)


class Glob:
    """One pattern; `matches(path)` compares folder by folder, in time linear in the path."""

    def __init__(self, pattern: str, *, file: str) -> None:
        """Raise BadPackage about `file` if the pattern is malformed."""
        try:
            self._segments = [re.compile(translate(_to_fnmatch(segment))) for segment in pattern.split("/")]
        except (ValueError, re.error):
            message = f"the file pattern {pattern[:64]!r} is malformed, correct it"
            raise BadPackage("bad-pattern", message, file=file) from None

    def matches(self, path: str) -> bool:
        parts = path.split("/")
        return len(parts) == len(self._segments) and all(
            segment.match(part) for segment, part in zip(self._segments, parts, strict=True)
        )


def _to_fnmatch(segment: str) -> str:
    position, parts = 0, []
    while position < len(segment):
        token = _TOKEN.match(segment, position)
        if not token:
            raise ValueError(segment)
        parts.append(_translated(token))
        position = token.end()
    return "".join(parts)


def _translated(token: re.Match[str]) -> str:
    if token["escaped"]:
        return f"[{token['escaped']}]"
    if token["set"]:
        return f"[{'!' if token['not'] else ''}{token['set']}]"
    return token["plain"]
