"""The management API's routes, each with the shape that protocol.md 8.5 gives it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from marketplace.difypkg import asset_id
from runtime import installations, installing, node
from runtime.installing.items import claim, finish
from runtime.models import Installation, InstallItem, InstallTask, Package
from runtime.uploading import upload_package
from tests.runtime import packages
from tests.runtime.packages import decoded

W = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
NOBODY = "acme/none:0.0.1@" + "0" * 64
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
INSTALLATION = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "tenant_id": W,
    "plugin_id": "acme/demo",
    "plugin_unique_identifier": str,
    "runtime_type": "local",
    "endpoints_setups": 0,
    "endpoints_active": 0,
    "source": "package",
    "meta": {"by": "test"},
    "version": "0.0.1",
    "checksum": str,
    "declaration": dict,
}
LISTED = INSTALLATION | {"name": "demo", "installation_id": UUID}
PROVIDER = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "tenant_id": W,
    "provider": "gives",
    "plugin_id": "acme/demo",
    "plugin_unique_identifier": str,
    "declaration": dict,
}
PACKAGE = {"unique_identifier": str, "manifest": dict, "verification": None, "signature": dict}
ITEM = {
    "plugin_unique_identifier": str,
    "labels": {"en_US": "Demo"},
    "icon": asset_id("icon.svg", packages.ICON),
    "icon_dark": "",
    "plugin_id": "acme/demo",
    "status": "pending",
    "message": "",
    "source": "package",
    "step": "",
    "percent": 0,
}
TASK = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "status": "running",
    "tenant_id": W,
    "total_plugins": 1,
    "completed_plugins": 0,
    "plugins": list,
}


def fits(data: Any, shape: dict[str, Any]) -> bool:
    """Exactly these keys; each value is the one given, or of the type or pattern given."""
    assert set(data) == set(shape)
    for key, wanted in shape.items():
        value = data[key]
        if wanted is UUID:
            UUID(value)
        elif isinstance(wanted, re.Pattern):
            assert wanted.fullmatch(value), f"{key} is {value!r}"
        elif isinstance(wanted, type):
            assert isinstance(value, wanted), f"{key} is {value!r}"
        else:
            assert value == wanted, f"{key} is {value!r}"
    return True


class Caller:
    """A client of the management API, as Dify's server is one."""

    def __init__(self, key: str, workspace: str = W) -> None:
        self.base = f"/plugin/{workspace}/management/"
        self.client = Client(headers={"X-Api-Key": key})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self.base + path, query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(self.base + path, json.dumps(body or {}), content_type="application/json")

    def upload(self, path: str, field: str, content: bytes, **fields: str) -> Any:
        return self.client.post(self.base + path, {field: SimpleUploadedFile(field, content), **fields})


def data(response: Any) -> Any:
    envelope = response.json()
    assert response.status_code == 200, envelope
    assert set(envelope) == {"code", "message", "data"}
    assert (envelope["code"], envelope["message"]) == (0, "success"), envelope
    return envelope["data"]


def refusal(response: Any) -> tuple[int, int, str, str]:
    """(HTTP status, code, error type, message)."""
    inner = decoded(response.json())
    assert response.json()["data"] is None
    return response.status_code, response.json()["code"], inner["error_type"], inner["message"]


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Storage of its own, no signature policy, nobody who takes tasks, no warm declarations."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.FORCE_VERIFYING_SIGNATURE = False
    monkeypatch.setattr("runtime.tasks.run_install_item.delay", lambda item_id: None)
    monkeypatch.setattr(installations.declarations, "kept", type(installations.declarations.kept)())
    node.set_here(None)
    return settings


@pytest.fixture
def dify(settings: Any) -> Caller:
    return Caller(settings.SERVER_KEY)


def install(package: Package, workspace: str = W) -> Installation:
    """Installed by whoever brings plugins up: only the rows matter here."""
    task = installing.install(
        workspace, identifiers=[package.unique_identifier], source="package", metas=[{"by": "test"}]
    )
    assert task is not None
    item = claim(task.items.get().pk, "test")
    assert item is not None
    finish(item, output="")
    return Installation.objects.get(workspace_id=workspace, plugin_id=package.plugin_id)


def add(kind: str = "tool", workspace: str = W, **more: Any) -> Installation:
    return install(upload_package(packages.package(kind, **more)), workspace)


pytestmark = pytest.mark.django_db


