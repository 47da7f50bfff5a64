"""What a plain YAML scalar means; the reading is that of Go's yaml.v3, which is what the daemon uses.

Only the field that a scalar lands in decides whether `1.10` is a number or a text, so such scalars keep their text.
"""

import re
from datetime import datetime

WORDS: dict[str, bool | float] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
YES = frozenset({"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})
NO = frozenset({"n", "N", "no", "No", "NO", "off", "Off", "OFF"})

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 8, 2, 8, 10)
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9})\d*)?(Z|[-+]\d{2}:\d{2})?)?",
    re.ASCII,
)
type Plain = str | int | float | bool


class Raw(str):
    """A plain scalar that reads as something else than text: text for text fields, `value` for all others."""

    __slots__ = ("value",)
    value: Plain

    def __new__(cls, text: str, value: Plain) -> "Raw":
        self = super().__new__(cls, text)
        self.value = value
        return self


def read_plain(text: str) -> str | None:
    """The scalar of an unquoted text: None, a text, or a Raw that carries both readings."""
    if text in NULLS:
        return None
    if text in WORDS:
        return Raw(text, WORDS[text])
    if text[0] not in "0123456789+-.":
        return text
    number = _number(text.replace("_", ""))
    value = timestamp(text) if number is None else number
    return text if value is None else Raw(text, value)


def _number(text: str) -> int | float | None:
    if len(text) > 64:
        return None
    if found := _INTEGER.fullmatch(text):
        sign, *digits = found.groups()
        value = next(int(d, base) for d, base in zip(digits, _BASES, strict=True) if d is not None)
        value = -value if sign == "-" else value
        return value if -(2**63) <= value < 2**64 else float(value)
    if not _FLOAT.fullmatch(text):
        return None
    number = float(text)
    return None if number in (float("inf"), float("-inf")) else number


def timestamp(text: str) -> str | None:
    """An RFC 3339 text as Go prints it (nanoseconds without trailing zeros, `Z` for UTC), or None if it is no time."""
    found = _TIMESTAMP.fullmatch(text)
    if not found:
        return None
    year, month, day, separator, hour, minute, second, fraction, zone = found.groups()
    if (separator == " " and zone) or (separator in ("T", "t") and not zone):
        return None
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    fraction = (fraction or "").rstrip("0")
    zone = "Z" if zone in (None, "+00:00", "-00:00") else zone
    return moment.isoformat(timespec="seconds") + (f".{fraction}" if fraction else "") + zone


def settled(value: object) -> object:
    """A tree of scalars with every plain one read: what lands in a field that takes anything. JSON types only."""
    if isinstance(value, Raw):
        return json_number(value.value)
    if isinstance(value, dict):
        return {str(key): settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return json_number(value)


def json_number(value: object) -> object:
    """A number as Go writes it: 1.0 becomes 1. Raises ValueError for those that JSON does not know."""
    if not isinstance(value, float):
        return value
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("must be a finite number")
    return int(value) if value.is_integer() and abs(value) < 1e21 else value
