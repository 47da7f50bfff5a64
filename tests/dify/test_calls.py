"""Every call that Dify's API server and its pages make, and every field of what they are answered."""

from typing import Any

import pytest

from marketplace.models import Collection, CollectionItem, Release
from tests.dify import expected
from tests.dify.client import Console, content
from tests.listing import keys, listed, package_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def release() -> Release:
    return listed("echo", notes="It echoes.")


def test_batch_names_what_is_newest_of_installed_plugins(dify: Console, release: Release) -> None:
    plugins = dify.post("plugins/batch", {"plugin_ids": [release.plugin.plugin_id, "acme/unknown"]})["plugins"]
    [plugin] = plugins
    expected.full_plugin(plugin)
    assert plugin["latest_package_identifier"] == release.unique_identifier
    assert plugin["latest_version"] == release.version
    assert plugin["introduction"] == release.readmes["en_US"]
    assert plugin["category"] == "tool"
    assert plugin["plugins"]["tools"] == release.declaration["plugins"]["tools"]


def test_a_search_finds_cards(dify: Console, release: Release) -> None:
    found = dify.post("plugins/search/advanced", {"page": 1, "page_size": 40, "query": "echo"})
    assert found["total"] == 1
    expected.card(found["plugins"][0])
    assert dify.search(query="xylophones") == []


def test_bundles_are_none(dify: Console, release: Release) -> None:
    assert dify.post("bundles/search/advanced", {"page": 1, "query": ""})["bundles"] == []
    assert dify.fails("GET", "bundles/acme/all/1.0.0")[0] == 404
    assert dify.fails("GET", "bundles/acme/all/icon")[0] == 404


def test_collections_have_plugins_in_their_order(dify: Console, release: Release) -> None:
    other = listed()
    shelf = Collection.objects.create(name="featured", label={"en_US": "Featured"}, priority=3, searchable=True)
    Collection.objects.create(name="top", label={"en_US": "Top"}, searchable=True, rule={"sort_by": "install_count"})
    for position, one in enumerate((other, release)):
        CollectionItem.objects.create(collection=shelf, plugin=one.plugin, position=position)
    found = dify.get("collections?page=1&page_size=100&condition=category=tool")
    assert [expected.collection(one)["name"] for one in found["collections"]] == ["featured", "top"]
    plugins = dify.post("collections/featured/plugins", {"category": "tool", "exclude": []})["plugins"]
    assert [expected.card(one)["plugin_id"] for one in plugins] == ["acme/demo", release.plugin.plugin_id]
    assert len(dify.post("collections/featured/plugins", {"limit": 1})["plugins"]) == 1
    assert len(dify.post("collections/top/plugins", {})["plugins"]) == 2
    assert dify.post("collections/featured/plugins", {"condition": "category=model"})["plugins"] == []


def test_a_plugin_by_its_name(dify: Console, release: Release) -> None:
    found = dify.get(f"plugins/{release.plugin.plugin_id}")
    expected.full_plugin(found["plugin"])
    assert found["version"] == {"version": release.version}
    assert dify.fails("GET", "plugins/acme/unknown") == (404, "plugin not found")


def test_versions_newest_first(dify: Console) -> None:
    made = [listed(package_bytes(version=version)) for version in ("0.9.0", "0.10.0", "0.2.0")]
    versions = dify.get("plugins/acme/demo/versions?page=1&page_size=100")["versions"]
    assert [expected.version(one)["version"] for one in versions] == ["0.10.0", "0.9.0", "0.2.0"]
    assert versions[0]["unique_identifier"] == made[1].unique_identifier
    assert versions[0]["change_log"] == "What is new."
    assert dify.get("plugins/acme/demo/versions?page=2&page_size=2")["versions"][0]["version"] == "0.2.0"


def test_a_version_that_is_there_and_one_that_is_not(dify: Console) -> None:
    listed()
    expected.version(dify.get("plugins/acme/demo/0.0.1")["version"])
    assert dify.fails("GET", "plugins/acme/demo/0.0.2") == (404, "acme/demo has no version 0.0.2.")