class TestUploading:
    path = "install/upload/package"

    def test_a_package(self, dify: Caller) -> None:
        content = packages.package()
        answer = data(dify.upload(self.path, "dify_pkg", content, verify_signature="false"))
        assert fits(answer, PACKAGE)
        assert answer["unique_identifier"] == packages.identifier(content)
        assert answer["manifest"]["icon"] == ITEM["icon"]
        assert answer["manifest"]["verified"] is False
        assert answer["signature"] == {"state": "unsigned", "key": None, "time": None}

    def test_a_signed_package(self, dify: Caller, house: Any, tmp_path: Path) -> None:
        key = tmp_path / "ours.pem"
        key.write_bytes(packages.keys("ours")[1])
        house.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = True
        house.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS = [str(key)]
        content = packages.signed(packages.package(), category="partner")
        answer = data(dify.upload(self.path, "dify_pkg", content, verify_signature="true"))
        assert answer["verification"] == {"authorized_category": "partner"}
        assert answer["signature"] == {"state": "verified", "key": "ours", "time": "2026-05-28T20:26:40Z"}

    def test_the_form_asks_for_a_signature(self, dify: Caller) -> None:
        status, code, kind, message = refusal(
            dify.upload(self.path, "dify_pkg", packages.package(), verify_signature="true")
        )
        assert (status, code, kind) == (200, -400, "PluginDaemonBadRequestError")
        assert message.startswith("plugin verification has been enabled, and the plugin you want to install has a bad")

    def test_large_files_go_by_the_disk(self, dify: Caller, house: Any) -> None:
        house.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
        assert data(dify.upload(self.path, "dify_pkg", packages.package()))["unique_identifier"]

    @pytest.mark.parametrize("in_memory", [10, 10_000_000])
    def test_too_large(self, dify: Caller, house: Any, in_memory: int) -> None:
        house.MAX_PLUGIN_PACKAGE_SIZE = 500
        house.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
        refused = refusal(dify.upload(self.path, "dify_pkg", bytes(501)))
        assert refused == (200, -400, "PluginDaemonBadRequestError", "file size exceeds the maximum limit")

    def test_no_package(self, dify: Caller) -> None:
        status, code, kind, _ = refusal(dify.upload(self.path, "dify_pkg", b"PK, not quite"))
        assert (status, code, kind) == (200, -400, "PluginDaemonBadRequestError")

    def test_no_file(self, dify: Caller) -> None:
        assert refusal(dify.upload(self.path, "other", b""))[:2] == (400, -400)
        assert refusal(dify.post(self.path, {"dify_pkg": "x"}))[:2] == (400, -400)
        assert refusal(dify.post(self.path, []))[:2] == (400, -400)

    def test_a_bundle(self, dify: Caller) -> None:
        content = packages.bundle([{"type": "package", "value": {"path": "one"}}], {"one": packages.package()})
        (answer,) = data(dify.upload("install/upload/bundle", "dify_bundle", content))
        assert answer["type"] == "package"
        assert fits(answer["value"], {"unique_identifier": str, "manifest": dict})


