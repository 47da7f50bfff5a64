"""Source as HTML, a line at a time: coloured on the server, with nothing hidden from the eye."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound

LONGEST_LINE = 2_000  # characters; a longer line is cut on the page, and says so
# Characters that change how text is read without being seen: direction marks, zero widths, tags (Unicode 16, Cf).
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f]")
FORMATTER = HtmlFormatter(nowrap=True)


def lexer_of(name: str) -> Lexer:
    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def coloured(name: str, text: str) -> list[SafeString]:
    """The lines of a text. What the colouring does not give line by line is shown plain."""
    lines = text.split("\n")
    if any(len(line) > LONGEST_LINE for line in lines):
        return [visible(escape(cut(line))) for line in lines]
    found = highlight(text, lexer_of(name), FORMATTER).split("\n")
    found = found[:-1] if len(found) == len(lines) + 1 else found
    if len(found) != len(lines):
        return [visible(escape(line)) for line in lines]
    return [visible(line) for line in found]


def cut(line: str) -> str:
    return (
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} … {len(line) - LONGEST_LINE:,} more characters"
    )


def visible(line: str) -> SafeString:
    """Escaped HTML in which characters that are not seen have become marks that are."""
    return mark_safe(UNSEEN.sub(marked, line))  # noqa: S308 - escaped by Pygments or above


def marked(match: re.Match[str]) -> str:
    return format_html('<mark class="unseen-mark" title="U+{code}">U+{code}</mark>', code=f"{ord(match[0]):04X}")
