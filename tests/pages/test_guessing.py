"""Guessing passwords: after some wrong ones there is a wait, told in plain words; others are not kept out."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from marketplace import guessing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def attempt(password: str, *, email: str = "owner@example.org", address: str = "192.0.2.7") -> Any:
    return Client(REMOTE_ADDR=address).post("/sign-in", {"username": email, "password": password})


def wrong(times: int, **more: str) -> list[HttpResponse]:
    return [attempt("guess", **more) for _ in range(times)]


def test_after_ten_wrong_ones_there_is_a_wait(people: Any) -> None:
    assert {answer.status_code for answer in wrong(10)} == {200}
    refused = attempt("open sesame")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= guessing.WINDOW
    assert "Too many wrong attempts. Try again in 15 minutes" in refused.content.decode()
    assert "sessionid" not in refused.cookies, "also with the right password"
    assert attempt("open sesame", email=" OWNER@example.org").status_code == 429, "the same account"


def test_others_are_not_kept_out(people: Any) -> None:
    wrong(10)
    assert attempt("open sesame", address="192.0.2.8").status_code == 302
    assert attempt("open sesame", email="admin@example.org").status_code == 302


def test_many_accounts_from_one_address(people: Any) -> None:
    for number in range(50):
        attempt("guess", email=f"n{number}@example.org")
    assert attempt("open sesame").status_code == 429


def test_one_account_from_many_addresses(people: Any) -> None:
    for number in range(100):
        attempt("guess", address=f"10.0.0.{number}")
    assert attempt("guess", address="203.0.113.1").status_code == 429


def test_the_wait_ends(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(10)
    assert attempt("open sesame").status_code == 429
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + guessing.WINDOW + 1)
    assert attempt("open sesame").status_code == 302


def test_who_gets_in_begins_anew(people: Any) -> None:
    wrong(9)
    assert attempt("open sesame").status_code == 302
    assert {answer.status_code for answer in wrong(9)} == {200}


@pytest.mark.parametrize(
    ("trusts", "given", "address"),
    [
        (None, ("192.0.2.1", "6.6.6.6"), "192.0.2.1"),
        (("X", "y"), ("10.0.0.1", "6.6.6.6, 192.0.2.1"), "192.0.2.1"),
        (None, ("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::/64"),
        (None, ("", ""), ""),
    ],
)
def test_who_calls(settings: Any, trusts: Any, given: tuple[str, str], address: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = trusts
    assert (
        guessing.address_of(
            RequestFactory().get("/sign-in", REMOTE_ADDR=given[0], headers={"X-Forwarded-For": given[1]})
        )
        == address
    )


def test_a_cache_that_is_away_keeps_nobody_out(
    people: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*args: Any, **more: Any) -> Any:
        raise ConnectionError("away")

    for name in ("get", "get_many", "set", "delete"):
        monkeypatch.setattr(cache, name, away)
    assert attempt("open sesame").status_code == 302
    assert attempt("guess").status_code == 200
    assert "cannot be counted" in caplog.text
