"""A release's readme as HTML that is safe on our pages, with its own pictures and no others.

Pictures from elsewhere would tell another server who reads: they become links.
"""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from marketplace.catalogue.picturing import Picture

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "kbd", "a", "em"),
    *("strong", "b", "i", "s", "del", "sub", "sup", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("dl", "dt", "dd", "img"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "ol": {"start"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto"}
# What may be wider than the page is scrolled, by keyboard too; tables of readmes stay tables on a phone.
SCROLLING = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0", "class": "plain"}}
PICTURES = "/pictures/"  # where our own pictures stand; the only source that an image may have
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
# GitHub's way to say what kind of remark a quotation is.
ALERT = re.compile(r"^(> ?)\[!(note|tip|important|warning|caution)\][ \t]*$", re.IGNORECASE | re.MULTILINE)
LONGEST = 200_000  # characters; a readme beyond this is cut

type Pictures = Mapping[str, Picture]  # by name below _assets/


class Attributes(HTMLParser):
    """Those of the first tag that is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = self.found or {name: value or "" for name, value in attrs}


def rendered(content: str, pictures: Pictures) -> SafeString:
    """HTML without scripts, styles, ids, forms, foreign pictures, or links of other kinds than the web's and the page's own."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = markdown.parse(ALERT.sub(r"\1**\2**\n\1", content[:LONGEST]))
    prepare(tokens, pictures)
    dirty = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        dirty,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=only_own_pictures,
        set_tag_attribute_values=SCROLLING,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - reduced to an allow list just above


def only_own_pictures(tag: str, attribute: str, value: str) -> str | None:
    """Relative addresses pass for our pictures alone: those of links would lead to our pages, under a foreign word."""
    if attribute == "src":
        return value if re.fullmatch(rf"{PICTURES}[0-9a-f]{{64}}\.[a-z]{{1,8}}", value) else None
    if attribute == "href":
        return value if value.lower().startswith(("http://", "https://", "mailto:")) else None
    return value


def prepare(tokens: Sequence[Token], pictures: Pictures) -> None:
    """One level down, since the page has its own first heading; images by where they come from."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if token.type in ("html_block", "html_inline"):
            token.content = IMAGE.sub(lambda found: of_tag(found[0], pictures), token.content)
        if token.type == "image":
            token.content, token.type = image(str(token.attrGet("src") or ""), token.content, pictures), "html_inline"
        prepare(token.children or (), pictures)


def of_tag(tag: str, pictures: Pictures) -> str:
    parser = Attributes()
    parser.feed(tag)
    return image(parser.found.get("src", ""), parser.found.get("alt", ""), pictures)


def image(source: str, words: str, pictures: Pictures) -> str:
    """The picture where it is one of the package's, else a link to it, else its words."""
    if found := pictures.get(name_of(source)):
        tag = '<img src="{}{}" alt="{}"{} loading="lazy" decoding="async">'
        return format_html(tag, PICTURES, found.address, words, found.room)
    if source.startswith(("http://", "https://")):
        return format_html('<a href="{}">{}</a>', source, words or "image")
    return format_html("<em>{}</em>", words) if words else ""


def name_of(source: str) -> str:
    """What a readme calls `./_assets/a%20b.png` is `a b.png` below _assets/."""
    return unquote(source.split("?")[0].split("#")[0]).removeprefix("./").removeprefix("/").removeprefix("_assets/")


def plain(content: Any) -> SafeString:
    """A text of people, with its line breaks and nothing else of it."""
    return mark_safe("<br>".join(escape(line) for line in str(content).splitlines()))  # noqa: S308 - each line is escaped
