"""The traps that an unmodified Dify has for a marketplace, each in a test of its own."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from marketplace import recalling
from marketplace.dify import urls
from marketplace.difypkg import Limits, open_package
from marketplace.models import Catalogue, Plugin, Release, User
from marketplace.models.plugins import version_number
from tests.dify import expected
from tests.dify.client import Console, content
from tests.listing import keys, listed, package_bytes

pytestmark = pytest.mark.django_db
READABLE = "Access-Control-Allow-Origin"


def test_01_every_answer_may_be_read_by_other_origins_errors_and_preflights_too(
    dify: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed()
    paths = [
        "plugins/batch",
        "plugins/acme/demo",
        "plugins/acme/demo/icon",
        "dist/plugins/manifest.json",
        "no/such/route",
    ]
    for path in paths:
        preflight = dify.ask("OPTIONS", path, **{"Access-Control-Request-Headers": "x-dify-version,content-type"})
        assert preflight.status_code == 204
        assert {"X-Dify-Version", "Content-Type"} <= set(preflight["Access-Control-Allow-Headers"].split(", "))
        assert {"GET", "POST", "OPTIONS"} <= set(preflight["Access-Control-Allow-Methods"].split(", "))
        assert int(preflight["Access-Control-Max-Age"]) >= 3600
        assert dify.ask("GET", path)[READABLE] == "*"
    assert dify.fails("GET", "no/such/route")[0] == 404
    assert dify.fails("GET", "plugins/batch") == (405, "This address takes POST.")
    monkeypatch.setattr("marketplace.dify.views.lookups.known", broken)
    assert dify.fails("GET", "plugins/acme/demo")[0] == 500


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("on purpose")


def test_02_lists_are_lists_and_texts_have_english(dify: Console) -> None:
    release = listed(package_bytes(label={"en_US": "Demo", "zh_Hans": "演示"}))
    Plugin.objects.update(label={"zh_Hans": "演示"}, brief={}, tags=[])  # as rows of other making might be
    [card] = dify.post("plugins/search/advanced", {"page": 1})["plugins"]
    assert (card["badges"], card["tags"]) == ([], [])
    assert card["label"] == {"en_US": "demo", "zh_Hans": "演示"}
    assert card["brief"] == {"en_US": ""}
    assert release.version == card["latest_version"]


def test_03_nothing_in_a_batch_fails_its_validation(dify: Console) -> None:
    odd = {"memory": 1048576, "permission": {"storage": {"enabled": True, "size": 512}, "tool": None}}
    listed("caller")
    release = listed()
    Release.objects.filter(pk=release.pk).update(outline={"resource": odd})
    plugins = dify.post("plugins/batch", {"plugin_ids": ["acme/demo", "patchbay/caller"]})["plugins"]
    assert len(plugins) == 2
    for plugin in plugins:
        expected.full_plugin(plugin)
        assert (plugin["deprecated_reason"], plugin["alternative_plugin_id"]) == ("", "")
    assert plugins[0]["resource"] == {"memory": 1048576, "permission": {"storage": {"enabled": True}}}


def test_04_three_addresses_hand_out_a_package_and_its_length_before(dify: Console) -> None:
    release = listed()
    addresses = (
        f"plugins/download?unique_identifier={release.unique_identifier}",
        "plugins/acme/demo/0.0.1/download",
        f"plugins/download-url?unique_identifier={release.unique_identifier}",
    )
    for address in addresses:
        began = time.monotonic()
        response = dify.ask("GET", address)
        response = dify.follow(response["Location"]) if response.status_code == 302 else response
        assert content(response)
        assert time.monotonic() - began < 30
        head = dify.ask("HEAD", address)
        head = dify.http.head(head["Location"]) if head.status_code == 302 else head
        assert (head.status_code, head.content) == (200, b"")
        assert int(head["Content-Length"]) == release.package_size
    for address in addresses:
        assert dify.ask("HEAD", address.replace("demo", "other")).status_code == 404


def test_05_packages_come_from_the_address_that_was_asked_so_that_a_proxy_need_know_no_other(dify: Console) -> None:
    release = listed()
    moved = dify.ask("GET", f"plugins/download-url?unique_identifier={release.unique_identifier}")
    assert moved["Location"].startswith("http://testserver/api/v1/plugins/download?")
    found = dify.ask("GET", "dist/plugins/manifest.json").json()["plugins"]
    assert found[0]["latest_package_url"] == "http://testserver/api/v1/plugins/acme/demo/0.0.1/download"


@pytest.mark.parametrize("category", ["community", "partner", "langgenius"])
def test_06_the_identifier_is_that_of_the_signed_file_with_what_it_was_signed_as(dify: Console, category: str) -> None:
    release = listed(category=category)
    data = content(dify.download(release.unique_identifier))
    [card] = dify.post("plugins/search/advanced", {"page": 1})["plugins"]
    assert expected.package(data, [keys()[1]]) == card["latest_package_identifier"]
    with open_package(data, Limits()) as package:
        assert package.verification == card["verification"] == {"authorized_category": category}
    assert card["badges"] == (["partner"] if category == "partner" else [])


def test_07_a_mirrored_package_keeps_its_author_in_the_identifier(dify: Console) -> None:
    release = listed(package_bytes(author="langgenius"), category="langgenius")
    assert dify.latest("langgenius/demo") == {"langgenius/demo": "0.0.1"}
    assert dify.get("plugins/langgenius/demo")["plugin"]["latest_package_identifier"] == release.unique_identifier


def test_08_the_key_that_we_give_out_is_in_the_form_that_the_daemon_reads() -> None:
    lines = keys()[1].decode().splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN RSA PUBLIC KEY-----", "-----END RSA PUBLIC KEY-----")
    assert all(line.strip() for line in lines)


def test_09_the_snapshot_has_no_envelope_and_all_plugins(dify: Console) -> None:
    for number in range(3):
        listed(package_bytes(name=f"demo-{number}"))
    found = expected.snapshot(dify.ask("GET", "dist/plugins/manifest.json").json())
    assert found["metadata"]["plugin_count"] == 3
    assert not found["plugins"][0].keys() & {"data", "code"}


def test_10_latest_is_lowered_by_a_yank_and_by_nothing_else(dify: Console) -> None:
    for version in ("1.0.0", "1.1.0"):
        listed(package_bytes(version=version))
    listed(package_bytes(version="1.2.0-rc1"), channel="beta")
    listed(package_bytes(version="0.9.0"))  # an older line gets a fix
    assert dify.latest("acme/demo") == {"acme/demo": "1.1.0"}
    Release.objects.filter(version="1.1.0").update(status="yanked")
    assert dify.latest("acme/demo") == {"acme/demo": "1.0.0"}


def test_11_versions_batch_answers_every_question_in_its_place(dify: Console) -> None:
    made = [listed(package_bytes(name=f"demo-{number}")) for number in range(2)]
    tuples = [
        {"org": "acme", "name": "demo-1", "version": "0.0.1"},
        {"org": "acme", "name": "gone", "version": "3.0.0"},
        {"org": "acme", "name": "demo-0", "version": "9.0.0"},
        {"org": "acme", "name": "demo-0"},
        {"org": "acme", "name": "demo-1", "version": "0.0.1"},
    ]
    found = dify.post("plugins/versions/batch", {"plugin_tuples": tuples})["list"]
    assert [one["plugin"]["plugin_id"].partition("/")[2] for one in found] == [one["name"] for one in tuples]
    identifiers = [one["version"]["unique_identifier"] for one in found]
    assert identifiers == [made[1].unique_identifier, "", "", made[0].unique_identifier, made[1].unique_identifier]
    for one, asked in zip(found, tuples, strict=True):
        assert one["plugin"]["label"]["en_US"]
        assert (one["version"]["plugin_org"], one["version"]["plugin_name"]) == (asked["org"], asked["name"])
    assert found[0]["plugin"]["version"] == "0.0.1"
    named = [made[1].unique_identifier, made[0].unique_identifier.replace("demo-0", "gone"), made[0].unique_identifier]
    plugins = dify.post("plugins/identifier/batch", {"unique_identifiers": named})["plugins"]
    assert [one["name"] for one in plugins] == ["demo-1", "gone", "demo-0"]
    assert [one["latest_package_identifier"] for one in plugins] == [named[0], "", named[2]]


@pytest.mark.parametrize("status", ["listed", "yanked", "recalled"])
def test_12_installs_of_all_that_we_ever_served_are_counted(dify: Console, status: str) -> None:
    release = listed()
    Release.objects.update(status=status)
    Plugin.objects.update(status="closed")
    dify.post("stats/plugins/install_count", {"unique_identifier": release.unique_identifier})
    other = release.unique_identifier.replace("demo", "other")
    assert dify.fails("POST", "stats/plugins/install_count", {"unique_identifier": other}) == (400, "plugin not found")


def test_15_slashes_and_api_v1_too_many(dify: Console, catalogue: Any) -> None:
    listed()
    catalogue()
    for prefix in ("/", "//", "/api/v1", "/c/tester", "/c/tester/", "/c/tester/api/v1/"):
        found = Console(prefix).ask("GET", "plugins/acme/demo")
        assert found.status_code == 200, prefix
        snapshot = Console(prefix).ask("GET", "dist/plugins/manifest.json").json()
        package = dify.follow(snapshot["plugins"][0]["latest_package_url"])
        assert content(package)


def test_16_extensions_have_two_names(dify: Console) -> None:
    files = {
        "endpoints.yaml": {"settings": [], "endpoints": ["e.yaml"]},
        "e.yaml": {"path": "/hello", "method": "GET", "extra": {"python": {"source": "e.py"}}},
        "e.py": b"",
    }
    listed(package_bytes(files, plugins={"tools": ..., "endpoints": ["endpoints.yaml"]}))
    assert dify.search(category="extension") == dify.search(category="endpoint") == ["acme/demo"]
    assert dify.search(category="tool") == []


def test_17_reserved_collections_are_empty_where_they_are_not_made(dify: Console) -> None:
    names = ("__recommended-plugins-tools", "__recommended-plugins-triggers", "__model-settings-pinned-models")
    for name in (*names, "__datasource-settings-pinned-datasources", "unknown"):
        assert dify.post(f"collections/{name}/plugins", {"limit": 15})["plugins"] == []


def test_18_what_a_list_of_five_minutes_ago_still_shows_is_refused_at_the_download(catalogue: Any) -> None:
    release = listed()
    row: Catalogue = catalogue()
    mine = Console("/c/tester")
    assert mine.search() == ["acme/demo"]
    row.policy = {"deny": {"plugins": ["acme/demo"]}}
    row.save()
    for address in (
        "plugins/acme/demo/0.0.1/download",
        f"plugins/download?unique_identifier={release.unique_identifier}",
        f"plugins/download-url?unique_identifier={release.unique_identifier}",
    ):
        status, said = mine.fails("GET", address)
        assert status == 404
        assert "does not allow acme/demo" in said


# What goes with them.


@pytest.mark.parametrize(
    ("version", "newest"),
    [
        (None, "1.0.0"),
        ("1.0.0", "1.0.0"),
        ("1.12.1", "1.1.0"),
        ("1.13.3", "1.2.0"),
        ("999.0.0", "1.2.0"),
        ("junk", "1.0.0"),
    ],
)
def test_no_dify_is_offered_a_release_that_is_too_new_for_it(version: str | None, newest: str) -> None:
    for number, minimum in (("1.0.0", None), ("1.1.0", "1.12.0"), ("1.2.0", "1.13.3")):
        listed(package_bytes(version=number, meta={"minimum_dify_version": minimum} if minimum else {}))
    mine = Console(version=version)
    assert mine.latest("acme/demo") == {"acme/demo": newest}
    assert mine.post("plugins/search/advanced", {"page": 1})["plugins"][0]["latest_version"] == newest
    assert mine.ask("GET", "dist/plugins/manifest.json").json()["plugins"][0]["latest_version"] == newest
    assert mine.get("plugins/acme/demo/versions")["versions"][0]["version"] == newest
    content(mine.download("acme/demo:1.2.0"))  # downloads tell no version, so none is refused


def test_what_older_difys_have_no_word_for_is_not_told_them() -> None:
    listed(package_bytes(tags=["rag", "search"]))
    assert [one["name"] for one in tags_for("1.8.0")] == ["search"]
    assert [one["name"] for one in tags_for("1.9.0")] == ["rag", "search"]
    Plugin.objects.update(category="trigger", tags=["search", "made-up"])
    assert Console(version="1.9.2").search() == []
    assert Console(version="1.10.0").search() == ["acme/demo"]
    assert [one["name"] for one in tags_for("1.10.0")] == ["search"]


def tags_for(version: str) -> Any:
    return Console(version=version).post("plugins/search/advanced", {"page": 1})["plugins"][0]["tags"]


def test_versions_compare_as_numbers() -> None:
    ordered = ["", "0.15.3", "1.0", "1.0.1", "1.2.0", "1.12.1", "1.13", "999.0.0"]
    found = [version_number(version) for version in ordered]
    assert found == sorted(found)
    assert version_number("1.13.3-rc1") == version_number("1.13.3")


@pytest.mark.parametrize(("status", "offered"), [("deprecated", "0.0.1"), ("closed", ""), ("recalled", "")])
def test_who_has_a_plugin_is_told_that_it_is_gone_and_what_to_take(dify: Console, status: str, offered: str) -> None:
    listed()
    Plugin.objects.update(status=status, deprecation="no_maintainer", successor="acme/better")
    [plugin] = dify.post("plugins/batch", {"plugin_ids": ["acme/demo"]})["plugins"]
    expected.full_plugin(plugin)
    told = (plugin["status"], plugin["deprecated_reason"], plugin["alternative_plugin_id"], plugin["latest_version"])
    assert told == ("deleted", "no_maintainer", "acme/better", offered)
    assert dify.search() == []
    assert dify.get("plugins/acme/demo")["plugin"]["status"] == "deleted"
    assert dify.ask("GET", "plugins/acme/demo/icon").status_code == 200


def test_a_recall_reaches_who_has_the_plugin(dify: Console) -> None:
    """Through the block list itself, for a version and then for the plugin."""
    staff = User.objects.create_superuser("staff@example.org", "open sesame")
    old, new = (listed(package_bytes(version=version)) for version in ("1.0.0", "1.1.0"))
    recalling.recall("version", new.unique_identifier, strength="hard", reason="It sends passwords away.", by=staff)
    assert dify.latest("acme/demo") == {"acme/demo": "1.0.0"}
    assert "It sends passwords away." in dify.fails("GET", "plugins/acme/demo/1.1.0/download")[1]
    recalling.recall("version", old.unique_identifier, strength="hard", reason="So does this.", by=staff)
    [plugin] = dify.post("plugins/batch", {"plugin_ids": ["acme/demo"]})["plugins"]
    assert (plugin["status"], plugin["latest_version"], plugin["deprecated_reason"]) == (
        "deleted",
        "",
        "It sends passwords away.",
    )
    made = recalling.recall(
        "plugin", "acme/demo", strength="hard", reason="All of it.", successor="acme/better", by=staff
    )
    [plugin] = dify.post("plugins/batch", {"plugin_ids": ["acme/demo"]})["plugins"]
    assert (plugin["deprecated_reason"], plugin["alternative_plugin_id"]) == ("All of it.", "acme/better")
    assert dify.ask("GET", "dist/plugins/manifest.json").json()["plugins"] == []
    recalling.lift(made.number, by=staff, reason="It was another one.")
    assert dify.get("plugins/acme/demo")["plugin"]["deprecated_reason"] == "It sends passwords away."


def test_recalled_releases_are_not_handed_out_and_yanked_ones_are_to_who_names_them(dify: Console) -> None:
    release = listed()
    Release.objects.update(status="yanked")
    assert dify.latest("acme/demo") == {}
    assert dify.get("plugins/acme/demo/versions")["versions"] == []
    content(dify.download(release.unique_identifier))
    assert dify.get(f"plugins/identifier?unique_identifier={release.unique_identifier}")["plugin"]
    Release.objects.update(status="recalled", status_reason="It sent passwords away.")
    said = "acme/demo 0.0.1 was recalled. It sent passwords away."
    assert dify.fails("GET", "plugins/acme/demo/0.0.1/download") == (404, said)
    assert dify.fails("GET", f"plugins/identifier?unique_identifier={release.unique_identifier}") == (404, said)


def test_unlisted_releases_are_only_for_who_has_the_link(dify: Console, catalogue: Any) -> None:
    release = listed(channel="unlisted")
    assert dify.search() == []
    assert dify.latest("acme/demo") == {}
    assert dify.fails("GET", "plugins/acme/demo/0.0.1/download") == (404, "plugin not found")
    assert dify.fails("GET", "plugins/acme/demo/0.0.1/download?link=guess")[0] == 404
    assert dify.fails("GET", "plugins/acme/demo/0.0.1")[0] == 404
    tuples = [{"org": "acme", "name": "demo", "version": "0.0.1"}]
    assert (
        dify.post("plugins/versions/batch", {"plugin_tuples": tuples})["list"][0]["version"]["unique_identifier"] == ""
    )
    content(dify.ask("GET", f"plugins/acme/demo/0.0.1/download?link={release.link}"))
    content(dify.ask("GET", f"plugins/download?unique_identifier={release.unique_identifier}"))
    catalogue(unlisted=[release.link])
    mine = Console("/c/tester")
    assert mine.search() == ["acme/demo"]
    content(mine.ask("GET", "plugins/acme/demo/0.0.1/download"))


def test_parts_of_packages(dify: Console) -> None:
    release = listed()
    whole = content(dify.download(release.unique_identifier))
    path = "plugins/acme/demo/0.0.1/download"
    for asked, start, end in (("0-9", 0, 10), ("10-", 10, None), ("-7", len(whole) - 7, None), ("5-99999999", 5, None)):
        response = dify.ask("GET", path, Range=f"bytes={asked}")
        part = content(response)
        assert (response.status_code, part) == (206, whole[start:end])
        assert response["Content-Range"] == f"bytes {start}-{(end or len(whole)) - 1}/{len(whole)}"
        assert int(response["Content-Length"]) == len(part)
    assert dify.ask("GET", path, Range=f"bytes={len(whole)}-").status_code == 416
    assert content(dify.ask("GET", path, Range="bytes=0-1, 4-5")) == whole
    assert content(dify.ask("GET", path, **{"Range": "bytes=0-1", "If-Range": '"other"'})) == whole
    response = dify.ask("GET", path)
    assert content(response) == whole
    assert (response["Accept-Ranges"], response["ETag"]) == ("bytes", f'"{release.package}"')
    assert dify.ask("GET", path, **{"If-None-Match": response["ETag"]}).status_code == 304


def test_a_package_that_is_lost_is_not_found(dify: Console, tmp_path: Any) -> None:
    release = listed()
    (tmp_path / "kept" / release.package[:2] / release.package).unlink()
    assert "not in our storage" in dify.fails("GET", "plugins/acme/demo/0.0.1/download")[1]
    assert dify.ask("HEAD", "plugins/acme/demo/0.0.1/download").status_code == 404


def test_a_release_waits_for_its_turn(dify: Console, catalogue: Any) -> None:
    release = listed()
    catalogue(cool_down_days=7)
    mine = Console("/c/tester")
    assert mine.search() == []
    assert "waits 7 days" in mine.fails("GET", "plugins/acme/demo/0.0.1/download")[1]
    Release.objects.filter(pk=release.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert mine.search() == ["acme/demo"]
    content(mine.download(release.unique_identifier))
    assert dify.search() == ["acme/demo"]


def test_every_route_answers_preflights_and_takes_catalogues() -> None:
    """No route may have been left out of the door that all go through."""
    assert len(urls.routes) > 30
    assert [one for one in urls.routes if not hasattr(one.callback, "__wrapped__")] == []
