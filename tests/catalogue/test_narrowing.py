"""Lists that a catalogue narrows: `?catalogue=` shows what it allows, whoever looks, and every link goes on with it."""

import re
from collections.abc import Callable
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from marketplace.models import Catalogue, Collection, Plugin
from tests.catalogue import rows

pytestmark = pytest.mark.django_db
CONSOLE = "https://dify.example.org"
POLICY = {"allow": {"publishers": ["acme"]}, "otherwise": "deny"}
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')


@pytest.fixture
def narrow(people: SimpleNamespace) -> Catalogue:
    """The catalogue of the owner's workspace: acme's plugins, and not those of others."""
    for number in range(31):
        rows.plugin(f"acme/mail_{number}", tags=["social"], install_count=number)
    rows.plugin("acme/maker", category="model")
    rows.plugin("other/mail", tags=["social"], install_count=5000)
    return Catalogue.objects.create(name="Support", token="tok", workspace=people.workspace, policy=POLICY)


def main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def links(page: str) -> list[str]:
    return [unescape(address) for address in LINK.findall(main(page))]


@pytest.fixture
def gathered(narrow: Catalogue) -> None:
    """A collection by hand and one by rule, with plugins that the catalogue allows and with one that it does not."""
    picked = Collection.objects.create(name="picked", label={"en_US": "Picked"})
    for place, name in enumerate(("other/mail", "acme/maker", "acme/mail_3")):
        picked.items.create(plugin=Plugin.objects.get(plugin_id=name), position=place)
    Collection.objects.create(name="liked", label={"en_US": "Liked"}, rule={"query": "mail"})
    Collection.objects.create(name="others", label={"en_US": "Others"}).items.create(
        plugin=Plugin.objects.get(plugin_id="other/mail")
    )


WHO = pytest.mark.parametrize("who", ["", "owner", "member", "publisher", "stranger", "staff"])
LISTS = ["/plugins", "/category/tool", "/tag/social", "/search?q=mail", "/search?q=mail&sort=new"]


@WHO
@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_what_the_catalogue_allows_whoever_looks(
    narrow: Catalogue, visit: Callable[..., Client], path: str, who: str
) -> None:
    page = visit(who).get(path + ("&" if "?" in path else "?") + "catalogue=tok").text
    assert "Only what the catalogue “Support” allows." in page
    assert "other/mail" not in page
    assert "other/mail" in visit(who).get(path).text


@pytest.mark.parametrize("path", LISTS)
def test_every_link_of_a_list_stays_in_the_catalogue(narrow: Catalogue, path: str) -> None:
    page = Client().get(path + ("&" if "?" in path else "?") + "catalogue=tok").text
    leaving = [address for address in links(page) if "catalogue=tok" not in address]
    assert leaving == ["?" + path.partition("?")[2]], "only the one that says so leads out"
    assert '<input type="hidden" name="catalogue" value="tok">' in page, "the search field of the top bar"
    for found in ("/plugins/acme/mail_30?catalogue=tok", "sort=updated", "page=2", "category", "tag"):
        assert any(found in address for address in links(page) if "catalogue=tok" in address), found


def test_the_second_page_holds_the_rest(narrow: Catalogue) -> None:
    first, second = (Client().get(f"/plugins?catalogue=tok&page={page}").text for page in (1, 2))
    assert "32 plugins" in main(first)
    assert {"other/mail" in page for page in (first, second)} == {False}
    assert len([one for one in links(second) if one.startswith("/plugins/acme/")]) == 2


def test_a_plugins_page_leads_back_and_its_tabs_stay(narrow: Catalogue) -> None:
    page = Client().get("/plugins/acme/maker?catalogue=tok").text
    stays = [one for one in links(page) if one.startswith(("/plugins/acme/maker", "/category/", "/plugins?"))]
    outside = ("feed", "/report", "#")
    assert [one for one in stays if "catalogue=tok" not in one and not any(text in one for text in outside)] == []
    assert "/plugins?catalogue=tok" in stays
    assert "MARKETPLACE_API_URL=http://testserver/c/tok" in page


