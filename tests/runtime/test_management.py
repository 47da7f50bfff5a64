"""The management API about packages, installs and tasks, in the shapes of protocol.md 8.5."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from runtime import installations, installing, node
from runtime.installing.items import claim
from runtime.models import Installation, InstallItem, InstallTask, Package
from runtime.uploading import upload_package
from tests.runtime import packages
from tests.runtime.bench import OTHER, W, furnish
from tests.runtime.caller import (
    ITEM,
    NOBODY,
    PACKAGE,
    TASK,
    Caller,
    add,
    data,
    fits,
    install,
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

    def test_a_post_without_a_body(self, dify: Caller) -> None:
        assert data(dify.client.generic("POST", dify.base + "install/tasks/delete_all")) is True
        assert data(dify.client.post(dify.base + f"install/tasks/{uuid4()}/delete")) is True

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
