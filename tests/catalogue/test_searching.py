"""Search finds what people mean, in their languages, and in an order that can be explained, on both databases."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.catalogue import counting, indexing, searching
from marketplace.catalogue.searching import search
from marketplace.models import Plugin, SearchEntry
from tests.catalogue import rows

pytestmark = pytest.mark.usefixtures("each_database")


def found(query: str, **more: Any) -> list[str]:
    return [plugin.plugin_id for plugin in search(query, **more).plugins]


SHEETS = {
    "en_US": "Google Sheets",
    "zh_Hans": "谷歌表格",
    "ja_JP": "Google スプレッドシート",
    "pt_BR": "Planilhas do Google",
}


@pytest.fixture
def shelf(each_database: str) -> None:
    rows.plugin("acme/google_sheets", label=SHEETS, brief={"en_US": "Read and write tables.", "pt_BR": "Lê e escreve."})
    rows.plugin("acme/slack", brief={"en_US": "Post messages to channels."}, tags=["social"])
    rows.plugin("other/notion", brief={"en_US": "Pages and databases, with links to Slack."})
    rows.plugin("other/translator", label={"en_US": "Translator", "pt_BR": "Tradução"}, tags=["productivity"])
    rows.plugin("other/openai", label="OpenAI", category="model", release_declaration=model("gpt-4o-mini"))
    rows.plugin("other/quiet", release_readmes={"en_US": "It also talks about slack and kubernetes."})


def model(name: str) -> dict[str, Any]:
    return {"model": {"models": [{"model": name, "label": {"en_US": name.upper()}, "model_type": "llm"}]}}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("google sheets", "acme/google_sheets"),
        ("GOOGLE-SHEETS", "acme/google_sheets"),
        ("googlesheets", "acme/google_sheets"),
        ("sheets", "acme/google_sheets"),
        ("goo", "acme/google_sheets"),
        ("谷歌表格", "acme/google_sheets"),
        ("表格", "acme/google_sheets"),
        ("格", "acme/google_sheets"),
        ("スプレッド", "acme/google_sheets"),
        ("ｽﾌﾟﾚｯﾄﾞｼｰﾄ", "acme/google_sheets"),
        ("シート", "acme/google_sheets"),
        ("planilhas", "acme/google_sheets"),
        ("traducao", "other/translator"),
        ("TRADUÇÃO", "other/translator"),
        ("tranlsator", "other/translator"),
        ("translater", "other/translator"),
        ("notoin", "other/notion"),
        ("nation", "other/notion"),
        ("slcak", "acme/slack"),
        ("anslat", "other/translator"),
        ("gpt-4o", "other/openai"),
        ("gpt 4o mini", "other/openai"),
        ("open ai", "other/openai"),
        ("openai", "other/openai"),
        ("social", "acme/slack"),
        ("acme/slack", "acme/slack"),
        ("kubernetes", "other/quiet"),
    ],
)
def test_what_is_meant_comes_first(shelf: None, query: str, expected: str) -> None:
    assert found(query)[:1] == [expected]


def test_a_name_counts_more_than_a_brief_and_a_brief_more_than_a_readme(shelf: None) -> None:
    assert found("slack") == ["acme/slack", "other/notion", "other/quiet"]


def test_an_exact_word_counts_more_than_the_start_of_one(each_database: str) -> None:
    rows.plugin("a/mailbox_sender", install_count=100_000)
    rows.plugin("a/mail")
    assert found("mail") == ["a/mail", "a/mailbox_sender"]


def test_every_word_must_be_there_while_any_plugin_has_them_all(shelf: None) -> None:
    assert found("slack pages") == ["other/notion"]
    some = search("slack zebra")
    assert some.some
    assert [plugin.plugin_id for plugin in some.plugins] == ["acme/slack", "other/notion", "other/quiet"]


def test_what_nobody_has_is_not_found(shelf: None) -> None:
    assert search("xylophone").total == 0
    assert search("!!! ???").total == 0
    assert found("zz") == []


def test_a_correction_is_told(shelf: None) -> None:
    assert search("slcak").corrected == {"slcak": ("slack",)}
    assert search("slack").corrected == {}


def test_short_words_are_not_guessed_at(shelf: None) -> None:
    assert found("oai") == []


@pytest.mark.parametrize(
    "query", ["'", '"', "a'b", "\\", "*", "foo:*", "AND", "OR NOT", "(", "names:slack", "😀", "\0", "^", "x" * 5000]
)
def test_no_query_is_taken_for_a_command(shelf: None, query: str) -> None:
    search(query)


def test_installs_ratings_and_age_decide_among_equals(each_database: str) -> None:
    rows.plugin("a/mail_one", brief={}, days=400)
    rows.plugin("a/mail_two", brief={}, days=400, install_count=5000)
    rows.plugin("a/mail_three", brief={}, days=1)
    rows.plugin("a/mail_four", brief={}, days=400, rating_count=10, rating_sum=10)
    assert found("mail") == ["a/mail_two", "a/mail_three", "a/mail_one", "a/mail_four"]


def test_popularity_does_not_beat_a_better_match(each_database: str) -> None:
    rows.plugin("a/weather", install_count=0, days=700)
    rows.plugin("a/everything", brief={"en_US": "Also the weather."}, install_count=900_000, days=0)
    assert found("weather")[0] == "a/weather"


def test_saying_a_word_often_gains_nothing(each_database: str) -> None:
    rows.plugin("a/honest", brief={"en_US": "Sends mail."})
    rows.plugin("a/stuffed", brief={"en_US": "mail " * 50}, release_readmes={"en_US": "mail " * 2000}, days=300)
    assert found("mail")[0] == "a/honest"


def test_a_deprecated_plugin_sinks(each_database: str) -> None:
    rows.plugin("a/old_mail", status=Plugin.Status.DEPRECATED, install_count=100_000)
    rows.plugin("a/new_mail", days=300)
    assert found("mail") == ["a/new_mail", "a/old_mail"]


@pytest.mark.parametrize("status", [Plugin.Status.CLOSED, Plugin.Status.RECALLED])
def test_what_is_closed_or_recalled_is_neither_found_nor_listed(each_database: str, status: str) -> None:
    rows.plugin("a/mail", status=status)
    assert found("mail") == []
    assert found("") == []


def test_what_a_closed_publisher_had_listed_stays(each_database: str) -> None:
    plugin = rows.plugin("a/mail")
    plugin.organization.closed_at = timezone.now()
    plugin.organization.save()
    indexing.index(plugin)
    assert found("mail") == found("") == ["a/mail"]


def test_a_plugin_without_a_release_for_everybody_is_not_found(each_database: str) -> None:
    plugin = rows.plugin("a/mail")
    plugin.latest = None
    plugin.save()
    indexing.index(plugin)
    assert found("mail") == []


def test_filters(shelf: None) -> None:
    assert found("", category="model") == ["other/openai"]
    assert found("o", category="model") == ["other/openai"]
    assert found("", tags=["social", "productivity"], sort="created_at", order="asc") == [
        "acme/slack",
        "other/translator",
    ]
    assert found("slack", tags=["social"]) == ["acme/slack"]
    assert found("slack", exclude=["acme/slack"]) == ["other/notion", "other/quiet"]
    assert found("slack", among=Plugin.objects.filter(organization__handle="other")) == ["other/notion", "other/quiet"]
    assert found("", among=Plugin.objects.filter(organization__handle="acme"), sort="created_at") == [
        "acme/slack",
        "acme/google_sheets",
    ]


def test_pages_hold_each_plugin_once(each_database: str) -> None:
    for number in range(7):
        rows.plugin(f"a/mail_{number}")
    for sort in ("", "install_count", "created_at"):
        pages = [search("mail", sort=sort, page=page, page_size=3) for page in (1, 2, 3)]
        ids = [plugin.plugin_id for page in pages for plugin in page.plugins]
        assert sorted(ids) == [f"a/mail_{number}" for number in range(7)]
        assert {page.total for page in pages} == {7}


def test_pages_beyond_the_hundred_that_are_weighed_go_on(each_database: str) -> None:
    for number in range(130):
        rows.plugin(f"a/mail_{number}", index=False)
    indexing.rebuild()
    ids = [plugin.plugin_id for page in (1, 2, 3) for plugin in search("mail", page=page, page_size=48).plugins]
    assert len(ids) == len(set(ids)) == 130


def test_a_new_label_takes_the_place_of_the_old_one(each_database: str) -> None:
    plugin = rows.plugin("a/thing", label="Aardvark")
    plugin.label = {"en_US": "Buffalo"}
    plugin.save()
    indexing.index(plugin)
    assert (found("aardvark"), found("buffalo")) == ([], ["a/thing"])


def test_an_index_that_is_lost_is_written_anew(shelf: None) -> None:
    SearchEntry.objects.all().delete()
    assert found("slack") == []
    assert indexing.rebuild() == 6
    assert found("slack") == ["acme/slack", "other/notion", "other/quiet"]
    assert found("slcak")[:1] == ["acme/slack"]


def test_standings_that_are_a_day_old_are_worked_out_anew(each_database: str) -> None:
    plugin = rows.plugin("a/mail")
    Plugin.objects.update(install_count=1_000_000)
    assert indexing.refresh_standings() == 0
    before = plugin.search_entry.standing
    SearchEntry.objects.update(ranked_at=timezone.now() - 2 * indexing.FRESH)
    assert indexing.refresh_standings() == 1
    assert SearchEntry.objects.get().standing > before


def test_of_more_than_are_counted_each_stands_on_one_page(each_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 5)
    monkeypatch.setattr(searching, "DEPTH", 4)
    for number in range(12):
        rows.plugin(f"a/one_{number}", brief={"en_US": "Sends mail."}, install_count=number * 1000)
    rows.plugin("a/mail")
    rows.plugin("b/mail")
    among = Plugin.objects.filter(organization__handle="a")
    pages = [search("mail", among=among, page=page, page_size=3) for page in range(1, 6)]
    assert {(one.total, one.more) for one in pages} == {(5, True)}
    shown = [plugin.plugin_id for one in pages for plugin in one.plugins]
    assert shown == ["a/mail", *(f"a/one_{number}" for number in range(11, -1, -1))]


@pytest.mark.parametrize(("query", "most"), [("", 3), ("slack", 6), ("slack pages", 8)])
def test_the_number_of_queries_does_not_grow(shelf: None, query: str, most: int) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            search(query)
        return len(context)

    before = asked()
    for number in range(12):
        rows.plugin(f"many/slack_pages_{number}")
    assert asked() == before <= most
