"""`manage.py doctor`: what is not well is found, with what to do; what is well is left in peace."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from runtime import agreeing, headroom, rehearsing, storing
from runtime.cluster import MemoryCluster, NodeInfo, PluginState
from runtime.doctoring import Finding, examine, host, plugins, services, worst
from runtime.identity import Identity, identity_of
from runtime.models import InstallItem, InstallTask
from runtime.orphans import VARIABLE
from tests.api import Api
from tests.programs import free_port
from tests.runtime.test_agreeing import PLUGIN, cluster, install, package, usual  # noqa: F401 - fixtures
from tests.servers import Host

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.DATA_DIR = tmp_path
    return settings


def found(check: Callable[[], Iterator[Finding]], words: str = "") -> list[tuple[str, str]]:
    return [(one.level, one.says) for one in check() if words in one.says]


# A server that is well, asked from outside.


def test_a_server_that_is_well(host: Host, tmp_path: Path) -> None:
    api = Api(host.url, host.key, "doctored")
    with api.http:
        api.bring_up("echo", tmp_path)
    told = json.loads(host.manage("doctor", "--json"))
    assert told["worst"] in ("ok", "note", "warn")
    says = [one["says"] for one in told["findings"]]
    assert any("is here" in one for one in says)
    assert any("installed" in one and "running" in one for one in says)
    assert "installed packages are in storage" in " ".join(says)
    assert "installed" in host.manage("doctor")


def test_only_who_has_the_key_is_told(settings: Any) -> None:
    assert Client().get("/health/doctor").status_code == 401
    answer = Client(headers={"X-Api-Key": settings.SERVER_KEY}).get("/health/doctor").json()
    assert answer["worst"] in ("warn", "bad")
    assert {"level", "area", "says", "to_do", "about"} == set(answer["findings"][0])


def test_it_ends_with_one_where_something_is_bad(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SERVER_PORT = free_port()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--quiet")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "The server does not answer" in said
    assert "No worker is here" in said
    assert "\n  ok" not in said


def test_a_check_that_fails_is_a_finding_and_the_next_one_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "standings", lambda: 1 / 0)
    says = [one.says for one in examine()]
    assert any(one.startswith("standing could not be examined") for one in says)
    assert any("memory are available" in one for one in says)
    assert worst([]) == "ok"


# What is not well.


def test_every_difference_is_told_with_its_reason(cluster: MemoryCluster) -> None:  # noqa: F811
    install("w")
    cluster.tell({PLUGIN: PluginState("failed", "No module named yaml.", node="n-1")}, "n-1")
    (level, says), _ = found(plugins.standing)
    assert (level, says) == (
        "bad",
        "acme/weather in w is failed on n-1 and should be on call: No module named yaml.",
    )
    cluster.tell({PLUGIN: PluginState("asleep")}, "n-1")
    assert found(plugins.standing) == [("ok", "1 installed: 1 asleep.")]


def test_a_node_that_holds_and_is_not_heard_of(cluster: MemoryCluster) -> None:  # noqa: F811
    cluster.take(PLUGIN, "gone")
    assert found(plugins.nodes, "gone") == [("warn", "gone holds 1 plugins and has not been heard of.")]
    assert found(plugins.stale_rows, "wished by no row")[0][0] == "note"
    cluster.members.clear()
    assert found(plugins.nodes, "No worker")[0][0] == "bad"


def test_a_process_of_this_host_that_is_silent(cluster: MemoryCluster, tmp_path: Path) -> None:  # noqa: F811
    identity = Identity(tmp_path / "nodes")
    assert found(plugins.nodes, identity.id)[0][0] == "warn"
    cluster.join(NodeInfo(identity.id, socket.gethostname(), ""))
    assert found(plugins.nodes, "has not heard") == []
    identity.release()


def test_an_address_that_is_not_reached(cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(cluster, "votes", lambda: {"10.0.0.2:5010": {"n-2": False, "n-3": True}})
    assert found(plugins.nodes, "10.0.0.2") == [("warn", "10.0.0.2:5010 is not reached by n-2.")]


def test_a_package_whose_file_is_gone(cluster: MemoryCluster, tmp_path: Path) -> None:  # noqa: F811
    install("w")
    assert found(plugins.packages) == [("bad", f"The package {PLUGIN} is installed, and its file is not in storage.")]
    file = tmp_path / "p"
    file.write_bytes(b"x")
    with file.open("rb") as content:
        storing.keep_package(PLUGIN, content)
    assert found(plugins.packages) == [("ok", "All 1 installed packages are in storage.")]


def test_a_task_that_nobody_works_on() -> None:
    task = InstallTask.objects.create(workspace_id="w")
    item = InstallItem.objects.create(task=task, package=package(), status="running", worker="n-9", source="package")
    InstallItem.objects.update(lease_until=timezone.now() - timedelta(minutes=5))
    assert "n-9" in found(plugins.tasks)[0][1]
    InstallItem.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert found(plugins.tasks)[0][0] == "note"
    InstallItem.objects.update(lease_until=None, created_at=timezone.now() - timedelta(hours=1))
    assert "nobody has taken it" in found(plugins.tasks)[0][1]
    item.delete()
    assert found(plugins.tasks) == []


def test_rows_that_stand_for_nothing(cluster: MemoryCluster) -> None:  # noqa: F811
    agreeing.agree("w", "acme/weather", sleep="always")
    package("other")
    says = [one[1] for one in found(plugins.stale_rows)]
    assert any("not installed there" in one for one in says)
    assert "1 uploaded packages are installed nowhere." in says


def test_processes_that_have_outlived_their_node(tmp_path: Path) -> None:
    identity = Identity(tmp_path / "nodes")
    marked = {"PATH": os.environ["PATH"], VARIABLE: identity.id}
    with subprocess.Popen(["/bin/sleep", "60"], env=marked) as left:
        try:
            time.sleep(0.2)
            assert found(host.orphans) == [], "its node runs"
            identity.release()
            assert str(left.pid) in found(host.orphans)[0][1]
        finally:
            left.kill()
    assert identity_of(tmp_path / "nodes" / "0.lock") == identity.id


def test_redis_that_is_away(settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert found(services.redis)[0][0] == "bad"


def test_redis_that_answers(settings: Any, redis_server: str) -> None:
    settings.REDIS_URL = redis_server
    ((level, says),) = found(services.redis)
    assert (level, says[:20]) == ("ok", "Redis answers within")


def test_clocks_that_differ() -> None:
    now = datetime.now(UTC)
    assert list(services.skewed("redis", now)) == []
    (told,) = services.skewed("redis", now - timedelta(minutes=3))
    assert "+180.0 s" in told.says


def test_a_database_that_is_slow() -> None:
    assert services.timed("database", "It answers", 0.5).level == "warn"
    assert found(services.database)[0][0] == "ok"
    assert found(services.migrations) == []


@pytest.mark.parametrize(("free", "level"), [(100 << 20, "bad"), (500 << 20, "warn"), (50 << 30, "ok")])
def test_a_disk_that_fills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, level: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1 << 40, 0, free))
    assert [one.level for one in host.room("DATA_DIR", tmp_path)] == [level]


def test_memory_that_runs_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headroom, "available", lambda: 10 << 20)
    assert found(host.memory)[0][0] == "warn"


def test_few_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 4096))
    assert "1024 open files" in found(host.limits)[0][1]


def test_where_screening_cannot_confine_it_is_said(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(host.confinement) == []  # dry runs are switched off in tests
    settings.SCREENING_REHEARSAL = True
    monkeypatch.setattr(rehearsing, "obstacle", lambda: "")
    assert found(host.confinement) == [("ok", "Dry runs of screening can be confined here.")]
    monkeypatch.setattr(rehearsing, "obstacle", lambda: "unshare: Operation not permitted")
    says = "Screening makes no dry runs here, since plugins cannot be confined: unshare: Operation not permitted."
    assert found(host.confinement) == [("warn", says)]


def test_no_uv(settings: Any) -> None:
    settings.UV_PATH = "/nowhere/uv"
    assert found(host.programs) == [("bad", "uv was not found at /nowhere/uv")]
