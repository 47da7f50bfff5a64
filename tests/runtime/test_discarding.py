"""Uploaded packages go when nothing has referred to them for long; what anybody may come back to stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from runtime import discarding, installing, storing, tidying, uploading
from runtime.doctoring import plugins as doctor
from runtime.installing.wishes import begin
from runtime.models import Installation, InstallItem, InstallTask, Package, Status
from runtime.uploading import upload_package
from tests.runtime import packages

DAY = 86_400.0
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.PLUGIN_WORKING_PATH = tmp_path / "plugins"
    settings.PLUGIN_ENVIRONMENTS_PATH = tmp_path / "environments"
    settings.PLUGIN_CACHE_PATH = tmp_path / "cache"
    return settings


def uploaded(name: str) -> Package:
    return upload_package(packages.package("tool", name=name))


def forgotten(name: str, days: float = 31) -> Package:
    """One that was found to be unwanted so many days ago."""
    package = uploaded(name)
    Package.objects.filter(pk=package.pk).update(unwanted_since=timezone.now() - timedelta(days=days))
    return package


def refer(package: Package, how: str) -> None:
    """Lets something refer to this package in one of the ways that there are."""
    other, task = uploaded("other"), InstallTask.objects.create(workspace_id="w")
    if how in ("installed", "shadowed"):
        field = {"installed": {"package": package}, "shadowed": {"package": other, "shadowed": package}}[how]
        Installation.objects.create(workspace_id="w", plugin_id=package.plugin_id, source="package", **field)
    elif how == "replaced":
        InstallItem.objects.create(task=task, package=other, replaces=package, source="p", status=Status.SUCCESS)
    else:
        InstallItem.objects.create(task=task, package=package, source="p", status=how)


def test_what_nobody_wants_goes_with_its_file_after_a_grace_time() -> None:
    gone, fresh = forgotten("gone"), forgotten("fresh", days=29)
    looked = discarding.tidy(30 * DAY, dry=True)
    assert storing.has_package(gone.unique_identifier)
    assert discarding.tidy(30 * DAY) == looked == {gone.unique_identifier: gone.size}
    assert not storing.has_package(gone.unique_identifier)
    assert list(Package.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert storing.has_package(fresh.unique_identifier)
    assert upload_package(packages.package("tool", name="gone")).unique_identifier == gone.unique_identifier


@pytest.mark.parametrize("how", ["installed", "shadowed", "replaced", "pending", "failed", "success"])
def test_what_anything_refers_to_stays(how: str) -> None:
    package = forgotten("needed")
    refer(package, how)
    assert discarding.tidy(30 * DAY) == {}
    assert storing.has_package(package.unique_identifier)
    assert Package.objects.get(pk=package.pk).unwanted_since is None, "the time begins anew"


def test_the_time_begins_when_its_last_reference_goes() -> None:
    package = uploaded("left")
    refer(package, "installed")
    assert discarding.tidy(DAY) == {}
    Installation.objects.all().delete()
    assert discarding.tidy(DAY) == {}
    since = Package.objects.get(pk=package.pk).unwanted_since
    assert since is not None
    discarding.tidy(DAY)
    assert Package.objects.get(pk=package.pk).unwanted_since == since, "it is not put off by looking"
    uploaded("left")
    assert Package.objects.get(pk=package.pk).unwanted_since is None, "it was uploaded again: somebody wants it"


def test_who_wants_it_at_the_last_moment_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    package = forgotten("late")
    real = discarding.remove

    def wanted_meanwhile(pk: int, due: Any) -> bool:
        refer(package, "pending")
        return real(pk, due)

    monkeypatch.setattr(discarding, "remove", wanted_meanwhile)  # between looking and removing
    assert discarding.tidy(30 * DAY) == {}
    assert storing.has_package(package.unique_identifier)


def test_an_upload_that_meets_its_removal_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    identifier, real = forgotten("again").unique_identifier, uploading.write_rows

    def after_its_removal(*given: Any) -> Package:
        discarding.tidy(30 * DAY)
        return real(*given)

    monkeypatch.setattr(uploading, "write_rows", after_its_removal)  # the file is written, its row waits
    assert uploaded("again").unique_identifier == identifier
    assert storing.has_package(identifier)


def test_a_task_about_what_has_just_gone_says_so() -> None:
    package = uploaded("gone")
    Package.objects.filter(pk=package.pk).delete()
    with pytest.raises(installing.NotUploaded, match="has not been uploaded"):
        begin("w", [InstallItem(package=package, source="package")])
    assert not InstallTask.objects.exists()


def test_the_command_says_which_go(house: Any, capsys: Any) -> None:
    package = forgotten("gone")
    call_command("tidy", "--dry-run")
    assert f"package {package.unique_identifier}  " in capsys.readouterr().out
    house.PLUGIN_PACKAGE_DAYS = 0
    call_command("tidy")
    assert storing.has_package(package.unique_identifier), "0: for ever"
    fresh = uploaded("fresh")
    call_command("tidy", "--days", "0")
    said = capsys.readouterr().out
    assert package.unique_identifier in said
    assert fresh.unique_identifier in said
    assert not Package.objects.exists()


def test_a_node_removes_both_by_its_settings(house: Any) -> None:
    assert tidying.usual() == {"days": 7, "package_days": 30}
    house.PLUGIN_UNUSED_DAYS = 0
    forgotten("gone")
    found = tidying.tidy(**tidying.usual())
    assert (found.counts[:3], len(found.packages)) == ((0, 0, 0), 1)


def test_the_doctor_says_when_they_go() -> None:
    uploaded("idle")
    (told,) = [one for one in doctor.stale_rows() if one.area == "packages"]
    assert "manage.py tidy" in told.to_do
