"""Accounts confirmed by mail where that is asked for, and how many may be made in an hour."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from marketplace.models import AuditEntry, User
from marketplace.registering import invite

pytestmark = pytest.mark.django_db
FIELDS = {"name": "Nova", "email": "nova@example.org", "password": "a long enough phrase"}
SIGN_IN = {"username": FIELDS["email"], "password": FIELDS["password"]}


@pytest.fixture(autouse=True)
def confirmed_and_open(settings: Any) -> Iterator[None]:
    settings.REGISTRATION, settings.CONFIRM_EMAIL = "open", True
    cache.clear()
    yield
    cache.clear()


def link() -> str:
    found = re.search(r"http://testserver(/sign-up/confirm/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_nobody_signs_in_before_the_address_is_confirmed() -> None:
    assert "Look into your mail" in Client().post("/sign-up", FIELDS).text
    assert mail.outbox[0].to == ["nova@example.org"]
    assert Client().post("/sign-in", SIGN_IN).status_code == 200  # the form again
    assert "Confirm, and sign in" in Client().get(link()).text
    assert not User.objects.get().is_active  # opened by a program that looks into mails
    browser = Client()
    assert browser.post(link())["Location"] == "/publish/"
    assert "Publish your first plugin" in browser.get("/publish/").text
    assert Client().post("/sign-in", SIGN_IN).status_code == 302
    assert AuditEntry.objects.filter(act="account.confirm").count() == 1


def test_a_link_works_once_and_only_whole() -> None:
    Client().post("/sign-up", FIELDS)
    here = link()
    assert Client().get(here[:-1] + ("b" if here.endswith("a") else "a")).status_code == 404
    Client().post(here)
    again = Client().post(here)
    assert again.status_code == 404
    assert "opens nothing" in again.text


def test_it_does_not_open_an_account_that_was_switched_off(people: SimpleNamespace) -> None:
    Client().post("/sign-up", FIELDS)
    here = link()
    Client().post(here)
    User.objects.filter(email=FIELDS["email"]).update(is_active=False)
    assert Client().post(here).status_code == 404


def test_the_mail_is_sent_again() -> None:
    for _ in range(2):
        Client().post("/sign-up", FIELDS)
    assert len(mail.outbox) == 2
    assert User.objects.count() == 1


def test_an_invitation_for_the_address_has_confirmed_it(people: SimpleNamespace) -> None:
    _, code = invite(by=people.staff, email=FIELDS["email"])
    assert Client().post(f"/sign-up/{code}", FIELDS)["Location"] == "/publish/"
    assert not mail.outbox


def test_by_default_nothing_is_asked(settings: Any) -> None:
    settings.CONFIRM_EMAIL = False
    assert Client().post("/sign-up", FIELDS)["Location"] == "/publish/"
    assert not mail.outbox


def test_one_address_of_the_net_makes_so_many_accounts(settings: Any) -> None:
    settings.REGISTRATIONS_PER_HOUR = 2
    for number in range(2):
        assert Client().post("/sign-up", FIELDS | {"email": f"n{number}@example.org"}).status_code == 200
    refused = Client().post("/sign-up", FIELDS)
    assert (refused.status_code, "Try again later" in refused.text) == (422, True)
    assert User.objects.count() == 2
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post("/sign-up", FIELDS)
    assert "Look into your mail" in elsewhere.text
