"""From the catalogue into a workspace, up to the sheet that asks for consent; and two releases compared by their files."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace import keeping
from marketplace.catalogue import comparing
from marketplace.difypkg import open_package
from marketplace.models import Plugin, Release
from runtime.models import Package
from tests.catalogue import rows

ECHO = "/plugins/patchbay/echo"


@pytest.fixture
def echo(people: SimpleNamespace, echo_package: Path) -> Plugin:
    """The echo plugin with its real package."""
    data = echo_package.read_bytes()
    with open_package(data) as package:
        version, declaration = package.version, package.declaration()
    kept = keeping.keep(data)
    return rows.plugin("patchbay/echo", release_version=version, release_declaration=declaration, release_package=kept)


def test_an_owner_is_led_to_the_install_sheet(echo: Plugin, visit: Callable[..., Client]) -> None:
    browser = visit("owner")
    assert "Use in Support" in browser.get(ECHO).text
    answer = browser.post(f"{ECHO}/use", {"workspace": "support"})
    identifier = Package.objects.get().unique_identifier
    assert answer["Location"] == f"/w/support/install?p={identifier}"
    echo.refresh_from_db()
    assert echo.install_count == 1
    sheet = browser.get(answer["Location"]).text
    assert "What it may do" in sheet
    assert "Install" in sheet


@pytest.mark.parametrize("who", ["member", "stranger", "staff", "publisher"])
def test_nobody_else_brings_anything_into_it(echo: Plugin, visit: Callable[..., Client], who: str) -> None:
    assert "Use in Support" not in visit(who).get(ECHO).text
    assert visit(who).post(f"{ECHO}/use", {"workspace": "support"}).status_code == 404
    assert not Package.objects.exists()


def test_who_has_not_signed_in_is_asked_to(echo: Plugin, visit: Callable[..., Client]) -> None:
    assert visit().post(f"{ECHO}/use", {"workspace": "support"})["Location"].startswith("/sign-in")
    assert "Sign in to use it" in visit().get(ECHO).text


def test_what_was_recalled_is_not_brought(echo: Plugin, visit: Callable[..., Client]) -> None:
    Release.objects.update(status=Release.Status.RECALLED, status_reason="It stole.")
    answer = visit("owner").post(f"{ECHO}/use", {"workspace": "support"}, follow=True)
    assert "no longer handed out" in answer.text
    assert not Package.objects.exists()


def test_a_policy_that_refuses_says_so(echo: Plugin, visit: Callable[..., Client], settings) -> None:
    settings.FORCE_VERIFYING_SIGNATURE = True
    answer = visit("owner").post(f"{ECHO}/use", {"workspace": "support"}, follow=True)
    assert "bad signature" in answer.text
    assert not Package.objects.exists()


def test_a_package_that_is_missing_is_said_to_be(echo: Plugin, visit: Callable[..., Client]) -> None:
    Release.objects.update(package="0" * 64)
    answer = visit("owner").post(f"{ECHO}/use", {"workspace": "support"}, follow=True)
    assert "is missing" in answer.text


def test_two_releases_are_compared_by_power_and_by_files(
    echo: Plugin, echo_package: Path, visit: Callable[..., Client]
) -> None:
    newer = rows.declaration("echo", resource={"permission": {"model": {"enabled": True, "llm": True}}})
    more = {"hosts": ["api.example.com"], "dependencies": ["requests==2.32.3"], "declaration": newer}
    rows.release(echo, "9.0.0", package=echo.latest.package, **more)  # type: ignore[union-attr]
    page = visit().get(f"{ECHO}/compare?from={echo.latest.version}&to=9.0.0").text  # type: ignore[union-attr]
    told = ("language models", "api.example.com", "requests==2.32.3", "The files are the same.")
    assert [text for text in told if text not in page] == []


def test_files_that_are_no_longer_kept_are_not_needed(echo: Plugin, visit: Callable[..., Client]) -> None:
    rows.release(echo, "9.0.0")
    assert "no longer kept" in visit().get(f"{ECHO}/compare").text


def test_lines_that_changed() -> None:
    change = comparing.file_change("main.py", b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n")
    assert [(line.sign, line.text) for line in change.lines if line.sign in "+-"] == [
        ("-", "two"),
        ("+", "2"),
        ("+", "four"),
    ]
    assert comparing.file_change("a.bin", b"\0", b"\1\0").lines == []
    assert comparing.file_change("new.py", None, b"x = 1\n").state == "added"
    assert comparing.file_change("old.py", b"x = 1\n", None).state == "removed"
    long = comparing.file_change("long.py", b"", b"x\n" * 5000)
    assert (len(long.lines), long.cut) == (comparing.LONGEST_DIFF, True)
