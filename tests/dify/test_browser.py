"""Pages of catalogues and mirrors in Chromium: usable by everybody; a preview follows the form while it is filled in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from marketplace.models import Catalogue, CatalogueRequest, Mirror, User
from marketplace.workspaces import create_workspace
from tests.accessible import overflow, violations
from tests.catalogue import rows
from tests.catalogue.live import browser, site, window

__all__ = ["browser", "site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

Window = Callable[..., BrowserContext]
TOKEN = "mr4ynWv7Yb2k"


@pytest.fixture
def owner(site: object) -> User:
    """Staff who own a workspace, with a catalogue that somebody asks something of, and a mirror."""
    person = User.objects.create_superuser("ada@example.org", "open sesame")
    workspace = create_workspace(name="Support", owner=person)
    plugin = rows.plugin("acme/mail")
    rows.plugin("acme/search")
    policy = {"deny": {"plugins": ["acme/mail"]}, "requests": True}
    made = Catalogue.objects.create(name="Support", token=TOKEN, workspace=workspace, policy=policy, made_by=person)
    CatalogueRequest.objects.create(catalogue=made, plugin=plugin, asked_by="Bo", reason="For work")
    Mirror.objects.create(name="Dify", address="https://example.org", rules={"everything": True}, paused=True)
    return person


def paths() -> list[str]:
    return [
        "/catalogues/",
        "/catalogues/new",
        f"/catalogues/{Catalogue.objects.get().pk}/",
        f"/c/{TOKEN}",
        f"/c/{TOKEN}/plugins?q=nothing",
        f"/c/{TOKEN}/ask/acme/mail",
        "/desk/mirrors",
        "/desk/mirrors/new",
        f"/desk/mirrors/{Mirror.objects.get().pk}",
    ]


def test_everybody_can_use_them(owner: User, window: Window) -> None:
    for context in (window(owner, width=390, dark=True), window(owner, width=1440)):
        for path in paths():
            page = context.new_page()
            page.goto(path)
            assert violations(page) == [], path
            assert overflow(page) <= 0, path
            page.close()


def test_a_preview_follows_the_form(owner: User, window: Window) -> None:
    page = window(owner).new_page()
    page.goto(f"/catalogues/{Catalogue.objects.get().pk}/")
    expect(page.locator("#preview h2")).to_have_text("This Dify sees 1 of 2 plugins")
    page.locator("#id_deny_plugins").fill("")
    expect(page.locator("#preview h2")).to_have_text("This Dify sees 2 of 2 plugins")
    page.locator("#id_otherwise_1").check()
    expect(page.locator("#preview h2")).to_have_text("This Dify sees 0 of 2 plugins")
    page.locator("#id_deny_plugins").fill("no plugin")
    expect(page.locator("#preview")).to_contain_text("the form has a fault")
    assert Catalogue.objects.get().policy["deny"] == {"plugins": ["acme/mail"]}
