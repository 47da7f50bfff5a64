"""From a file to a plugin: upload, consent, the task, and what is told when it does not work."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from runtime.models import Installation, InstallTask, Package
from runtime.uploading import upload_package
from tests.runtime import packages

pytestmark = pytest.mark.django_db
UPLOAD = "/w/support/upload"
JSON = {"Accept": "application/json"}


def sent(data: bytes, name: str = "demo.difypkg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks stay as they were made: the broker is the edge of this process."""
    monkeypatch.setattr("runtime.tasks.run_install_item.delay", lambda item_id: None)


# Upload.


def test_a_package_leads_to_its_sheet(visit: Callable[..., Client]) -> None:
    data = packages.package(privacy="https://acme.example/privacy")
    page = visit("admin").post(UPLOAD, {"package": sent(data)}, follow=True)
    assert page.redirect_chain[0][0] == f"/w/support/install?p={packages.identifier(data)}"
    for expected in ("Install Demo", "by acme", "Unsafe: not signed by a trusted key", "https://acme.example/privacy"):
        assert expected in page.text
    assert "Nothing of this workspace" in page.text


def test_several_at_once_are_on_one_sheet(visit: Callable[..., Client]) -> None:
    files = [sent(packages.package(name=name), f"{name}.difypkg") for name in ("one", "two", "three")]
    page = visit().post(UPLOAD, {"package": files}, follow=True)
    assert "Install 3 plugins" in page.text


def test_what_was_taken_goes_on_and_what_was_not_is_told(visit: Callable[..., Client]) -> None:
    files = [sent(packages.package()), sent(b"no zip", "broken.difypkg")]
    page = visit().post(UPLOAD, {"package": files}, follow=True)
    assert "Install Demo" in page.text
    assert "broken.difypkg was not taken" in page.text


@pytest.mark.parametrize(("name", "content"), [("a.difypkg", b"no zip"), ("b.difybndl", b"")])
def test_what_is_no_package_is_refused_in_a_sentence(visit: Callable[..., Client], name: str, content: bytes) -> None:
    page = visit().post(UPLOAD, {"package": sent(content or packages.package(), name)})
    assert page.status_code == 422
    assert f"{name} was not taken" in page.text


def test_an_empty_form_says_what_is_missing(visit: Callable[..., Client]) -> None:
    page = visit().post(UPLOAD)
    assert page.status_code == 422
    assert "Choose a .difypkg file first" in page.text


def test_what_policy_keeps_out_is_shown_with_the_way_to_allow_it(visit: Callable[..., Client], house: Any) -> None:
    house.FORCE_VERIFYING_SIGNATURE = True
    permission = {"tool": {"enabled": True}}
    data = packages.package(resource={"memory": 1024, "permission": permission})
    page = visit().post(UPLOAD, {"package": sent(data)}).text
    for expected in (
        "takes only packages that a trusted key has signed",
        "Nobody has signed this package",
        "Call other tools",
        "FORCE_VERIFYING_SIGNATURE=false",
        "Demo",
    ):
        assert expected in page
    assert not Package.objects.exists()


def test_our_script_is_told_where_to_go(visit: Callable[..., Client]) -> None:
    data = packages.package()
    taken = visit().post(UPLOAD, {"package": sent(data)}, headers=JSON)
    assert taken.json() == {"address": f"/w/support/install?p={packages.identifier(data)}"}
    refused = visit().post(UPLOAD, {"package": sent(b"no zip")}, headers=JSON)
    assert refused.status_code == 422
    assert 'id="refused"' in refused.json()["refused"]


# Consent.


def test_installing_begins_a_task(visit: Callable[..., Client], echo: Package) -> None:
    answer = visit().post(f"/w/support/install?p={echo.unique_identifier}")
    task = InstallTask.objects.get()
    assert answer["Location"] == f"/w/support/activity/{task.id}"
    assert task.items.get().package == echo


