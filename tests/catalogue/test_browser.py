"""The catalogue's pages in Chromium: usable by everybody, light, by keyboard; and what strangers write does nothing."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from marketplace import keeping
from marketplace.catalogue import indexing
from marketplace.catalogue.indexing import address
from marketplace.models import Collection, CollectionItem, Plugin, Rating, ReleaseAsset
from tests.accessible import overflow, violations, weight
from tests.catalogue import rows
from tests.catalogue.live import browser, site, window
from tests.catalogue.test_pages import LABEL, PLUGIN

__all__ = ["browser", "site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

Window = Callable[..., BrowserContext]
PAGES = [
    *(
        "/",
        "/plugins",
        "/category/tool",
        "/tag/social",
        "/search?q=mial",
        "/search?q=nothing+like+it",
        "/publishers/acme",
    ),
    *("/collections/start", PLUGIN, f"{PLUGIN}?version=0.9.0", "/plugins/acme/old"),
    *(f"{PLUGIN}/{tab}" for tab in ("versions", "permissions", "privacy", "review", "ratings", "compare", "report")),
]
HEAVIEST = 100 * 1024
# A readme with a line of code and a table that are wider than any page.
WIDE = f"# Mail\n\n```\n{'x = 1; ' * 90}\n```\n\n|{' a column |' * 30}\n|{'---|' * 30}\n|{' wide |' * 30}\n"


@pytest.fixture
def shop(people: SimpleNamespace, site: object) -> Plugin:
    plugin = rows.plugin("acme/mail", tags=["social"], release_privacy_label=LABEL, release_readmes={"en_US": WIDE})
    rows.release(plugin, "0.9.0")
    rows.installed(plugin.latest, 3, 0, 5)  # type: ignore[arg-type]
    rows.plugin("acme/old", status="deprecated", deprecation="no_maintainer", successor="acme/mail")
    Rating.objects.create(
        plugin=plugin, user=people.stranger, stars=4, text="It works.", version="1.0.0", reply="Thanks."
    )
    Plugin.objects.filter(pk=plugin.pk).update(rating_count=1, rating_sum=4)
    shelf = Collection.objects.create(name="start", label={"en_US": "Start here"})
    CollectionItem.objects.create(collection=shelf, plugin=plugin)
    for number in range(35):
        rows.plugin(f"acme/many_{number}", label=f"One of many {number}", tags=["social"], index=False)
    indexing.rebuild()
    return plugin


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_it(shop: Plugin, people: SimpleNamespace, window: Window, path: str) -> None:
    """A stranger on a phone in the dark, and the staff on a desk in the light."""
    for look in (window(width=390, dark=True), window(people.staff, width=1440)):
        page = look.new_page()
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert violations(page) == []
        assert overflow(page) <= 0
        assert weight(page) < HEAVIEST


def test_what_cannot_be_used_is_found(shop: Plugin, window: Window) -> None:
    """The test above can fail."""
    page = window().new_page()
    page.goto("/")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=x><p class=faint>too faint</p>'")
    page.evaluate("document.querySelector('.faint').style.cssText = 'color: #ddd; background: #fff'")
    assert {one.split(" ")[0] for one in violations(page)} >= {"image-alt", "color-contrast"}


def test_nothing_moves_while_a_page_comes(shop: Plugin, window: Window) -> None:
    """Layout shift, as the browser itself counts it."""
    for path in ("/", "/plugins", PLUGIN):
        page = window().new_page()
        page.add_init_script(
            "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(one => window.shift += one.value))"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("window.shift") < 0.01, path


def test_the_keyboard_finds_and_opens_a_plugin(shop: Plugin, window: Window) -> None:
    page = window().new_page()
    page.goto("/plugins")
    page.keyboard.press("/")
    page.keyboard.type("mial")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Mail")
    expect(page.locator("[data-suggest]")).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-suggest]")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Backspace")
    page.keyboard.type("l")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PLUGIN}")


def test_it_can_be_read_and_searched_without_scripts(shop: Plugin, window: Window) -> None:
    page = window(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Search the marketplace").fill("mail")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Mail", exact=True).first.click()
    expect(page.get_by_role("heading", name="Mail", level=1)).to_be_visible()


# What strangers write.

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x01\x90\x08\x06\0\0\0"  # 800 x 400


def test_pictures_that_have_not_come_yet_have_their_room(people: SimpleNamespace, window: Window, site: object) -> None:
    text = "# Mail\n\n![How it looks](_assets/inside.png)\n\nBelow.\n"
    plugin = rows.plugin("acme/mail", release_readmes={"en_US": text})
    assert plugin.latest is not None
    for name in ("screenshot.png", "inside.png"):
        data = PNG + name.encode()
        ReleaseAsset.objects.create(release=plugin.latest, name=name, content=keeping.keep(data), size=len(data))
    page = window().new_page()
    page.route("**/pictures/**", lambda _route: None)  # none of them ever arrives
    page.goto(PLUGIN, wait_until="domcontentloaded")
    shot, inside = page.locator(".shots img").bounding_box(), page.locator(".readme img").bounding_box()
    assert shot is not None
    assert inside is not None
    assert (round(shot["width"]), round(shot["height"])) == (398, 200)  # twice as wide, within its border
    assert inside["width"] > 300
    assert round(inside["width"] / inside["height"], 1) == 2.0


ATTACK = """
# Hello <script>window.ran = "script"</script>

