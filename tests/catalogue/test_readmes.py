"""Readmes as HTML: what stays, what becomes a link, what goes. What a browser makes of it is tried in test_browser.py."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.picturing import Picture
from marketplace.catalogue.readmes import TAGS, rendered

DIGEST = "0" * 64
OWN = {"shot one.png": Picture(f"{DIGEST}.png")}


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# Title", "<h2>Title</h2>"),
        ("![own](_assets/shot%20one.png)", f'<img src="/pictures/{DIGEST}.png" alt="own"'),
        ("![own](./_assets/shot%20one.png)", f'<img src="/pictures/{DIGEST}.png" alt="own"'),
        ('<img src="_assets/shot one.png" alt="raw">', f'<img src="/pictures/{DIGEST}.png" alt="raw"'),
        (
            "![far](https://example.com/a.png)",
            '<a href="https://example.com/a.png" rel="noopener noreferrer nofollow">far</a>',
        ),
        ("![lost](_assets/none.png)", "<em>lost</em>"),
        ("> [!NOTE]\n> Mind it.", "<strong>NOTE</strong></p>\n<p>Mind it."),
        ("| a |\n|---|\n| b |", "<td>b</td>"),
        ("<details><summary>more</summary>less</details>", "<details><summary>more</summary>less</details>"),
        ("[mail](mailto:a@example.org)", 'href="mailto:a@example.org"'),
    ],
)
def test_what_stays(source: str, html: str) -> None:
    assert html in rendered(source, OWN)


# All that may be left of the attacks below.
RELATION = "rel=noopener noreferrer nofollow"
HARMLESS = {("p", ""), ("a", RELATION), ("em", ""), ("a", f"href=https://evil.example/a.png {RELATION}")}


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        '<a href="JaVaScRiPt&colon;alert(1)">x</a>',
        '<a href="/sign-out">x</a>',
        '<img src="/pictures/../sign-out">',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
        '<p onclick="alert(1)" style="position:fixed" id="main" class="top">x</p>',
        "<iframe src=https://evil.example></iframe>",
        "<svg onload=alert(1)></svg>",
        '![x" onerror="alert(1)](https://evil.example/a.png)',
        '<img alt="&quot;><script>alert(1)</script>" src="https://evil.example/a.png">',
    ],
)
def test_what_goes(source: str) -> None:
    assert [found for found in tags_of(rendered(source, OWN)) if found not in HARMLESS] == []


@given(st.text(alphabet="<>\"'=&;:/\\!()[]# \nabcimgsronle", max_size=200))
def test_no_text_makes_a_tag_of_its_own(source: str) -> None:
    names = {name for name, _ in tags_of(rendered(source, OWN))}
    assert names <= TAGS


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, " ".join(sorted(f"{name}={value}" for name, value in attrs))))


def tags_of(html: str) -> list[tuple[str, str]]:
    """As a browser reads them: each tag with its attributes."""
    parser = Tags()
    parser.feed(html)
    return parser.found
