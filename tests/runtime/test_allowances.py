"""What a plugin is allowed: between a floor and a most whatever its manifest says, and as an operator decides for it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from runtime import allowances, cgroups, environment, owners, preparing, tidying
from runtime.limits import MIB, Limits
from runtime.models import Package, PluginLimit
from runtime.uploading import upload_package
from tests.runtime import packages

ROOT = os.geteuid() == 0
# the tests' own connection must stay open
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def package(settings: Any, tmp_path: Path) -> Package:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.PLUGIN_WORKING_PATH = tmp_path / "plugins"
    return upload_package(packages.package("tool"))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Others may enter it; those of tests are closed."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def limits_of(package: Package) -> Limits:
    folder = preparing.unpacked(package)
    return allowances.limits_for(package, (folder, *preparing.scratch(folder)), Path("/usr/bin/env"))


@pytest.mark.parametrize(
    ("wish", "memory"), [(1, 512), (700 * MIB, 700), (64 << 30, 2048), (None, 512), ("much", 512), (-5, 512)]
)
def test_a_manifest_can_only_wish(package: Package, wish: Any, memory: int) -> None:
    package.declaration["resource"] = {"memory": wish}
    assert limits_of(package).memory == memory * MIB


def test_an_operator_decides_for_one_plugin(package: Package) -> None:
    PluginLimit.objects.create(plugin_id=package.plugin_id, memory=3 << 30, cpu=50, descriptors=0)
    found = limits_of(package)
    assert (found.memory, found.cpu, found.descriptors, found.processes) == (3 << 30, 0.5, 0, 512)
    PluginLimit.objects.update(plugin_id="somebody/else")
    assert limits_of(package).memory == 512 * MIB


def test_what_it_writes_too_much_is_gone_when_it_starts_again(package: Package) -> None:
    folder = preparing.unpacked(package)
    home, temporary = preparing.scratch(folder)
    for full in (folder, home, temporary):
        (full / "much").write_bytes(bytes(MIB))
    preparing.emptied(package, (folder, home, temporary), Path("/usr/bin/env"))
    assert [list(one.iterdir()) for one in (home, temporary)] == [[], []]
    assert (folder / "manifest.yaml").exists()
    assert not (folder / "much").exists()


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_what_it_writes_into_its_requirements_is_not_installed(package: Package) -> None:
    """Building runs as the host does, so that what is built comes from the package."""
    folder = preparing.unpacked(package)
    wanted = (folder / "requirements.txt").read_text()
    assert preparing.source_of(package.unique_identifier, folder) == folder
    owners.give(folder, 58_390)
    (folder / "requirements.txt").unlink()
    (folder / "requirements.txt").symlink_to("/etc/shadow")
    source = preparing.source_of(package.unique_identifier, folder)
    assert (source / "requirements.txt").read_text() == wanted
    assert (source.stat().st_uid, source.parent) == (0, folder.parent)
    assert source in tidying.parts_of(folder)
    options = preparing.environment_options()
    assert list(tidying.keys_of({package.unique_identifier}, options)) == [environment.key(source, options)]


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_who_it_runs_as_is_told_or_why_not(package: Package, settings: Any) -> None:
    assert "others may not enter" in limits_of(package).why  # the folder of a test is closed
    settings.PLUGIN_USERS = range(0)
    assert "PLUGIN_USERS" in limits_of(package).why


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_two_plugins_get_two_users_and_keep_them(settings: Any, open_folder: Path) -> None:
    settings.PLUGIN_WORKING_PATH = open_folder
    settings.PLUGIN_USERS = range(58_400, 58_500)
    users = []
    for name in ("one", "two", "one"):
        folder = open_folder / "author" / name
        folder.mkdir(parents=True, exist_ok=True)
        user, why = allowances.owner((folder, *preparing.scratch(folder)), Path("/usr/bin/env"))
        assert why == ""
        assert folder.stat().st_uid == user
        users.append(user)
    assert users == [58_400, 58_401, 58_400]


# The command.


def told(capsys: Any, *arguments: str) -> str:
    call_command("limits", *arguments)
    return str(capsys.readouterr().out)


def test_the_command_decides_shows_and_forgets(package: Package, capsys: Any) -> None:
    name = package.plugin_id
    assert "All follow the settings: 512 MiB of memory, or up to 2 GiB" in told(capsys)
    shown = told(capsys, name, "--memory", "1.5GiB", "--cpu", "50", "--descriptors", "0")
    assert "memory       1536 MiB   (without your decision 512 MiB)" in shown
    assert "descriptors  no limit" in shown
    assert "the next time" in shown
    assert limits_of(package).memory == 1536 * MIB
    assert f"{name}: memory 1536 MiB, descriptors no limit, cpu 50 % of one core" in told(capsys)
    assert "memory       512 MiB\n" in told(capsys, name, "--usual")
    assert not PluginLimit.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody/nothing"], "There is no plugin nobody/nothing"),
        (["--memory", "1GiB"], "Name the plugin"),
        (["a/b", "--memory", "lots"], "no size such as 512MiB"),
        (["a/b", "--processes", "-3"], "no whole number"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("limits", *arguments)


# Control groups, as far as files tell; the kernel's part needs a machine that hands its controllers on.


def test_a_group_is_written_what_it_is_held_to() -> None:
    found = cgroups.settings_of(Limits(memory=5, processes=6, cpu=0.5))
    assert found == {
        "memory.oom.group": "1",
        "memory.max": "5",
        "memory.swap.max": "0",
        "pids.max": "6",
        "cpu.max": "50000 100000",
    }


def hierarchy(tmp_path: Path, controllers: str, members: str = "") -> Path:
    for name, content in {"controllers": controllers, "subtree_control": "", "procs": members}.items():
        (tmp_path / f"cgroup.{name}").write_text(content)
    return tmp_path


def test_controllers_are_handed_on_where_nobody_else_lives(tmp_path: Path) -> None:
    group = hierarchy(tmp_path, "cpuset cpu io memory pids", str(os.getpid()))
    assert cgroups.ready(group) == group
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    assert (group / cgroups.LEAF / "cgroup.procs").read_text() == str(os.getpid())


@pytest.mark.parametrize(("controllers", "members"), [("cpu io", ""), ("memory pids", "1234567")])
def test_there_are_no_groups_without_controllers_or_beside_others(
    tmp_path: Path, controllers: str, members: str
) -> None:
    group = hierarchy(tmp_path, controllers, members)
    assert cgroups.ready(group) is None
    assert (group / "cgroup.subtree_control").read_text() == ""


@pytest.mark.skipif(cgroups.root() is None, reason="this machine hands on no control groups of version 2")
def test_the_kernel_holds_a_group_to_its_memory() -> None:
    from runtime.guarding import Ward
    from tests.runtime.test_confining import run

    ward = Ward(Limits(memory=64 * MIB))
    done = run("bytearray(200 << 20)", **ward.confinement())
    assert done.returncode < 0
    assert "It used more than 64 MiB of memory" in ward.end()


def test_with_a_group_the_address_space_is_free() -> None:
    limits = Limits(memory=100 * MIB, cpu=1.0)
    assert limits.packed()["data"] == 1124 * MIB
    assert "nice" in limits.packed()
    assert {"data", "nice"}.isdisjoint(limits.packed("/a/group"))