def test_an_identifier_for_the_install_dialog(dify: Console) -> None:
    release = listed()
    found = dify.get(f"plugins/identifier?unique_identifier={release.unique_identifier}")
    expected.manifest(found["plugin"])
    assert found["plugin"]["plugin_unique_identifier"] == release.unique_identifier
    assert found["version"] == {"version": "0.0.1"}
    assert dify.fails("GET", "plugins/identifier?unique_identifier=nonsense") == (
        400,
        "plugin unique identifier is invalid",
    )
    unknown = release.unique_identifier.replace("demo", "other")
    assert dify.fails("GET", f"plugins/identifier?unique_identifier={unknown}") == (404, "plugin not found")


def test_many_identifiers_in_their_order(dify: Console, release: Release) -> None:
    other = listed()
    asked = [other.unique_identifier, release.unique_identifier]
    plugins = dify.post("plugins/identifier/batch", {"unique_identifiers": asked})["plugins"]
    assert [expected.card(one)["latest_package_identifier"] for one in plugins] == asked


@pytest.mark.parametrize("path", ["plugins/download?unique_identifier={}", "plugins/download-url?unique_identifier={}"])
def test_a_package_by_its_identifier(dify: Console, path: str) -> None:
    release = listed()
    response = dify.ask("GET", path.format(release.unique_identifier))
    if response.status_code == 302:
        response = dify.follow(response["Location"])
    assert expected.package(content(response), [keys()[1]]) == release.unique_identifier


def test_a_package_by_its_version(dify: Console) -> None:
    release = listed()
    assert expected.package(content(dify.download(release.unique_identifier)), [keys()[1]]) == release.unique_identifier
    assert dify.fails("GET", "plugins/acme/demo/9.9.9/download") == (404, "plugin not found")


def test_installs_are_counted(dify: Console) -> None:
    release = listed()
    content(dify.download(release.unique_identifier))
    dify.ask("HEAD", "plugins/acme/demo/0.0.1/download")
    dify.ask("GET", "plugins/acme/demo/0.0.1/download", Range="bytes=0-9")
    dify.post("stats/plugins/install_count", {"unique_identifier": release.unique_identifier})
    release.refresh_from_db()
    assert (release.install_count, release.plugin.install_count) == (2, 2)
    assert [day.installs for day in release.days.all()] == [2]
    assert dify.get("plugins/acme/demo")["plugin"]["install_count"] == 2


def test_the_snapshot_by_which_difys_upgrade(dify: Console, release: Release) -> None:
    listed()
    response = dify.ask("GET", "dist/plugins/manifest.json")
    found = expected.snapshot(response.json())
    assert [plugin["name"] for plugin in found["plugins"]] == ["demo", release.plugin.name]
    package = content(dify.follow(found["plugins"][0]["latest_package_url"]))
    assert expected.package(package, [keys()[1]]) == found["plugins"][0]["latest_package_identifier"]


