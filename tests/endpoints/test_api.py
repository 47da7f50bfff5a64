"""The daemon's API of endpoints, in the exact shapes of protocol.md 9.1."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from endpoints import book, services
from endpoints.api import ROUTES
from endpoints.models import HOOK_ALPHABET, Endpoint, new_hook
from runtime.models import Installation
from runtime.uploading import upload_package
from tests.runtime import packages
from tests.runtime.bench import W, furnish
from tests.runtime.packages import decoded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    furnish(settings, tmp_path)
    return settings


@pytest.fixture
def installed(package_of: Callable[[str], Path]) -> Installation:
    return put(package_of("hooks").read_bytes())


def put(content: bytes, workspace: str = W) -> Installation:
    package = upload_package(content)
    return Installation.objects.create(
        workspace_id=workspace, plugin_id=package.plugin_id, package=package, source="package"
    )


class Dify:
    """The holder of the server key."""

    def __init__(self, key: str, workspace: str = W) -> None:
        self.client = Client(headers={"X-Api-Key": key})
        self.workspace = workspace

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        answer = self.client.post(self.path(path), json.dumps(fields), content_type="application/json")
        return {"status": answer.status_code, **answer.json()}

    def get(self, path: str, **fields: Any) -> dict[str, Any]:
        answer = self.client.get(self.path(path), fields)
        return {"status": answer.status_code, **answer.json()}

    def path(self, path: str) -> str:
        return f"/plugin/{self.workspace}/endpoint/{path}"

    def set_up(self, installation: Installation, **settings: Any) -> dict[str, Any]:
        identifier = installation.package.unique_identifier
        return self.post("setup", plugin_unique_identifier=identifier, user_id="u1", name="one", settings=settings)

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("list", page=1, page_size=100)["data"]
        return found


@pytest.fixture
def dify(settings: Any) -> Dify:
    return Dify(settings.SERVER_KEY)


def test_set_up_and_list(dify: Dify, installed: Installation) -> None:
    assert dify.set_up(installed, secret="0123456789") == {"status": 200, "code": 0, "message": "success", "data": True}
    [one] = dify.listed()
    assert one.keys() == {
        *(
            "id",
            "created_at",
            "updated_at",
            "name",
            "hook_id",
            "tenant_id",
            "user_id",
            "plugin_id",
            "expired_at",
            "enabled",
        ),
        *("settings", "declaration", "url"),
    }
    assert one["settings"] == {"secret": "01******89", "greeting": "hello", "mode": "plain", "loud": False}
    assert (one["name"], one["user_id"], one["tenant_id"]) == ("one", "u1", W)
    assert one["plugin_id"] == "patchbay/hooks"
    assert one["expired_at"] == "2050-01-01T00:00:00Z"
    assert one["enabled"] is True
    assert {"path": "/hidden", "method": "GET", "hidden": True} in one["declaration"]["endpoints"]
    assert [schema["name"] for schema in one["declaration"]["settings"]] == ["greeting", "secret", "mode", "loud"]
    installed.refresh_from_db()
    assert (installed.endpoints_setups, installed.endpoints_active) == (1, 1)


def test_ids_are_random_enough() -> None:
    assert len(HOOK_ALPHABET) ** len(new_hook()) > 2**122
    assert len({new_hook() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "missing required setting: secret"),
        ({"secret": 1}, "setting secret is not a string"),
        ({"secret": "s", "mode": "odd"}, "setting mode is not a valid option"),
        ({"secret": "s", "loud": "yes"}, "setting loud is not a boolean"),
        ({f"k{number}": "" for number in range(65)}, "too many setting fields"),
    ],
)
def test_settings_that_do_not_fit(dify: Dify, installed: Installation, given: dict[str, Any], why: str) -> None:
    answer = dify.set_up(installed, **given)
    assert (answer["status"], answer["code"]) == (200, -400)
    assert decoded(answer)["message"] == f"failed to validate settings: {why}"
    assert not Endpoint.objects.exists()


def test_numbers_and_characters_that_nobody_means(dify: Dify, installed: Installation) -> None:
    assert decoded(dify.set_up(installed, secret="\ud800"))["message"].startswith(
        "failed to validate settings: str is not"
    )
    assert dify.set_up(installed, secret="s")["code"] == 0
    endpoint_id = dify.listed()[0]["id"]
    for path in ("list", "deliveries", "triggers/list"):
        assert dify.get(path, page=10**30, page_size=2, endpoint_id=endpoint_id)["status"] == 400, path
    assert dify.post("deliveries/replay", endpoint_id=endpoint_id, ids=[2**63])["status"] == 400
    assert dify.post("deliveries/replay", endpoint_id=endpoint_id, ids=[2**63 - 1])["data"] == 0


def test_keys_that_nobody_asked_for_are_kept(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="s", more={"a": [1]})
    assert dify.listed()[0]["settings"]["more"] == {"a": [1]}


def test_what_is_not_installed_just_so(dify: Dify, installed: Installation, settings: Any) -> None:
    answer = dify.post("setup", plugin_unique_identifier="a/b:0.0.1@" + "0" * 64, user_id="u", name="n", settings={})
    assert (answer["status"], answer["code"]) == (200, -404)
    assert decoded(answer)["error_type"] == "PluginNotFoundError"
    elsewhere = Dify(settings.SERVER_KEY, "another").set_up(installed, secret="s")
    assert elsewhere["code"] == -404, "a plugin of another workspace"


def test_a_plugin_that_may_have_no_endpoints(dify: Dify) -> None:
    answer = dify.set_up(put(packages.package("endpoint")))
    assert (answer["status"], answer["code"]) == (200, -403)
    assert "you need to enable endpoint access" in decoded(answer)["message"]


def test_a_plugin_without_endpoints(dify: Dify) -> None:
    allowed = {"memory": 1, "permission": {"endpoint": {"enabled": True}}}
    answer = dify.set_up(put(packages.package("tool", resource=allowed)))
    assert (answer["code"], decoded(answer)["message"]) == (-400, "plugin does not have an endpoint")


def test_update_replaces_and_keeps_a_secret_that_comes_back_masked(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="0123456789", greeting="a", more="x")
    [one] = dify.listed()
    given = {"secret": "01******89", "greeting": "b"}
    assert dify.post("update", endpoint_id=one["id"], user_id="u", name="two", settings=given)["data"] is True
    [after] = dify.listed()
    assert (after["name"], after["hook_id"]) == ("two", one["hook_id"])
    assert after["settings"] == {"secret": "01******89", "greeting": "b", "mode": "plain", "loud": False}
    dify.post("update", endpoint_id=one["id"], user_id="u", name="two", settings={"secret": "new"})
    assert dify.listed()[0]["settings"]["secret"] == "***"


def test_secrets_stay_hidden_and_stay_when_the_plugin_has_gone(dify: Dify, installed: Installation) -> None:
    """Its schema has gone as well, which said what was secret."""
    dify.set_up(installed, secret="0123456789")
    row, package = Endpoint.objects.get(), installed.package
    installed.delete()
    [one] = dify.listed()
    assert one["settings"] == {}
    assert one["declaration"] == {"settings": [], "endpoints": []}
    given = {"secret": "01******89"}
    refused = dify.post("update", endpoint_id=one["id"], user_id="u", name="two", settings=given)
    assert (refused["status"], refused["code"]) == (200, -404)
    assert decoded(refused)["message"] == "failed to find plugin installation: record not found"
    row.refresh_from_db()
    assert services.opened_settings(row)["secret"] == "0123456789"
    Installation.objects.create(workspace_id=W, plugin_id=package.plugin_id, package=package, source="package")
    assert dify.listed()[0]["settings"]["secret"] == "01******89"


def test_a_secret_that_a_new_version_calls_otherwise_stays_hidden(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="0123456789")
    renamed(installed, "secret", "api_key")
    [one] = dify.listed()
    assert one["settings"]["secret"] == "01******89"
    dify.post("update", endpoint_id=one["id"], user_id="u", name="two", settings=one["settings"] | {"api_key": "k"})
    row = Endpoint.objects.get()
    assert services.opened_settings(row)["secret"] == "0123456789", "given as it was shown, it stays"
    found = book.looked_up(row.hook)
    assert found is not None
    assert "0123456789" in found.secrets, "the inspector masks it"


def renamed(installation: Installation, old: str, new: str) -> None:
    """The package as another version that calls a setting otherwise."""
    package = installation.package
    for schema in package.declaration["endpoint"]["settings"]:
        schema["name"] = new if schema["name"] == old else schema["name"]
    package.save(update_fields=["declaration"])


def test_settings_that_came_with_a_version_have_their_defaults(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="0123456789", greeting="moin")
    renamed(installed, "greeting", "salute")
    found = book.looked_up(Endpoint.objects.get().hook)
    assert found is not None
    assert found.settings == {
        "secret": "0123456789",
        "greeting": "moin",
        "salute": "hello",
        "mode": "plain",
        "loud": False,
    }


def test_switching_and_removing_count(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="s")
    dify.set_up(installed, secret="s")
    newest = dify.listed()[0]["id"]
    assert dify.post("disable", endpoint_id=newest)["data"] is True
    installed.refresh_from_db()
    assert (installed.endpoints_setups, installed.endpoints_active) == (2, 1)
    assert [one["enabled"] for one in dify.listed()] == [False, True]
    assert dify.post("enable", endpoint_id=newest)["data"] is True
    assert dify.post("remove", endpoint_id=newest)["data"] is True
    installed.refresh_from_db()
    assert (installed.endpoints_setups, installed.endpoints_active) == (1, 1)


@pytest.mark.parametrize(
    ("act", "code", "message"),
    [
        ("enable", -404, "endpoint not found"),
        ("disable", -404, "endpoint not found"),
        ("remove", -500, "failed to remove endpoint: record not found"),
        ("update", -404, "failed to find endpoint: record not found"),
    ],
)
@pytest.mark.parametrize("endpoint_id", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_acts_on_nothing(dify: Dify, act: str, code: int, message: str, endpoint_id: str) -> None:
    answer = dify.post(act, endpoint_id=endpoint_id, user_id="u", name="n", settings={})
    assert (answer["status"], answer["code"], decoded(answer)["message"]) == (200, code, message)


def test_another_workspace_neither_sees_nor_touches_it(dify: Dify, installed: Installation, settings: Any) -> None:
    dify.set_up(installed, secret="s")
    [one] = dify.listed()
    stranger = Dify(settings.SERVER_KEY, "another")
    assert stranger.listed() == []
    for act in ("enable", "disable", "remove", "update"):
        assert stranger.post(act, endpoint_id=one["id"], user_id="u", name="n", settings={})["code"] < 0
    assert dify.listed() == [one]


def test_pages_of_the_list(dify: Dify, installed: Installation) -> None:
    for number in range(3):
        identifier = installed.package.unique_identifier
        dify.post("setup", plugin_unique_identifier=identifier, user_id="u", name=str(number), settings={"secret": "s"})
    assert [one["name"] for one in dify.get("list", page=1, page_size=2)["data"]] == ["2", "1"]
    assert [one["name"] for one in dify.get("list", page=2, page_size=2)["data"]] == ["0"]
    of_plugin = dify.get("list/plugin", plugin_id="patchbay/hooks", page=1, page_size=100)["data"]
    assert len(of_plugin) == 3
    assert dify.get("list/plugin", plugin_id="a/b", page=1, page_size=100)["data"] == []
    assert dify.get("list", page=1, page_size=101)["status"] == 400
    assert dify.get("list")["status"] == 400


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_without_the_key_nothing_is_told(route: Any) -> None:
    answer = Client().generic(route.method, f"/plugin/{W}/endpoint/{route.path}")
    assert answer.status_code == 401
    wrong = Client(headers={"X-Api-Key": "server-key-of-the-tests"})
    other = "GET" if route.method == "POST" else "POST"
    assert wrong.generic(other, f"/plugin/{W}/endpoint/{route.path}").status_code == 404


def test_unknown_addresses_are_said_to_be_unknown(dify: Dify) -> None:
    assert dify.get("nonsense") == {"status": 404, "code": "not_found", "message": "route not found"}


def test_rotate_and_rules(dify: Dify, installed: Installation) -> None:
    dify.set_up(installed, secret="s")
    [one] = dify.listed()
    rotated = dify.post("rotate", endpoint_id=one["id"], grace=60)["data"]
    assert rotated["hook_id"] != one["hook_id"]
    assert Endpoint.objects.get().previous_hook == one["hook_id"]
    kept = dify.post("rules", endpoint_id=one["id"], rules={"rate": 5, "scheme": "github"}, secret="s")["data"]
    assert (kept["rate"], kept["scheme"], kept["concurrency"]) == (5, "github", 0)
    for wrong in ({"rate": "5"}, {"odd": 1}, {"allow": [1]}, {"allow": ["x"]}, {"rate": -1}):
        assert dify.post("rules", endpoint_id=one["id"], rules=wrong)["code"] == -400