class TestInstalling:
    def body(self, *identifiers: str, **more: Any) -> dict[str, Any]:
        return {
            "plugin_unique_identifiers": identifiers,
            "source": "package",
            "metas": [{} for _ in identifiers],
            **more,
        }

    def test_a_task_is_begun(self, dify: Caller) -> None:
        package = upload_package(packages.package())
        answer = data(dify.post("install/identifiers", self.body(package.unique_identifier)))
        assert fits(answer, {"all_installed": False, "task_id": UUID})
        item = InstallItem.objects.get()
        assert (str(item.task_id), item.package, item.source) == (answer["task_id"], package, "package")

    def test_all_installed(self, dify: Caller) -> None:
        name = add().package.unique_identifier
        assert data(dify.post("install/identifiers", self.body(name))) == {"all_installed": True, "task_id": ""}

    def test_absent_metas(self, dify: Caller) -> None:
        package = upload_package(packages.package())
        body = {"plugin_unique_identifiers": [package.unique_identifier], "source": "package"}
        assert data(dify.post("install/identifiers", body))["task_id"]

    def test_not_uploaded(self, dify: Caller) -> None:
        status, code, kind, message = refusal(dify.post("install/identifiers", self.body(NOBODY)))
        assert (status, code, kind) == (200, -500, "PluginDaemonInternalServerError")
        assert message.startswith("failed to get plugin declaration")

    @pytest.mark.parametrize(
        "change",
        [
            {"source": ""},
            {"source": None},
            {"metas": ["x"]},
            {"plugin_unique_identifiers": []},
            {"plugin_unique_identifiers": [NOBODY] * 65},
            {"plugin_unique_identifiers": {"a": 1}},
        ],
    )
    def test_what_is_not_a_request(self, dify: Caller, change: dict[str, Any]) -> None:
        status, code, kind, _ = refusal(dify.post("install/identifiers", self.body(NOBODY) | change))
        assert (status, code, kind) == (400, -400, "PluginDaemonBadRequestError")

    def test_an_upgrade(self, dify: Caller) -> None:
        old, new = add().package, upload_package(packages.package(version="0.0.2"))
        body = {
            "original_plugin_unique_identifier": old.unique_identifier,
            "new_plugin_unique_identifier": new.unique_identifier,
            "source": "marketplace",
            "meta": {"a": 1},
        }
        assert fits(data(dify.post("install/upgrade", body)), {"all_installed": False, "task_id": UUID})
        item = InstallItem.objects.get(package=new)
        assert (item.replaces, item.source, item.meta) == (old, "marketplace", {"a": 1})

    def test_upgrades_that_are_none(self, dify: Caller) -> None:
        new = upload_package(packages.package())
        body = {"original_plugin_unique_identifier": new.unique_identifier, "source": "package", "meta": {}}
        same = dify.post("install/upgrade", body | {"new_plugin_unique_identifier": new.unique_identifier})
        assert refusal(same)[3] == "original and new plugin unique identifier are the same"
        other = upload_package(packages.package(version="0.0.2")).unique_identifier
        absent = dify.post("install/upgrade", body | {"new_plugin_unique_identifier": other})
        assert refusal(absent) == (
            200,
            -404,
            "PluginDaemonNotFoundError",
            "plugin installation not found for this tenant",
        )

    @pytest.mark.parametrize("known", [True, False])
    def test_uninstalling(self, dify: Caller, known: bool) -> None:
        row = add()
        key = str(row.pk) if known else str(uuid4())
        assert data(dify.post("uninstall", {"plugin_installation_id": key})) is True
        assert Installation.objects.exists() is not known

    def test_uninstalling_something_without_form(self, dify: Caller) -> None:
        assert data(dify.post("uninstall", {"plugin_installation_id": "x"})) is True
        assert refusal(dify.post("uninstall"))[:2] == (400, -400)


class TestTasks:
    def begun(self, *more: str) -> InstallTask:
        uploaded = [upload_package(packages.package(name=name)) for name in ("demo", *more)]
        task = installing.install(W, identifiers=[one.unique_identifier for one in uploaded], source="package")
        assert task is not None
        return task

    def test_the_list_is_bare(self, dify: Caller) -> None:
        self.begun()
        (task,) = data(dify.get("install/tasks", page=1, page_size=256))
        assert fits(task, TASK)
        assert fits(task["plugins"][0], ITEM)

    def test_newest_first_and_by_pages(self, dify: Caller) -> None:
        tasks = [InstallTask.objects.create(workspace_id=W) for _ in range(3)]
        listed = [data(dify.get("install/tasks", page=page, page_size=2)) for page in (1, 2, 3)]
        ids = [[task["id"] for task in page] for page in listed]
        assert ids == [[str(tasks[2].pk), str(tasks[1].pk)], [str(tasks[0].pk)], []]

    def test_one(self, dify: Caller) -> None:
        task = self.begun("two")
        claim(task.items.all()[0].pk, "n")
        answer = data(dify.get(f"install/tasks/{task.pk}"))
        assert (answer["id"], answer["total_plugins"]) == (str(task.pk), 2)
        assert [item["status"] for item in answer["plugins"]] == ["running", "pending"]
        assert answer["plugins"][0]["message"] == "starting"

    @pytest.mark.parametrize("task_id", [str(uuid4()), "x"])
    def test_one_that_is_not_there(self, dify: Caller, task_id: str) -> None:
        refused = refusal(dify.get(f"install/tasks/{task_id}"))
        assert refused == (200, -500, "PluginDaemonInternalServerError", "install task not found")

    def test_a_success_counts_and_leaves_the_list_after_two_minutes(self, dify: Caller) -> None:
        add()
        (task,) = data(dify.get("install/tasks", page=1, page_size=10))
        assert (task["status"], task["completed_plugins"]) == ("success", 1)
        assert task["plugins"][0]["message"] == "installed"
        InstallTask.objects.update(updated_at=timezone.now() - timedelta(seconds=121))
        assert data(dify.get("install/tasks", page=1, page_size=10)) == []
        assert data(dify.get(f"install/tasks/{task['id']}"))["status"] == "success"

    def test_deleting_all(self, dify: Caller) -> None:
        installing.cancel(self.begun())
        assert data(dify.post("install/tasks/delete_all")) is True
        assert not InstallTask.objects.exists()

    def test_deleting_one(self, dify: Caller) -> None:
        task = self.begun()
        assert data(dify.post(f"install/tasks/{uuid4()}/delete")) is True
        assert data(dify.post(f"install/tasks/{task.pk}/delete")) is True
        assert not InstallTask.objects.exists()

    def test_deleting_an_item_whose_name_has_slashes(self, dify: Caller) -> None:
        task = self.begun("two")
        name = task.items.all()[0].package.unique_identifier
        assert "/" in name
        assert data(dify.post(f"install/tasks/{task.pk}/delete/{name}")) is True
        assert task.items.count() == 1
        assert data(dify.post(f"install/tasks/{uuid4()}/delete/{name}")) is True

    def test_cancelling_and_retrying(self, dify: Caller) -> None:
        task = self.begun()
        assert data(dify.post(f"install/tasks/{task.pk}/cancel")) is True
        assert data(dify.post(f"install/tasks/{task.pk}/cancel")) is False
        assert data(dify.post(f"install/tasks/{task.pk}/retry")) is True
        assert task.items.get().status == "pending"
        assert refusal(dify.post(f"install/tasks/{uuid4()}/retry"))[1] == -500