@WHO
@pytest.mark.parametrize(
    ("path", "total", "whole"),
    [("/collections/picked", 2, 3), ("/collections/liked", 31, 32)],
    ids=["by hand", "by rule"],
)
def test_a_collection_shows_what_the_catalogue_allows_whoever_looks(
    gathered: None, visit: Callable[..., Client], path: str, total: int, whole: int, who: str
) -> None:
    page = visit(who).get(f"{path}?catalogue=tok").text
    assert "Only what the catalogue “Support” allows." in page
    assert f"{total} plugins" in main(page)
    assert "other/mail" not in page
    assert [one for one in links(page) if "catalogue=tok" not in one] == ["?"], "only the one that says so leads out"
    whole_page = visit(who).get(path).text
    assert f"{whole} plugins" in main(whole_page)
    assert "other/mail" in whole_page


def test_a_collections_second_page_holds_the_rest(gathered: None) -> None:
    first, second = (Client().get(f"/collections/liked?catalogue=tok&page={page}").text for page in (1, 2))
    shown = [[one for one in links(page) if one.startswith("/plugins/acme/")] for page in (first, second)]
    assert [len(one) for one in shown] == [30, 1]
    assert all(one.endswith("?catalogue=tok") for one in shown[0] + shown[1])


def test_a_collection_of_which_nothing_is_allowed_says_so(gathered: None) -> None:
    page = Client().get("/collections/others?catalogue=tok").text
    assert "The catalogue allows nothing of this collection." in page
    assert "This collection is empty." not in page


@WHO
def test_a_publishers_page_shows_what_the_catalogue_allows_whoever_looks(
    narrow: Catalogue, visit: Callable[..., Client], who: str
) -> None:
    narrow.policy = POLICY | {"deny": {"plugins": ["acme/mail_30"]}}
    narrow.save()
    page = visit(who).get("/publishers/acme?catalogue=tok").text
    assert "Only what the catalogue “Support” allows." in page
    assert "31 plugins · 435 installs" in " ".join(main(page).replace("</span>", "").split())
    assert "acme/mail_30" not in page
    assert "acme/mail_30" in visit(who).get("/publishers/acme").text


def test_a_publisher_of_whom_nothing_is_allowed_says_so(narrow: Catalogue) -> None:
    page = Client().get("/publishers/other?catalogue=tok").text
    assert "The catalogue allows nothing of this publisher." in page
    assert "It has published nothing yet." not in page
    assert "other/mail" in Client().get("/publishers/other").text


@pytest.mark.parametrize("path", ["/publishers/other", "/collections/picked"])
def test_these_too_say_that_a_catalogue_is_gone(gathered: None, path: str) -> None:
    page = Client().get(path, {"catalogue": "gone"}).text
    assert "is no longer there, so this shows all plugins" in page
    assert "other/mail" in page


def test_suggestions_are_narrowed_too(narrow: Catalogue) -> None:
    whole, narrowed = (Client().get(f"/search/suggest?q=mail{more}").text for more in ("", "&catalogue=tok"))
    assert "/plugins/other/mail" in whole
    assert "/plugins/other/mail" not in narrowed
    assert "/search?catalogue=tok&amp;q=mail" in narrowed


def test_a_kind_of_which_nothing_is_allowed_says_so(narrow: Catalogue) -> None:
    page = Client().get("/category/trigger?catalogue=tok").text
    assert "The catalogue allows nothing of this kind" in page
    assert "Nothing is published here yet" not in page


@pytest.mark.parametrize("token", ["gone", "../tok", "<b>", "a" * 50])
def test_an_address_of_a_catalogue_that_is_not_there_says_so(narrow: Catalogue, token: str) -> None:
    page = Client().get("/plugins", {"catalogue": token})
    assert page.status_code == 200
    assert "is no longer there, so this shows all plugins" in page.text
    assert "Support" not in page.text
    assert "other/mail" in page.text


def test_a_console_that_is_known_goes_along_and_another_does_not(narrow: Catalogue, settings: Any) -> None:
    settings.DIFY_ORIGINS = [CONSOLE]
    kept = Client().get("/plugins", {"source": CONSOLE, "language": "en-US", "q": ""}).text
    assert "/plugins/acme/mail_30?source=https%3A%2F%2Fdify.example.org&language=en-US" in links(kept)
    strange = Client().get("/plugins", {"source": "https://evil.example", "language": "en-US"}).text
    assert "/plugins/acme/mail_30" in links(strange)
    plain = Client().get("/plugins").text
    assert "/category/model" in links(plain), "addresses without a catalogue end in no question mark"
