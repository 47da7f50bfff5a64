"""Ratings and reports: who may say, answer, hide and read what."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace.catalogue import rating
from marketplace.catalogue.reporting import MOST_AN_HOUR
from marketplace.models import AbuseReport, AuditEntry, Plugin, Rating
from tests.catalogue import rows

RATINGS = "/plugins/acme/mail/ratings"
REPORT = "/plugins/acme/mail/report"


@pytest.fixture
def mail(people: SimpleNamespace) -> Plugin:
    return rows.plugin("acme/mail")


@pytest.fixture
def rated(mail: Plugin, people: SimpleNamespace) -> Rating:
    assert mail.latest is not None
    return rating.rate(mail.latest, by=people.member, stars=4, text="It works.")


def counted(plugin: Plugin) -> tuple[int, int]:
    plugin.refresh_from_db()
    return plugin.rating_count, plugin.rating_sum


def test_a_person_rates_once_and_may_change_their_mind(mail: Plugin, visit: Callable[..., Client]) -> None:
    browser = visit("member")
    assert browser.post(RATINGS, {"stars": "5", "text": "Good."}).status_code == 302
    assert counted(mail) == (1, 5)
    browser.post(RATINGS, {"stars": "2", "text": "Not any more."})
    assert counted(mail) == (1, 2)
    page = browser.get(RATINGS).text
    assert "Not any more." in page
    assert "of 1.0.0" in page


@pytest.mark.parametrize("stars", ["0", "6", "", "x", "4.5"])
def test_only_one_to_five_stars(mail: Plugin, visit: Callable[..., Client], stars: str) -> None:
    answer = visit("member").post(RATINGS, {"stars": stars, "text": "What I wrote stays."})
    assert answer.status_code == 422
    assert "What I wrote stays." in answer.text
    assert counted(mail) == (0, 0)


def test_nobody_rates_without_signing_in_or_what_they_publish(mail: Plugin, visit: Callable[..., Client]) -> None:
    assert visit().post(RATINGS, {"stars": "5"})["Location"].startswith("/sign-in")
    answer = visit("publisher").post(RATINGS, {"stars": "5"})
    assert answer.status_code == 422
    assert "You publish this plugin" in answer.text
    assert counted(mail) == (0, 0)


@pytest.mark.parametrize(
    ("act", "allowed"), [("take-back", "member"), ("reply", "publisher"), ("hide", "staff"), ("show", "staff")]
)
def test_each_act_is_one_persons(rated: Rating, visit: Callable[..., Client], act: str, allowed: str) -> None:
    address = f"{RATINGS}/{rated.pk}/{act}"
    before = Rating.objects.values().get()
    for who in {"owner", "member", "publisher", "stranger", "staff", ""} - {allowed}:
        assert visit(who).post(address, {"text": "because"}).status_code == 302
        assert Rating.objects.values().get() == before
    assert visit(allowed).get(address).status_code == 405
    assert visit(allowed).post(address, {"text": "because"}).status_code == 302
    assert Rating.objects.values().first() != before or act == "show"


def test_a_hidden_rating_is_seen_and_counted_no_more(rated: Rating, visit: Callable[..., Client]) -> None:
    visit("staff").post(f"{RATINGS}/{rated.pk}/hide", {"text": "Off topic"})
    assert counted(rated.plugin) == (0, 0)
    assert "It works." not in visit("stranger").get(RATINGS).text
    assert "It works." in visit("staff").get(RATINGS).text
    assert "Off topic" in visit("member").get(RATINGS).text
    assert AuditEntry.objects.filter(act="rating.hide").exists()
    visit("staff").post(f"{RATINGS}/{rated.pk}/show")
    assert counted(rated.plugin) == (1, 4)


def test_hiding_needs_a_reason(rated: Rating, visit: Callable[..., Client]) -> None:
    visit("staff").post(f"{RATINGS}/{rated.pk}/hide", {"text": " "})
    assert counted(rated.plugin) == (1, 4)


def test_an_answer_of_the_publisher_stands_below(rated: Rating, visit: Callable[..., Client]) -> None:
    visit("publisher").post(f"{RATINGS}/{rated.pk}/reply", {"text": "Thank you."})
    assert "Thank you." in visit().get(RATINGS).text
    visit("publisher").post(f"{RATINGS}/{rated.pk}/reply", {"text": ""})
    rated.refresh_from_db()
    assert (rated.reply, rated.replied_at) == ("", None)


def test_a_rating_of_another_plugin_is_not_reached_through_this_one(
    rated: Rating, visit: Callable[..., Client]
) -> None:
    rows.plugin("acme/other")
    assert visit("member").post(f"/plugins/acme/other/ratings/{rated.pk}/take-back").status_code == 404


def test_anybody_reports(mail: Plugin, people: SimpleNamespace, visit: Callable[..., Client]) -> None:
    visit().post(REPORT, {"reason": "malware", "text": "It reads my keys.", "contact": "eve@example.org"})
    visit("stranger").post(REPORT, {"reason": "spam", "text": "Spam.", "contact": "ignored@example.org"})
    found = list(AbuseReport.objects.order_by("pk").values_list("reason", "reporter", "contact", "state"))
    assert found == [("malware", None, "eve@example.org", "open"), ("spam", people.stranger.pk, "", "open")]


def test_a_report_may_be_about_a_rating(rated: Rating, visit: Callable[..., Client]) -> None:
    visit().post(f"{REPORT}?rating={rated.pk}", {"reason": "spam", "text": "Look."})
    visit().post(f"{REPORT}?rating=nonsense", {"reason": "spam", "text": "Look."})
    assert list(AbuseReport.objects.order_by("pk").values_list("rating", flat=True)) == [rated.pk, None]


@pytest.mark.parametrize("fields", [{"reason": "no such", "text": "x"}, {"reason": "spam", "text": ""}, {}])
def test_a_report_that_says_nothing_is_not_taken(mail: Plugin, fields: dict[str, str]) -> None:
    assert Client().post(REPORT, fields).status_code == 422
    assert not AbuseReport.objects.exists()


def test_one_address_does_not_report_without_end(mail: Plugin) -> None:
    for _ in range(MOST_AN_HOUR):
        assert Client().post(REPORT, {"reason": "spam", "text": "x"}).status_code == 302
    answer = Client().post(REPORT, {"reason": "spam", "text": "x"})
    assert answer.status_code == 422
    assert "Try again later" in answer.text
    assert AbuseReport.objects.count() == MOST_AN_HOUR


@pytest.mark.parametrize(("who", "led"), [("publisher", True), ("stranger", False), ("member", False), ("", False)])
def test_only_its_publishers_are_led_to_look_after_it(
    mail: Plugin, visit: Callable[..., Client], who: str, led: bool
) -> None:
    page = visit(who).get("/plugins/acme/mail").text
    assert ('href="/publish/plugins/acme/mail"' in page) is led
    assert visit(who).get("/publish/plugins/acme/mail").status_code == (200 if led else 404 if who else 302)
