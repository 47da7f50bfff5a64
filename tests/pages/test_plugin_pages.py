"""The workspace's plugins and a plugin's page: what they say, in whose language, and what can be done there."""

import html
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from runtime.cluster import MemoryCluster, PluginState
from runtime.models import Installation, Package
from runtime.pages import summaries
from runtime.pages.words import permissions, reader_language, said
from runtime.uploading import upload_package
from tests.runtime import packages

pytestmark = pytest.mark.django_db
ECHO = "/w/support/plugins/patchbay/echo"


# The list.


def test_an_empty_workspace_teaches_the_next_step(visit: Callable[..., Client], people: SimpleNamespace) -> None:
    assert "manage.py plugin package" in visit().get("/w/support/plugins").text
    member = visit("member").get("/w/support/plugins").text
    assert "No plugins yet" in member
    assert "/upload" not in member


def test_the_list_says_what_is_installed_and_how_it_is(
    visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster
) -> None:
    told = PluginState("failed", reason="Its requirements name a package that does not exist.")
    cluster.tell({installed.package.unique_identifier: told}, "n-1")
    page = visit().get("/w/support/plugins").text
    for expected in ("Echo", "0.0.1", "Unsafe", "Failed", told.reason, "/w/support/asset/"):
        assert expected in page


def test_the_list_is_in_the_readers_language(visit: Callable[..., Client], installed: Installation) -> None:
    assert "回声" in visit(language="zh-CN,zh;q=0.9,en;q=0.5").get("/w/support/plugins").text
    assert "エコー" in visit(language="ja").get("/w/support/plugins").text
    assert "Echo" in visit(language="fr,de").get("/w/support/plugins").text


@pytest.mark.parametrize(
    ("query", "found"), [("q=ECHO", True), ("q=patchbay/e", True), ("q=hears", True), ("q=nothing", False)]
)
def test_the_list_is_searched(visit: Callable[..., Client], installed: Installation, query: str, found: bool) -> None:
    page = visit().get(f"/w/support/plugins?{query}").text
    assert ('href="/w/support/plugins/patchbay/echo"' in page) is found


def test_the_list_is_filtered_by_kind(
    visit: Callable[..., Client], installed: Installation, install: Callable[[Package], Installation]
) -> None:
    install(upload_package(packages.package("trigger", name="bell")))
    whole, one = (visit().get(f"/w/support/plugins?kind={kind}").text for kind in ("", "trigger"))
    assert "acme/bell" in whole
    assert "patchbay/echo" in whole
    assert "acme/bell" in one
    assert "plugins/patchbay/echo" not in one


def test_htmx_gets_the_list_alone(visit: Callable[..., Client], installed: Installation) -> None:
    page = visit().get("/w/support/plugins?q=e", headers={"HX-Request": "true", "HX-Target": "plugins"}).text
    assert page.lstrip().startswith("<ul")
    assert "<html" not in page


def test_states_are_told_of_the_plugins_that_are_listed(visit: Callable[..., Client], installed: Installation) -> None:
    told = visit().get("/w/support/plugins/-/states", {"q": "echo"}).text
    assert 'id="state-patchbay--echo"' in told
    assert "state-" not in visit().get("/w/support/plugins/-/states", {"q": "nothing like it"}).text


def polled(page: str) -> str:
    """The address that the list asks for states."""
    (address,) = re.findall(r'id="plugins" hx-get="([^"]+)"', page)
    return html.unescape(address)


def test_a_list_that_is_no_longer_right_is_sent_anew(
    visit: Callable[..., Client], installed: Installation, install: Callable[[Package], Installation]
) -> None:
    asking = polled(visit().get("/w/support/plugins?q=ec&kind=tool").text)
    assert visit().get(asking).text.startswith("<span"), "nothing has changed"
    other = install(upload_package(packages.package(name="echelon")))
    answer = visit().get(asking)
    assert (answer["HX-Reswap"], "acme/echelon" in answer.text) == ("outerHTML", True)
    anew = polled(answer.text)
    assert "HX-Reswap" not in visit().get(anew)
    for one in (other, installed):
        one.delete()
    assert visit().get(anew)["HX-Refresh"] == "true"


def test_what_is_polled_is_what_is_shown_and_not_what_is_being_typed(
    visit: Callable[..., Client], installed: Installation
) -> None:
    asking = polled(visit().get("/w/support/plugins", {"q": "nothing & nobody"}).text)
    assert "state-" not in visit().get(asking).text


