"""From our pages to a console and back: who is believed, what is installed, who may frame."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from marketplace.dify.consoles import origin_of, source_of, version_at
from marketplace.models import Catalogue
from tests.dify.client import Console
from tests.listing import listed, package_bytes

pytestmark = pytest.mark.django_db
CONSOLE = "https://dify.example.org"
TWICE = quote(quote(CONSOLE, safe=""), safe="")


@pytest.fixture(autouse=True)
def known(settings: Any) -> None:
    settings.DIFY_ORIGINS = [CONSOLE + "/"]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://dify.example.org", CONSOLE),
        ("HTTPS://Dify.Example.org:443/", CONSOLE),
        ("http://10.0.0.7:3000", "http://10.0.0.7:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://dify.example.org/apps", ""),
        ("https://dify.example.org?x", ""),
        ("https://user@dify.example.org", ""),
        ("https://user:pw@dify.example.org", ""),
        ("javascript:alert(1)", ""),
        ("//dify.example.org", ""),
        ("https://dify.example.org:port", ""),
        ("https://", ""),
        ("https://dify.example.org\\@evil.example", ""),
        ("", ""),
    ],
)
def test_an_origin_is_nothing_but_an_origin(text: str, origin: str) -> None:
    assert origin_of(text) == origin


def test_13_a_source_is_encoded_twice_and_believed_only_when_it_is_known(catalogue: Callable[..., Catalogue]) -> None:
    row = catalogue()
    row.origins = ["http://10.0.0.7:3000"]
    for encoded in (CONSOLE, quote(CONSOLE, safe=""), TWICE):
        assert source_of(encoded, None) == CONSOLE
    assert source_of("https://evil.example", row) == source_of(TWICE.replace("dify", "evil"), row) == ""
    assert source_of("http://10.0.0.7:3000", row) == "http://10.0.0.7:3000"
    assert source_of("http://10.0.0.7:3000", None) == ""


def visit(address: str) -> Any:
    return Client().get(address)


def test_the_page_leads_back_to_the_console_with_the_plugin(dify: Console) -> None:
    release = listed()
    page = visit(f"/plugins/acme/demo?source={TWICE}&language=en-US&theme=dark").content.decode()
    assert "Install 0.0.1 at dify.example.org" in page
    start = page.index(f'href="{CONSOLE}/plugins?') + 6
    address = page[start : page.index('"', start)].replace("&amp;", "&")
    assert parse_qs(urlsplit(address).query) == {"package-ids": [f'["{release.unique_identifier}"]']}
    stranger = visit(f"/plugins/acme/demo?source={TWICE.replace('dify', 'evil')}").content.decode()
    assert "package-ids" not in stranger


def test_14_only_the_console_that_opens_a_page_may_frame_it(dify: Console) -> None:
    release = listed()
    framed = visit(f"/plugins/acme/demo?source={TWICE}&view=modal&canInstall=true&installed=false&theme=dark")
    assert "X-Frame-Options" not in framed
    assert f"frame-ancestors 'self' {CONSOLE}" in framed["Content-Security-Policy"]
    page = framed.content.decode()
    assert f'data-handoff="{CONSOLE}"' in page
    assert f'data-identifier="{release.unique_identifier}"' in page
    assert 'data-theme="dark"' in page
    assert 'class="top"' not in page
    assert '<base target="_blank">' in page
    [card] = dify.post("plugins/search/advanced", {"page": 1})["plugins"]
    assert card["latest_package_identifier"] == release.unique_identifier
    for address in (f"source={TWICE.replace('dify', 'evil')}&view=modal", "view=modal", f"source={TWICE}"):
        other = visit(f"/plugins/acme/demo?{address}")
        assert other["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]


def test_the_frame_offers_what_the_consoles_card_had(dify: Console) -> None:
    old = listed(package_bytes(version="1.0.0"))
    new = listed(package_bytes(version="1.1.0", meta={"minimum_dify_version": "1.18.0"}))
    address = f"/plugins/acme/demo?source={TWICE}&view=modal"
    assert old.unique_identifier in visit(address).content.decode()
    told = {"Origin": CONSOLE, "X-Dify-Version": "1.18.2"}
    asked = {"plugin_ids": ["acme/demo"]}
    card = Client().post("/api/v1/plugins/batch", asked, content_type="application/json", headers=told).json()
    assert card["data"]["plugins"][0]["latest_package_identifier"] == new.unique_identifier
    assert new.unique_identifier in visit(address).content.decode()


def test_only_consoles_that_are_believed_are_remembered(dify: Console) -> None:
    for origin in ("https://evil.example.org", CONSOLE):
        told = {"Origin": origin, "X-Dify-Version": "1.18.2"}
        Client().post("/api/v1/plugins/batch", {"plugin_ids": []}, content_type="application/json", headers=told)
    assert (version_at("https://evil.example.org"), version_at(CONSOLE)) == ("", "1.18.2")


@pytest.mark.parametrize(
    ("more", "said"),
    [("installed=true", "Installed</span>"), ("canInstall=false", "You may not install plugins at dify.example.org.")],
)
def test_what_the_console_says_of_its_reader(more: str, said: str) -> None:
    listed()
    page = visit(f"/plugins/acme/demo?source={TWICE}&view=modal&{more}").content.decode()
    assert said in page
    assert "data-identifier" not in page


def test_what_a_catalogue_denies_can_be_asked_for(catalogue: Callable[..., Catalogue]) -> None:
    listed()
    row = catalogue(otherwise="deny", requests=True)
    row.origins = ["http://10.0.0.7:3000"]
    row.save()
    page = visit("/plugins/acme/demo?source=http%253A%252F%252F10.0.0.7%253A3000&catalogue=tester").content.decode()
    assert "/c/tester/ask/acme/demo" in page
    assert "package-ids" not in page