def test_the_sheet_of_another_version_says_what_it_replaces(
    visit: Callable[..., Client], install: Callable[[Package], Installation]
) -> None:
    install(upload_package(packages.package(version="1.0.0")))
    newer = upload_package(packages.package(version="1.1.0"))
    assert "Version 1.0.0 is installed" in visit().get(f"/w/support/install?p={newer.unique_identifier}").text


def test_what_is_installed_is_not_installed_again(visit: Callable[..., Client], installed: Installation) -> None:
    page = visit().post(f"/w/support/install?p={installed.package.unique_identifier}", follow=True)
    assert "installed already" in page.text
    assert not InstallTask.objects.exists()


def test_policy_holds_on_the_sheet_too(visit: Callable[..., Client], echo: Package, house: Any) -> None:
    house.FORCE_VERIFYING_SIGNATURE = True
    address = f"/w/support/install?p={echo.unique_identifier}"
    assert "disabled" in visit().get(address).text
    assert visit().post(address).status_code == 422
    assert not InstallTask.objects.exists()


@pytest.mark.parametrize("query", ["", "?p=nothing", "?p=a/b:1.0.0@00"])
def test_a_sheet_of_nothing_is_not_there(visit: Callable[..., Client], query: str) -> None:
    assert visit().get(f"/w/support/install{query}").status_code == 404


def test_links_of_hostile_manifests_are_not_followed(visit: Callable[..., Client], echo: Package) -> None:
    echo.declaration |= {"privacy": "javascript:alert(1)", "repo": "data:text/html,x", "label": {"en_US": "<b>x</b>"}}
    echo.save()
    page = visit().get(f"/w/support/install?p={echo.unique_identifier}").text
    assert "javascript:" not in page
    assert "data:text" not in page
    assert "<b>x</b>" not in page


# The task.


@pytest.fixture
def task(installed: Installation, echo: Package) -> InstallTask:
    made = InstallTask.objects.create(workspace_id=installed.workspace_id)
    made.items.create(package=echo, source="package", status="running", step="download", percent=40, log="one\ntwo")
    return made


def test_a_running_task_shows_how_far_it_is_and_asks_again(visit: Callable[..., Client], task: InstallTask) -> None:
    address = f"/w/support/activity/{task.id}"
    page = visit("member").get(address).text
    for expected in ("Installing", 'value="40"', "Downloading what it depends on", "one\ntwo", f'hx-get="{address}"'):
        assert expected in page
    part = visit("member").get(address, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="task"')


def test_a_task_that_ended_well_leads_to_the_plugin_and_is_quiet(
    visit: Callable[..., Client], task: InstallTask
) -> None:
    task.items.update(status="success")
    InstallTask.objects.update(status="success")
    page = visit().get(f"/w/support/activity/{task.id}").text
    assert "Open Echo" in page
    assert "hx-trigger" not in page


def test_a_task_that_failed_says_why_and_is_tried_again(visit: Callable[..., Client], task: InstallTask) -> None:
    task.items.update(status="failed", message="The index does not answer.")
    InstallTask.objects.update(status="failed")
    address = f"/w/support/activity/{task.id}"
    assert "The index does not answer." in visit().get(address).text
    assert "Retry" not in visit("member").get(address).text
    answer = visit("admin").post(f"{address}/retry", {"item": str(task.items.get().pk)})
    assert answer["Location"] == address
    assert task.items.get().status == "pending"


def test_a_task_is_cancelled(visit: Callable[..., Client], task: InstallTask) -> None:
    visit().post(f"/w/support/activity/{task.id}/cancel")
    item = task.items.get()
    assert (item.status, item.message) == ("failed", "Cancelled.")


def test_a_task_that_is_no_longer_kept_says_so(visit: Callable[..., Client], task: InstallTask) -> None:
    address = f"/w/support/activity/{task.id}"
    task.delete()
    page = visit().get(address)
    assert page.status_code == 404
    assert "no longer kept" in page.text


def test_the_list_leads_to_what_is_under_way(visit: Callable[..., Client], task: InstallTask) -> None:
    assert f"/w/support/activity/{task.id}" in visit("member").get("/w/support/plugins").text
    assert f"/w/support/activity/{task.id}" in visit("member").get("/w/support/activity").text
