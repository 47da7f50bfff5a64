"""The management API about what is installed, in the shapes of protocol.md 8.5."""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime import installations, node
from runtime.models import Package
from tests.runtime.bench import furnish
from tests.runtime.caller import (
    INSTALLATION,
    LISTED,
    NOBODY,
    PROVIDER,
    Caller,
    add,
    data,
    fits,
    refusal,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nobody takes tasks, no declaration is warm."""
    furnish(settings, tmp_path)
    monkeypatch.setattr("runtime.tasks.run_install_item.delay", lambda item_id: None)
    monkeypatch.setattr(installations.declarations, "kept", type(installations.declarations.kept)())
    node.set_here(None)
    return settings


@pytest.fixture
def dify(settings: Any) -> Caller:
    return Caller(settings.SERVER_KEY)


class TestPlugins:
    def test_the_list(self, dify: Caller) -> None:
        row = add()
        answer = data(dify.get("list", page=1, page_size=256, response_type="paged"))
        assert set(answer) == {"list", "total"}
        (listed,) = answer["list"]
        assert fits(listed, LISTED)
        assert listed["declaration"] == row.package.declaration
        assert listed["id"] == listed["installation_id"] == str(row.pk)
        assert listed["checksum"] == row.package.checksum
        assert data(dify.get("list", page=1, page_size=256)) == answer

    def test_pages_newest_first(self, dify: Caller) -> None:
        for name in ("one", "two", "three"):
            add(name=name)
        pages = [data(dify.get("list", page=page, page_size=2)) for page in (1, 2)]
        assert [[row["name"] for row in page["list"]] for page in pages] == [["three", "two"], ["one"]]
        assert [page["total"] for page in pages] == [3, 3]

    @pytest.mark.parametrize(
        "query",
        [{}, {"page": 1}, {"page": 0, "page_size": 1}, {"page": 1, "page_size": 257}, {"page": "x", "page_size": 1}],
    )
    @pytest.mark.parametrize("path", ["list", "install/tasks", "models", "tools", "triggers", "tool/list"])
    def test_pages_are_asked_for(self, dify: Caller, path: str, query: dict[str, Any]) -> None:
        status, code, kind, message = refusal(dify.get(path, **query))
        assert (status, code, kind) == (400, -400, "PluginDaemonBadRequestError")
        assert message.startswith("page")

    def test_a_query_beside_a_json_content_type(self, dify: Caller) -> None:
        path = dify.base + "list?page=1&page_size=2"
        assert data(dify.client.get(path, content_type="application/json"))["total"] == 0

    @pytest.mark.parametrize("accept", ["text/html", "*/*", "application/xml"])
    def test_whatever_a_client_accepts_it_gets_json(self, dify: Caller, accept: str) -> None:
        path = dify.base + "list?page=1&page_size=2"
        assert data(dify.client.get(path, headers={"Accept": accept}))["total"] == 0

    def test_ids_of_a_category(self, dify: Caller) -> None:
        add(name="one")
        add("agent_strategy", name="two")
        assert data(dify.get("installation/ids", category="agent-strategy")) == {"plugin_ids": ["acme/two"]}
        assert refusal(dify.get("installation/ids"))[:2] == (400, -400)

    def test_a_category(self, dify: Caller) -> None:
        for number in range(3):
            add(name=f"tool{number}")
        add("endpoint", name="hook")
        answer = data(dify.get("tool/list", page=1, page_size=2))
        assert [row["name"] for row in answer["list"]] == ["tool2", "tool1"]
        assert answer["has_more"] is True
        assert data(dify.get("tool/list", page=2, page_size=2))["has_more"] is False
        assert [row["name"] for row in data(dify.get("extension/list", page=1, page_size=2))["list"]] == ["hook"]

    def test_a_category_has_the_rows_of_the_list(self, dify: Caller) -> None:
        add()
        (row,) = data(dify.get("tool/list", page=1, page_size=1))["list"]
        assert fits(row, LISTED)

    def test_no_category(self, dify: Caller) -> None:
        refused = refusal(dify.get("toys/list", page=1, page_size=2))
        assert refused == (200, -400, "PluginDaemonBadRequestError", "invalid plugin category")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"query": "WETTER"}, {"weather"}),
            ({"query": "weather"}, {"weather"}),
            ({"query": "weather", "language": "zh_Hans"}, {"weather"}),
            ({"query": "天气", "language": "zh_Hans"}, {"weather"}),
            ({"query": "天气"}, set()),
            ({"query": "acme/"}, {"weather", "123"}),
            ({"query": "tests"}, {"weather", "123"}),
            ({"tags": "weather"}, {"weather"}),
            ({"tags": ["travel", "search"]}, {"weather", "123"}),
            ({"tags": ["travel"], "query": "123"}, set()),
            ({"query": "nothing"}, set()),
        ],
    )
    def test_searching(self, dify: Caller, query: dict[str, Any], found: set[str]) -> None:
        label = {"en_US": "Das Wetter", "zh_Hans": "天气"}
        add(name="weather", label=label, tags=["weather", "travel"])
        add(name="123", tags=["search"])
        answer = data(dify.get("tool/list", page=1, page_size=9, **query))
        assert {row["name"] for row in answer["list"]} == found

    def test_searching_in_no_language(self, dify: Caller) -> None:
        assert refusal(dify.get("tool/list", page=1, page_size=9, language="tlh"))[:2] == (400, -400)

    def test_a_batch(self, dify: Caller) -> None:
        add()
        add(name="two")
        (row,) = data(dify.post("installation/fetch/batch", {"plugin_ids": ["acme/demo", "acme/none"]}))
        assert fits(row, INSTALLATION)
        assert data(dify.post("installation/fetch/batch", {"plugin_ids": []})) == []
        assert refusal(dify.post("installation/fetch/batch", {"plugin_ids": ["x"] * 257}))[:2] == (400, -400)

    def test_missing_dependencies(self, dify: Caller) -> None:
        name = add().package.unique_identifier
        other = "acme/demo:9.9.9@" + "0" * 64
        answer = data(dify.post("installation/missing", {"plugin_unique_identifiers": [name, other, NOBODY]}))
        assert answer == [
            {"plugin_unique_identifier": other, "current_identifier": name},
            {"plugin_unique_identifier": NOBODY, "current_identifier": ""},
        ]


class TestProviders:
    @pytest.mark.parametrize(
        ("kind", "many", "one"),
        [
            ("tool", "tools", "tool"),
            ("agent_strategy", "agent_strategies", "agent_strategy"),
            ("datasource", "datasources", "datasource"),
            ("trigger", "triggers", "trigger"),
            ("model", "models", ""),
        ],
    )
    def test_lists_and_single_ones(self, dify: Caller, kind: str, many: str, one: str) -> None:
        row = add(kind, provider_name="gives")
        shape = PROVIDER | ({"meta": dict} if kind == "agent_strategy" else {})
        (listed,) = data(dify.get(many, page=1, page_size=256))
        assert fits(listed, shape)
        assert listed["declaration"] == row.package.declaration[kind]
        if kind == "agent_strategy":
            assert listed["meta"] == row.package.declaration["meta"]
        if one:
            assert data(dify.get(one, plugin_id="acme/demo", provider="gives")) == listed
            for query in ({"plugin_id": "acme/demo", "provider": "x"}, {"plugin_id": "acme/x", "provider": "gives"}):
                assert refusal(dify.get(one, **query)) == (200, -404, "PluginNotFoundError", "plugin not found")
            assert refusal(dify.get(one, plugin_id="acme/demo"))[:2] == (400, -400)

    def test_bindings(self, dify: Caller) -> None:
        row = add("model", provider_name="gives")
        expected = {
            "provider": "gives",
            "installation_id": str(row.pk),
            "plugin_id": "acme/demo",
            "plugin_unique_identifier": row.package.unique_identifier,
            "runtime_type": "local",
            "source": "package",
            "version": "0.0.1",
            "verified": False,
        }
        assert data(dify.get("models/bindings")) == [expected]

    def test_existence_of_tools(self, dify: Caller) -> None:
        add(provider_name="gives")
        add("model", name="two", provider_name="gives")
        asked = [("acme/none", "gives"), ("acme/demo", "gives"), ("acme/two", "gives"), ("acme/demo", "x")]
        body = {"provider_ids": [{"plugin_id": plugin, "provider_name": name} for plugin, name in asked]}
        assert data(dify.post("tools/check_existence", body)) == [False, True, False, False]
        assert data(dify.post("tools/check_existence", {"provider_ids": []})) == []


class TestStatements:
    """A list costs as many statements for ten plugins as for one; with warm declarations one less."""

    @pytest.mark.parametrize(
        ("path", "query", "cold", "warm"),
        [
            ("list", {"page": 1, "page_size": 99}, 3, 2),
            ("tool/list", {"page": 1, "page_size": 99}, 2, 1),
            ("tool/list", {"page": 1, "page_size": 99, "query": "demo"}, 3, 2),
            ("tools", {"page": 1, "page_size": 99}, 2, 1),
            ("installation/ids", {"category": "tool"}, 1, 1),
            ("install/tasks", {"page": 1, "page_size": 99}, 2, 2),
            ("models/bindings", {}, 1, 1),
        ],
    )
    @pytest.mark.parametrize("count", [1, 10])
    def test_lists(
        self, dify: Caller, django_assert_num_queries: Any, count: int, path: str, query: Any, cold: int, warm: int
    ) -> None:
        for number in range(count):
            add(name=f"demo{number}")
        for statements in (cold, warm):
            with django_assert_num_queries(statements):
                answer = data(dify.get(path, **query))
        if path == "list":
            assert len(answer["list"]) == count

    def test_trust_that_changes_shows_although_declarations_are_warm(self, dify: Caller) -> None:
        package = add().package
        assert data(dify.get("list", page=1, page_size=1))["list"][0]["declaration"]["verified"] is False
        Package.objects.filter(pk=package.pk).update(
            verified=True, declaration={**package.declaration, "verified": True}
        )
        assert data(dify.get("list", page=1, page_size=1))["list"][0]["declaration"]["verified"] is True

    def test_declarations_are_forgotten_in_the_order_of_their_use(self) -> None:
        rows = [add(name=f"demo{number}").package for number in range(3)]
        size = max(len(json.dumps(row.declaration)) for row in rows)
        kept = installations.Declarations(capacity=2 * size)
        for row in (rows[0], rows[1], rows[0], rows[2]):
            kept.parts([row])
        assert [key[0] for key in kept.kept] == [rows[0].pk, rows[2].pk]
        assert kept.size == sum(map(len, kept.kept.values())) <= kept.capacity