class TestPackages:
    @pytest.fixture
    def package(self) -> Package:
        return upload_package(packages.package(files={"readme/README_ja_JP.md": "# 例"}))

    def test_decoding_names_icons_as_in_the_package(self, dify: Caller, package: Package) -> None:
        answer = data(dify.get("decode/from_identifier", plugin_unique_identifier=package.unique_identifier))
        assert fits(answer, PACKAGE)
        assert answer["manifest"]["icon"] == "icon.svg"

    def test_decoding_as_older_clients_ask(self, dify: Caller, package: Package) -> None:
        name = package.unique_identifier
        assert data(dify.get("decode/from_identifier", PluginUniqueIdentifier=name))["unique_identifier"] == name
        body = json.dumps({"plugin_unique_identifier": name})
        path = dify.base + "decode/from_identifier"
        answer = dify.client.generic("GET", path, body, content_type="application/json")
        assert data(answer)["unique_identifier"] == name

    def test_decoding_what_is_not_there(self, dify: Caller, package: Package) -> None:
        expected = (200, -400, "PluginDaemonBadRequestError", "plugin package not found, please upload it firstly")
        assert refusal(dify.get("decode/from_identifier", plugin_unique_identifier=NOBODY)) == expected
        default_storage.delete(f"plugin_packages/{package.unique_identifier}")
        lost = dify.get("decode/from_identifier", plugin_unique_identifier=package.unique_identifier)
        assert refusal(lost) == expected

    def test_the_manifest_names_assets(self, dify: Caller, package: Package) -> None:
        answer = data(dify.get("fetch/manifest", plugin_unique_identifier=package.unique_identifier))
        assert answer == package.declaration
        assert answer["icon"] == ITEM["icon"]
        unknown = refusal(dify.get("fetch/manifest", plugin_unique_identifier=NOBODY))
        assert unknown == (200, -400, "PluginDaemonBadRequestError", "plugin not found")

    def test_identifiers_are_there_when_anybody_has_them_installed(self, dify: Caller, package: Package) -> None:
        name = package.unique_identifier
        assert data(dify.get("fetch/identifier", plugin_unique_identifier=name)) is False
        install(package, OTHER)
        assert data(dify.get("fetch/identifier", plugin_unique_identifier=name)) is True

    @pytest.mark.parametrize(
        ("asked", "told", "content"),
        [("ja_JP", "ja_JP", "# 例"), ("zh_Hans", "en_US", "# demo"), ("", "en_US", "# demo")],
    )
    def test_readmes_fall_back_to_english(
        self, dify: Caller, package: Package, asked: str, told: str, content: str
    ) -> None:
        query = {"language": asked} if asked else {}
        answer = data(dify.get("fetch/readme", plugin_unique_identifier=package.unique_identifier, **query))
        assert answer == {"content": content, "language": told}

    def test_readmes_fall_back_to_any_and_end(self, dify: Caller, package: Package) -> None:
        package.readmes.filter(language="en_US").delete()
        query = {"plugin_unique_identifier": package.unique_identifier, "language": "pt_BR"}
        assert data(dify.get("fetch/readme", **query))["language"] == "ja_JP"
        package.readmes.all().delete()
        expected = (200, -404, "PluginDaemonNotFoundError", "no readme content available for this plugin")
        assert refusal(dify.get("fetch/readme", **query)) == expected


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