def test_states_are_sent_alone(visit: Callable[..., Client], installed: Installation) -> None:
    page = visit().get("/w/support/plugins/-/states").text
    assert 'id="state-patchbay--echo" hx-swap-oob="true"' in page


def test_a_listing_costs_the_same_number_of_queries_for_one_or_many(
    visit: Callable[..., Client], install: Callable[[Package], Installation], django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        install(upload_package(packages.package(name=f"tool{number}")))
    browser = visit()
    browser.get("/w/support/plugins")
    with django_assert_max_num_queries(8):
        browser.get("/w/support/plugins")


def test_only_what_a_trusted_key_signed_offers_itself_as_an_update(
    visit: Callable[..., Client], install: Callable[[Package], Installation]
) -> None:
    install(upload_package(packages.package(version="1.2.0")))
    newer = upload_package(packages.package(version="1.10.0"))
    assert "newer version" not in visit().get("/w/support/plugins").text
    Package.objects.filter(pk=newer.pk).update(verified=True)
    assert f"install?p={newer.unique_identifier}" in visit().get("/w/support/plugins").text
    assert "newer version" not in visit("member").get("/w/support/plugins").text


@pytest.mark.parametrize(
    ("older", "newer"), [("0.9.0", "0.10.0"), ("1.0.0-rc1", "1.0.0"), ("1.0.0-a", "1.0.0-b"), ("1.0.0", "1.0.1-a")]
)
def test_versions_are_in_their_order(older: str, newer: str) -> None:
    assert summaries.version_key(older) < summaries.version_key(newer)


# A plugin.


def test_the_overview_has_the_readme_in_the_readers_language(
    visit: Callable[..., Client], installed: Installation
) -> None:
    english, chinese = visit().get(ECHO).text, visit(language="zh").get(ECHO).text
    assert 'lang="en"' in english
    assert 'lang="zh-Hans"' in chinese
    assert "简体中文" in english
    assert 'lang="zh-Hans"' in visit().get(f"{ECHO}?language=zh_Hans").text


def test_tools_are_shown_with_their_parameters(visit: Callable[..., Client], installed: Installation) -> None:
    page = visit("member").get(f"{ECHO}/-/offers/tools").text
    for expected in ("Blob", "mime", "application/octet-stream", f"{ECHO}/-/run/tool/echo", "14 parameters"):
        assert expected in page


@pytest.mark.parametrize(
    ("kind", "tab", "expected"),
    [
        ("agent_strategy", "strategies", "Think"),
        ("datasource", "datasources", "online drive"),
        ("trigger", "triggers", "Rang"),
        ("endpoint", "endpoints", "/hook"),
        ("tool", "tools", "Do"),
        ("model", "models", "It declares none by name"),
    ],
)
def test_each_kind_has_its_tab(
    visit: Callable[..., Client], install: Callable[[Package], Installation], *, kind: str, tab: str, expected: str
) -> None:
    install(upload_package(packages.package(kind)))
    assert expected in visit().get(f"/w/support/plugins/acme/demo/-/offers/{tab}").text
    assert visit().get("/w/support/plugins/acme/demo/-/offers/nonsense").status_code == 404


def test_permissions_are_in_words() -> None:
    asked = {"model": {"enabled": True, "llm": True, "tts": True}, "storage": {"enabled": True, "size": 1048576}}
    found = permissions({"resource": {"permission": asked}})
    assert [one.title for one in found] == ["Use models", "Keep data"]
    assert "language models and speech synthesis" in found[0].detail
    assert "1 MB" in found[1].detail


def test_a_permission_that_is_switched_off_is_not_asked_for() -> None:
    asked = {"model": {"enabled": True}, "tool": {"enabled": False}, "app": None}
    assert permissions({"resource": {"permission": asked}}) == []
    assert permissions({}) == []


def test_the_signature_page_says_who_vouches(
    visit: Callable[..., Client], install: Callable[[Package], Installation], house: Any
) -> None:
    signed = install(upload_package(packages.signed(packages.package())))
    Package.objects.filter(pk=signed.package_id).update(
        verified=True, signature="verified", signed_by="ours", verification={"authorized_category": "partner"}
    )
    page = visit().get("/w/support/plugins/acme/demo/-/signature").text
    for expected in ("Partner", "“ours”", signed.package.checksum, signed.package.unique_identifier):
        assert expected in page


def test_a_changed_package_is_called_modified(
    visit: Callable[..., Client], install: Callable[[Package], Installation]
) -> None:
    changed = install(upload_package(packages.package()))
    Package.objects.filter(pk=changed.package_id).update(signature="bad", signed_by="langgenius")
    assert "Modified: signature does not match" in visit().get("/w/support/plugins/acme/demo").text


def test_what_policy_now_forbids_is_said(visit: Callable[..., Client], installed: Installation, house: Any) -> None:
    house.FORCE_VERIFYING_SIGNATURE = True
    page = visit().get(f"{ECHO}/-/signature").text
    assert "FORCE_VERIFYING_SIGNATURE=false" in page


def test_activity_says_since_when_and_where(
    visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster
) -> None:
    told = PluginState("running", node="n-1", since=1_780_000_000.0, restarts=3, pid=42, memory=64 << 20)
    cluster.tell({installed.package.unique_identifier: told}, "n-1")
    page = visit().get(f"{ECHO}/-/activity").text
    for expected in ("Running", "n-1", "process 42", "64 MB", "<dd>3</dd>", "May 2026"):
        assert expected in page
    part = visit().get(f"{ECHO}/-/activity", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<dl")


def test_restarting_what_runs_nowhere_says_so(visit: Callable[..., Client], installed: Installation) -> None:
    page = visit().post(f"{ECHO}/-/restart", follow=True).text
    assert "It could not be restarted" in page


def test_uninstalling_says_what_will_happen_and_offers_the_way_back(
    visit: Callable[..., Client], installed: Installation
) -> None:
    Installation.objects.update(endpoints_setups=3)
    browser = visit("admin")
    assert "3 endpoints stop answering" in browser.get(f"{ECHO}/-/uninstall").text
    page = browser.post(f"{ECHO}/-/uninstall", follow=True).text
    assert "Echo is uninstalled" in page
    assert f"install?p={installed.package.unique_identifier}" in page
    assert not Installation.objects.exists()


def test_icons_are_sandboxed_and_kept_by_browsers(visit: Callable[..., Client], echo: Package) -> None:
    answer = visit("member").get(f"/w/support/asset/{echo.declaration['icon']}")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    for name in ("..%2f..%2fsecrets%2fserver_key", "0" * 64 + ".svg", "x.html"):
        assert visit().get(f"/w/support/asset/{name}").status_code == 404


# Words.


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en_US"), ("zh-TW,zh;q=0.9", "zh_Hans"), ("fr;q=0.9,pt;q=0.8", "pt_BR"), ("de", "en_US"), ("*", "en_US")],
)
def test_the_readers_language_is_the_first_one_we_have(rf: Any, header: str, language: str) -> None:
    assert reader_language(rf.get("/", headers={"Accept-Language": header})) == language


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"en_US": "a", "ja_JP": "b"}, "b"),
        ({"en_US": "a"}, "a"),
        ({"zh_Hans": "c"}, "c"),
        ("d", "d"),
        (None, ""),
        ({}, ""),
    ],
)
def test_labels_fall_back(label: Any, words: str) -> None:
    assert said(label, "ja_JP") == words


# What it uses.


def test_the_page_shows_what_it_uses_and_what_it_may(
    visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster
) -> None:
    use = {"memory": 45 << 20, "processes": 3, "descriptors": 12, "cpu": 0.031, "disk": 3 << 10}
    limits = {
        "memory": 512 << 20,
        "processes": 512,
        "descriptors": 1024,
        "disk": 1 << 30,
        "why": "others may not enter /x",
    }
    told = PluginState("running", node="n-1", pid=7, use=use, limits=limits)
    cluster.tell({installed.package.unique_identifier: told}, "n-1")
    for who in ("owner", "member"):
        page = visit(who).get(f"{ECHO}/-/activity").text
        for expected in (
            "45 MB of 512 MB",
            "3 of 512",
            "12 of 1024",
            "3% of one core",
            "3 KB of 1 GB",
            "others may not",
        ):
            assert expected in page
    assert visit("stranger").get(f"{ECHO}/-/activity").status_code == 404


def test_nothing_is_said_of_what_does_not_run(
    visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster
) -> None:
    cluster.tell({installed.package.unique_identifier: PluginState("asleep")}, "n-1")
    assert "Processor" not in visit().get(f"{ECHO}/-/activity").text
