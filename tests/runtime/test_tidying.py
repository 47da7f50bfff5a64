"""The disk is tidied by reference: what anybody has installed or is installing stays, the rest goes after a while."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from runtime import environment, preparing, tidying
from runtime.environment import store
from runtime.models import Installation, InstallItem, InstallTask, Package, Status
from runtime.uploading import upload_package
from tests import sdk
from tests.runtime import packages

DAY = 86_400
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(settings: Any, tmp_path: Path) -> Any:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.PLUGIN_WORKING_PATH = tmp_path / "plugins"
    settings.PLUGIN_ENVIRONMENTS_PATH = tmp_path / "environments"
    settings.PLUGIN_CACHE_PATH = tmp_path / "cache"
    settings.PLUGIN_USERS = range(0)
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = str(tmp_path / "wheels"), True
    (tmp_path / "wheels").mkdir()
    return settings


def prepared(house: Any, name: str) -> Package:
    """An uploaded plugin that was unpacked here and has an environment, all of nine days ago."""
    package = upload_package(packages.package("tool", name=name, files={"requirements.txt": f"# {name}\n"}))
    folder = preparing.unpacked(package)
    preparing.scratch(folder)[0].joinpath("note").write_text("kept by the plugin")
    built = environment.build(folder, preparing.environment_options(), progress=lambda _: None, marker=sdk.MARKER)
    for path in (folder, built.path / "environment.json"):
        os.utime(path, (time.time() - 9 * DAY,) * 2)
    return package


def install(package: Package, workspace: str = "w", **more: Any) -> None:
    Installation.objects.create(
        workspace_id=workspace, plugin_id=package.plugin_id, package=package, source="package", **more
    )


def folders(house: Any) -> set[str]:
    return {path.name.partition("@")[0] for path in Path(house.PLUGIN_WORKING_PATH).glob("*/*@*")} - {".home-"}


def test_what_nobody_has_goes_with_all_that_belongs_to_it(house: Any) -> None:
    gone = prepared(house, "gone")
    folder = preparing.working_folder(gone.unique_identifier)
    looked = tidying.tidy(days=7, dry=True)
    assert folder.is_dir()
    found = tidying.tidy(days=7)
    assert found == looked
    assert len(found.environments) == 1
    assert [name.partition("@")[0] for name in found.folders] == ["acme/gone-0.0.1"]
    assert found.size > 0
    assert not any(part.exists() for part in (folder, *tidying.parts_of(folder)))
    assert list(folder.parent.glob(".*")) == []
    assert [path for path in house.PLUGIN_ENVIRONMENTS_PATH.iterdir() if path.name.isalnum()] == []
    # and comes back as if nothing had been
    assert preparing.unpacked(gone) == folder


@pytest.mark.parametrize("how", ["installed", "shadowed", "pending", "replaced", "young"])
def test_what_somebody_needs_stays(house: Any, how: str) -> None:
    package, other = prepared(house, "needed"), upload_package(packages.package("tool", name="other"))
    task = InstallTask.objects.create(workspace_id="w")
    if how == "installed":
        install(package)
    elif how == "shadowed":
        install(other, shadowed=package)
    elif how == "pending":
        InstallItem.objects.create(task=task, package=package, source="package")
    elif how == "replaced":
        InstallItem.objects.create(task=task, package=other, replaces=package, source="p", status=Status.RUNNING)
    else:
        os.utime(preparing.unpacked(package))
        found = environment.find(
            environment.key(preparing.unpacked(package), preparing.environment_options()),
            preparing.environment_options(),
        )
        assert found is not None
        store.touch(found)
    found_out = tidying.tidy(days=7)
    assert (found_out.environments, found_out.folders) == ({}, {})
    assert preparing.working_folder(package.unique_identifier).is_dir()


def test_an_installation_that_ended_needs_nothing(house: Any) -> None:
    package = prepared(house, "ended")
    task = InstallTask.objects.create(workspace_id="w")
    InstallItem.objects.create(task=task, package=package, source="package", status=Status.FAILED)
    assert len(tidying.tidy(days=7).folders) == 1


def test_who_wants_it_at_the_last_moment_keeps_it(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    package = prepared(house, "late")
    folder = preparing.working_folder(package.unique_identifier)
    real = tidying.parts_of

    def wanted_meanwhile(folder: Path) -> list[Path]:
        install(package)
        preparing.unpacked(package)
        return real(folder)

    monkeypatch.setattr(tidying, "parts_of", wanted_meanwhile)  # between looking and taking
    assert tidying.tidy(days=7).folders == {}
    assert (folder / "manifest.yaml").exists()


def test_the_command_says_what_goes_and_how_much(house: Any, capsys: Any) -> None:
    prepared(house, "gone")
    call_command("tidy", "--dry-run")
    said = capsys.readouterr().out
    assert "folder acme/gone-0.0.1@" in said
    assert "environment " in said
    assert said.rstrip().endswith("would come free.")
    call_command("tidy")
    assert capsys.readouterr().out.rstrip().endswith("came free.")
    call_command("tidy")
    assert capsys.readouterr().out == "nothing came free.\n"


def test_the_command_spares_all_where_all_is_to_be_kept(house: Any, capsys: Any) -> None:
    house.PLUGIN_UNUSED_DAYS = house.PLUGIN_PACKAGE_DAYS = 0
    prepared(house, "kept")
    with pytest.raises(CommandError, match="say --days"):
        call_command("tidy")
    call_command("tidy", "--days", "1", "--dry-run")
    assert "acme/kept" in capsys.readouterr().out
