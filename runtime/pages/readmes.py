"""A plugin's readme as HTML that is safe on our pages: rendered, then reduced to harmless tags.

Images are never loaded: they would tell another server who reads. They become links, or their words.
"""

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "kbd", "a", "em"),
    *("strong", "b", "i", "s", "del", "sub", "sup", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("dl", "dt", "dd"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto"}
# GitHub's way to say what kind of remark a quotation is.
ALERT = re.compile(r"^(> ?)\[!(note|tip|important|warning|caution)\][ \t]*$", re.IGNORECASE | re.MULTILINE)
LONGEST = 200_000  # characters; a readme beyond this is cut


def one_level_down(tokens: Sequence[Token]) -> None:
    """The page has its own first heading."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def image(_: Any, tokens: Sequence[Token], index: int, *rest: Any) -> str:
    """An image as a link to it, or as its words where it is a file of the package."""
    token = tokens[index]
    words = escape(token.content or "image")
    source = str(token.attrGet("src") or "")
    if source.startswith(("http://", "https://")):
        return f'<a href="{escape(source)}">{words}</a>'
    return f"<em>{words}</em>"


def parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.add_render_rule("image", image)
    return markdown


def rendered(content: str) -> SafeString:
    """The readme as HTML without scripts, styles, ids, images, forms, or links of other kinds than the web's."""
    markdown = parser()
    tokens = markdown.parse(ALERT.sub(r"\1**\2**\n\1\n", content[:LONGEST]))
    one_level_down(tokens)
    dirty = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        dirty,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - reduced to an allow list just above
