"""The catalogue's pages are there for everybody, say what they should, and ask the database only so often."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.catalogue import counting
from marketplace.models import Collection, CollectionItem, Plugin, Release
from tests.catalogue import rows

pytestmark = pytest.mark.django_db

PLUGIN = "/plugins/acme/mail"
PAGES = [
    *("/", "/plugins", "/plugins?sort=new&page=1", "/category/tool", "/tag/social", "/search?q=mail", "/search"),
    *("/publishers/acme", "/collections/start", "/search/suggest?q=ma", PLUGIN, f"{PLUGIN}?version=0.9.0"),
    *(f"{PLUGIN}/{tab}" for tab in ("versions", "permissions", "privacy", "review", "ratings", "compare", "report")),
    *("/feed.rss", "/feed.atom", f"{PLUGIN}/feed.rss", f"{PLUGIN}/feed.atom"),
]
# How many questions each page may ask the database, of somebody who has not signed in.
MOST_QUERIES = 14


@pytest.fixture
def mail(people: SimpleNamespace) -> Plugin:
    plugin = rows.plugin("acme/mail", tags=["social"], install_count=1234, release_hosts=["api.example.com"])
    rows.release(plugin, "0.9.0", notes="The first one.")
    rows.installed(plugin.latest, 3, 0, 5)  # type: ignore[arg-type]
    shelf = Collection.objects.create(name="start", label={"en_US": "Start here"}, priority=1)
    CollectionItem.objects.create(collection=shelf, plugin=plugin)
    return plugin


@pytest.mark.parametrize("who", ["", "owner", "member", "publisher", "stranger", "staff"])
def test_everybody_may_read_everything(mail: Plugin, visit: Callable[..., Client], who: str) -> None:
    browser = visit(who)
    assert {path: browser.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_database_as_often_however_much_there_is(mail: Plugin, path: str) -> None:
    browser = Client()

    def asked() -> int:
        counting.forget()
        with CaptureQueriesContext(connection) as context:
            assert browser.get(path).status_code == 200
        return len(context)

    asked()  # what is worked out once an hour
    before = asked()
    for number in range(40):
        rows.plugin(f"acme/mail_{number}", tags=["social"])
    for number in range(10):
        rows.release(mail, f"0.8.{number}")
    assert asked() == before <= MOST_QUERIES


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_heavy(mail: Plugin, path: str) -> None:
    for number in range(40):
        brief = {"en_US": "A brief of the usual length, that says what it does and for whom it does it. " * 2}
        rows.plugin(f"acme/mail_{number}", tags=["social"], brief=brief)
    assert len(Client().get(path).content) < 100 * 1024


NOWHERE = [
    *("/category/nothing", "/tag/nothing", "/publishers/nobody", "/collections/none", "/plugins/none"),
    *("/plugins/acme/none", f"{PLUGIN}?version=7", f"{PLUGIN}/unlisted/guess", f"{PLUGIN}/compare?from=7"),
    f"/pictures/{'0' * 64}.svg",
]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_said_to_be_not_there(mail: Plugin, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999", "", "1.5"])
def test_numbers_of_pages_that_make_no_sense(mail: Plugin, page: str) -> None:
    assert Client().get("/plugins", {"page": page}).status_code == 200


def test_a_kind_and_a_publisher_have_short_addresses(mail: Plugin) -> None:
    assert Client().get("/plugins/tool")["Location"] == "/category/tool"
    assert Client().get("/plugins/acme")["Location"] == "/publishers/acme"


def test_an_empty_marketplace_teaches() -> None:
    assert "manage.py plugin publish" in Client().get("/").text
    assert "manage.py plugin publish" in Client().get("/plugins").text


def test_a_search_in_vain_says_what_to_try() -> None:
    assert "Try fewer or other words" in Client().get("/search", {"q": "xylophone"}).text


def test_a_correction_is_shown(mail: Plugin) -> None:
    assert "so this also shows mail" in Client().get("/search", {"q": "mial"}).text


def test_the_plugin_page_says_what_one_decides_by(mail: Plugin) -> None:
    page = Client().get(PLUGIN).text
    assert "Call other tools, Keep data" in page
    assert "Its publisher has stated nothing" in page
    assert "Certified" in page
    assert "8 installs in the last half year" in page
    assert "Read me." in page


LABEL = {
    "version": 1,
    "collects_nothing": False,
    "data": ["content", "health"],
    "sensitive": ["health"],
    "purposes": ["function"],
    "recipients": [{"name": "Example", "hosts": ["api.example.com"], "policy": "https://example.com/privacy"}],
    "stored": "30 days",
    "confirmed": True,
}


def privacy_page(mail: Plugin, label: dict[str, Any]) -> str:
    mail.releases.filter(version="1.0.0").update(privacy_label=label)
    return Client().get(f"{PLUGIN}/privacy").text


def test_what_is_sent_where_is_told_from_the_label(mail: Plugin) -> None:
    page = privacy_page(mail, LABEL)
    told = ("It sends data to Example", "What users enter", "(sensitive)", "to do what the plugin is for", "30 days")
    assert [text for text in (*told, "api.example.com", "https://example.com/privacy") if text not in page] == []


def test_nothing_stated_is_not_nothing_sent(mail: Plugin) -> None:
    assert "It collects nothing" not in privacy_page(mail, {})
    assert "It collects nothing, its publisher states" in privacy_page(mail, {"collects_nothing": True})


def test_what_a_program_has_guessed_is_said_to_be_so(mail: Plugin) -> None:
    assert "nobody has confirmed them" in privacy_page(mail, {**LABEL, "confirmed": False})
    assert "nobody has confirmed them" not in privacy_page(mail, LABEL)


def test_a_policy_of_a_recipient_is_no_way_to_run_a_script(mail: Plugin) -> None:
    evil = {"name": "Evil", "hosts": [], "policy": "javascript:alert(1)"}
    assert "javascript:" not in privacy_page(mail, {**LABEL, "recipients": [evil]})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "deprecated", "deprecation": "no_maintainer", "successor": "acme/other"}, "Nobody looks after it"),
        ({"status": "closed", "deprecation_note": "We stop."}, "We stop."),
        ({"status": "recalled", "deprecation_note": "It stole keys."}, "This plugin was recalled"),
    ],
)
def test_what_became_of_a_plugin_is_told_with_the_reason(mail: Plugin, changes: dict[str, str], said: str) -> None:
    rows.plugin("acme/other")
    Plugin.objects.filter(pk=mail.pk).update(**changes)
    page = Client().get(PLUGIN).text
    assert said in page
    assert ('href="/plugins/acme/other"' in page) == ("successor" in changes)
    assert ("Use in Dify" in page) == (changes["status"] != "recalled")


def test_a_version_that_was_taken_back_says_why(mail: Plugin) -> None:
    mail.releases.filter(version="0.9.0").update(status="yanked", status_reason="It loses mail.")
    page = Client().get(f"{PLUGIN}?version=0.9.0").text
    assert "It loses mail." in page
    assert "You are looking at version 0.9.0. The latest one is 1.0.0." in page


def test_an_unlisted_release_is_only_for_who_has_its_address(mail: Plugin) -> None:
    rows.release(mail, "2.0.0", channel=Release.Channel.UNLISTED, link="s3cret-link")
    browser = Client()
    answer = browser.get(f"{PLUGIN}/unlisted/s3cret-link")
    assert "This release is unlisted" in answer.text
    assert answer["X-Robots-Tag"] == "noindex"
    for path in (PLUGIN, f"{PLUGIN}/versions", f"{PLUGIN}/feed.atom", "/feed.rss", f"{PLUGIN}/compare"):
        assert "2.0.0" not in browser.get(path).text
    assert browser.get(f"{PLUGIN}?version=2.0.0").status_code == 404
    assert browser.get(f"{PLUGIN}/unlisted/").status_code == 404


def test_a_plugin_that_has_only_unlisted_releases_is_not_there(people: SimpleNamespace) -> None:
    plugin = rows.plugin("acme/secret", release_channel=Release.Channel.UNLISTED, release_link="s3cret")
    Plugin.objects.filter(pk=plugin.pk).update(latest=None)
    assert Client().get("/plugins/acme/secret").status_code == 404
    assert Client().get("/plugins/acme/secret/unlisted/s3cret").status_code == 200


def test_a_beta_is_shown_where_there_is_nothing_else(people: SimpleNamespace) -> None:
    plugin = rows.plugin("acme/soon", release_channel=Release.Channel.BETA)
    Plugin.objects.filter(pk=plugin.pk).update(latest=None)
    assert "Beta" in Client().get("/plugins/acme/soon").text


def test_feeds_name_what_is_new(mail: Plugin) -> None:
    rss, atom = Client().get(f"{PLUGIN}/feed.rss"), Client().get("/feed.atom")
    assert rss["Content-Type"].startswith("application/rss+xml")
    assert atom["Content-Type"].startswith("application/atom+xml")
    assert "The first one." in rss.text
    assert f"{PLUGIN}?version=1.0.0" in atom.text


def test_trending_needs_installs_of_the_last_week(mail: Plugin) -> None:
    assert "Trending" not in Client().get("/").text
    Plugin.objects.get(pk=mail.pk).search_entry.__class__.objects.update(trend=2.5)
    assert "Trending" in Client().get("/").text