<img src=x onerror="window.ran='onerror'"> <svg onload="window.ran='svg'"></svg>
<img src="http://evil.example/track.png"> ![seen](http://evil.example/track.gif) ![own](_assets/icon.svg)
<a href="javascript:window.ran='link'">press</a> [press](javascript:window.ran='markdown')
<a href="data:text/html,<script>window.ran=1</script>">data</a> <a href="/sign-out">here</a>
<a href="vbscript:x" onclick="window.ran='onclick'">old</a> <iframe src="http://evil.example/"></iframe>
<form action="http://evil.example/"><input name=q><button>Send</button></form>
<style>@import "http://evil.example/x.css"; body { background: url(http://evil.example/y) }</style>
<link rel=stylesheet href="http://evil.example/z.css"><base href="http://evil.example/">
<details open ontoggle="window.ran='toggle'"><summary>more</summary></details>
<math><mtext></form><form><mglyph><style></math><img src onerror="window.ran='mutation'">
<noscript><p title="</noscript><img src=x onerror=window.ran='noscript'>"></noscript>
<p style="position:fixed;inset:0" id="main" class="top">cover</p><meta http-equiv=refresh content="0;url=http://evil.example/">
<object data="http://evil.example/"></object><video src="http://evil.example/v" autoplay></video>
"""
ICON = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="80"
 onload="document.title='ran'"><script>document.title = 'ran'; fetch('http://evil.example/svg')</script>
<image href="http://evil.example/svg.png" width="9" height="9"/><rect width="80" height="80" onclick="document.title='ran'"/>
<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.example/frame"/></foreignObject>
<a xlink:href="javascript:document.title='ran'"><text y="40">press</text></a></svg>"""


@pytest.fixture
def evil(people: SimpleNamespace, site: object) -> Plugin:
    plugin = rows.plugin(
        "acme/evil",
        label="<script>window.ran='label'</script>Evil",
        brief={"en_US": "<img src=x onerror=\"window.ran='brief'\">"},
        release_readmes={"en_US": ATTACK},
        release_privacy_policy=ATTACK,
        release_notes=ATTACK,
        release_declaration=rows.declaration("evil", icon="icon.svg", repo="javascript:window.ran='repo'"),
    )
    assert plugin.latest is not None
    ReleaseAsset.objects.create(release=plugin.latest, name="icon.svg", content=keeping.keep(ICON), size=len(ICON))
    indexing.index(plugin)
    rating = {"stars": 1, "text": "<script>window.ran='rating'</script>", "reply": ATTACK, "version": "1.0.0"}
    Rating.objects.create(plugin=plugin, user=people.stranger, **rating)
    return plugin


def listen(page: Page) -> list[str]:
    """What the page really asks of that other server, and says in dialogs. What its policy holds back does not get here."""
    heard: list[str] = []

    def asked(route: Route) -> None:
        heard.append(route.request.url)
        route.abort()

    page.route("http://evil.example/**", asked)
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    return heard


def test_what_goes_to_another_server_is_heard(window: Window) -> None:
    """The tests below can fail."""
    page = window().new_page()
    heard = listen(page)
    page.set_content('<img src="http://evil.example/seen">')
    page.wait_for_function("document.images[0].complete")
    assert heard == ["http://evil.example/seen"]


@pytest.mark.parametrize("tail", ["", "/versions", "/privacy", "/ratings", "/compare"])
def test_what_strangers_write_does_nothing(evil: Plugin, window: Window, site, tail: str) -> None:
    page = window().new_page()
    heard = listen(page)
    page.goto(f"/plugins/acme/evil{tail}", wait_until="networkidle")
    for link in page.locator("main :is(.readme, .notes, .rating) a").all():
        target = link.get_attribute("href") or ""
        assert target.startswith(("http://", "https://", "mailto:", "/plugins/", "")), target
        assert not target.startswith(("javascript:", "data:", "vbscript:", "/sign-out"))
    for word in page.get_by_text("press", exact=True).all():
        word.click()
    assert page.evaluate("window.ran") is None
    assert heard == []
    assert page.url.startswith(f"{site.url}/plugins/acme/evil")
    active = "script, style, iframe, object, form input, link, base, video, svg"
    assert page.locator(f":is(.readme, .notes) :is({active})").count() == 0


def test_links_of_strangers_vouch_for_nothing(evil: Plugin, window: Window) -> None:
    page = window().new_page()
    page.goto("/plugins/acme/evil")
    for link in page.locator(".readme a[href]").all():
        assert set((link.get_attribute("rel") or "").split()) >= {"nofollow", "noopener"}


def test_a_picture_is_only_a_picture(evil: Plugin, window: Window) -> None:
    """As an image and opened by itself."""
    assert evil.latest is not None
    page = window().new_page()
    heard = listen(page)
    page.goto("/plugins/acme/evil", wait_until="networkidle")
    expect(page.locator(".tile img").first).to_have_js_property("complete", True)
    assert page.locator(".tile img").first.evaluate("image => image.naturalWidth > 0")
    assert page.locator(".readme img").count() == 1
    answer = page.goto(f"/pictures/{address(evil.latest.assets.get())}", wait_until="networkidle")
    assert answer is not None
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "immutable" in answer.headers["cache-control"]
    page.mouse.click(70, 70)
    page.mouse.click(20, 35)
    assert page.title() != "ran"
    assert heard == []


def test_packages_are_no_pictures(evil: Plugin, window: Window) -> None:
    digest = keeping.keep(b"a package, or anything else that is kept")
    page = window().new_page()
    answer = page.goto(f"/pictures/{digest}.svg")
    assert answer is not None
    assert answer.status == 404