@pytest.mark.parametrize("path", ["icon", "icon?theme=dark", "icon_dark", "_assets/icon.svg"])
def test_pictures(dify: Console, path: str) -> None:
    listed()
    response = dify.ask("GET", f"plugins/acme/demo/{path}")
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert b"<svg" in response.content
    assert "sandbox" in response["Content-Security-Policy"]
    again = dify.ask("GET", f"plugins/acme/demo/{path}", **{"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert dify.fails("GET", "plugins/acme/demo/_assets/none.png")[0] == 404


def test_the_dark_icon_where_there_is_one(dify: Console) -> None:
    listed(package_bytes({"_assets/night.svg": b"<svg id='night'/>"}, icon_dark="night.svg"))
    assert b"night" in dify.ask("GET", "plugins/acme/demo/icon?theme=dark").content
    assert b"night" not in dify.ask("GET", "plugins/acme/demo/icon").content
    assert dify.get("plugins/acme/demo")["plugin"]["icon_dark"] == "acme/packages/demo/_assets/night.svg"


def test_what_newer_difys_ask_besides(dify: Console, release: Release) -> None:
    assert dify.get("banners?page=plugins&language=en-US") == {"banners": []}
    assert dify.get("template-collections?page=1&page_size=20")["collections"] == []
    assert dify.post("template-collections/featured/templates", {"limit": 4})["templates"] == []
    assert dify.post("templates/search/advanced", {"page": 1, "query": ""})["templates"] == []
    assert dify.get("templates/publisher/acme?page=1")["templates"] == []
    for path in (
        "templates/7",
        "templates/7/icon",
        "templates/7/file",
        "creators/acme/avatar",
        "organizations/a/avatar",
    ):
        assert dify.fails("GET", path)[0] == 404


def test_publishers_and_their_plugins(dify: Console) -> None:
    release = listed()
    creator = dify.get("creators/acme")["creator"]
    assert creator == dify.get("organizations/acme")["organization"]
    expected.creator(creator)
    assert (creator["unique_handle"], creator["plugin_count"]) == ("acme", 1)
    plugins = dify.get("plugins/publisher/acme?page=1&page_size=40&sort_by=install_count&sort_order=DESC")["plugins"]
    assert [expected.card(one)["plugin_id"] for one in plugins] == [release.plugin.plugin_id]
    assert dify.fails("GET", "creators/nobody")[0] == 404


@pytest.mark.parametrize(
    ("sort_by", "sort_order", "first"),
    [
        ("install_count", "DESC", "acme/demo-1"),
        ("version_updated_at", "DESC", "acme/demo-2"),
        ("created_at", "DESC", "acme/demo-2"),
        ("created_at", "ASC", "acme/demo-0"),
    ],
)
def test_the_orders_of_the_marketplace_tab(dify: Console, sort_by: str, sort_order: str, first: str) -> None:
    made = [listed(package_bytes(name=f"demo-{number}")) for number in range(3)]
    made[1].plugin.install_count = 7
    made[1].plugin.save()
    assert dify.search(sort_by=sort_by, sort_order=sort_order)[0] == first


def test_searches_filter_and_page(dify: Console) -> None:
    for number, tags in enumerate((["search"], ["image", "search"], [])):
        listed(package_bytes(name=f"demo-{number}", tags=tags))
    assert sorted(dify.search(tags=["search"])) == ["acme/demo-0", "acme/demo-1"]
    assert dify.search(exclude=["acme/demo-0", "acme/demo-2"]) == ["acme/demo-1"]
    assert dify.search(category="model") == []
    assert len(dify.search(category="tool", page_size=2)) == 2
    assert len(dify.search(category="all", page_size=2, page=2)) == 1


@pytest.mark.parametrize(
    ("path", "payload", "said"),
    [
        ("plugins/batch", {"plugin_ids": "acme/demo"}, "plugin_ids must be a list of texts."),
        ("plugins/batch", {"plugin_ids": [7]}, "plugin_ids must be a list of texts."),
        ("plugins/batch", ["acme/demo"], "The body must be a JSON object."),
        ("plugins/batch", {"plugin_ids": ["a/b"] * 1001}, "plugin_ids has 1001 entries, at most 1000 can be asked"),
        ("plugins/search/advanced", {"page": "many"}, "page must be a whole number."),
        ("plugins/search/advanced", {"page": 0}, "page must be at least 1."),
        ("plugins/search/advanced", {"query": 7}, "query must be a text."),
        ("plugins/search/advanced", {"query": "\0"}, "query must be a text."),
        ("plugins/versions/batch", {"plugin_tuples": [7]}, "plugin_tuples must be a list of objects."),
        ("plugins/identifier/batch", {"unique_identifiers": ["x"]}, "plugin unique identifier is invalid"),
        ("stats/plugins/install_count", {}, "plugin unique identifier is invalid"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(dify: Console, path: str, payload: Any, said: str) -> None:
    status, message = dify.fails("POST", path, payload)
    assert status == 400
    assert message.startswith(said)


def test_what_is_no_json(dify: Console) -> None:
    response = dify.http.post("/api/v1/plugins/batch", "{", content_type="application/json")
    assert (response.status_code, response.json()["msg"]) == (400, "The body is not valid JSON.")
