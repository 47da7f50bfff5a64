"""Installing: what is begun, how a worker does it, what it writes, and what happens when things go wrong in between."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from runtime import installing, node
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.errors import NotFound, Refused, StartFailed
from runtime.installing import aftercare, hold
from runtime.installing.items import claim, finish
from runtime.installing.tasks import Lost, shortened
from runtime.keeper import Listener, Progress
from runtime.models import Installation, InstallItem, InstallTask, Package, Provider, Status
from runtime.node import Node, NodeOptions
from runtime.uploading import upload_package
from tests.runtime import packages

W = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


class Bench(Node):
    """A node that starts nothing: `work` says how bringing a plugin up goes."""

    def __init__(self, work: Callable[[Listener], None] = lambda listener: None) -> None:
        info = NodeInfo("bench", "here", "")
        options = NodeOptions(info, wishes=lambda: (), forget=lambda: None, logs=Path())
        super().__init__(options, MemoryCluster(), lambda owner: NotImplemented)
        self.work = work
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.nudges = 0

    def bring_up(self, plugin: str, listener: Listener) -> None:
        self.begun.append(plugin)
        self.work(listener)

    def end_trial(self, plugin: str) -> None:
        self.ended.append(plugin)

    def nudge(self) -> None:
        self.nudges += 1


@pytest.fixture(autouse=True)
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Storage of its own, no signature policy; ids of items that were handed to workers."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.FORCE_VERIFYING_SIGNATURE = False
    ids: list[int] = []
    monkeypatch.setattr("runtime.tasks.run_install_item.delay", ids.append)
    return ids


@pytest.fixture
def bench() -> Iterator[Bench]:
    here = Bench()
    node.set_here(here)
    yield here
    node.set_here(None)


def upload(version: str = "0.0.1", kind: str = "tool", **more: Any) -> Package:
    return upload_package(packages.package(kind, version=version, **more))


def ask(*wanted: Package, workspace: str = W, **more: Any) -> InstallTask:
    identifiers = [package.unique_identifier for package in wanted]
    task = installing.install(workspace, identifiers=identifiers, source="package", **more)
    assert task is not None
    return task


def done(*wanted: Package, workspace: str = W) -> Installation:
    """Installed, by the whole way through."""
    task = ask(*wanted, workspace=workspace)
    for item in task.items.all():
        installing.run_item(item.pk)
    return Installation.objects.get(workspace_id=workspace, plugin_id=wanted[0].plugin_id)


def only_item(task: InstallTask) -> InstallItem:
    task.refresh_from_db()
    return task.items.get()


def failing(message: str) -> Callable[[Listener], None]:
    def work(listener: Listener) -> None:
        listener(Progress("sync", 40, "resolving"))
        listener(Progress("sync", 41, "no such wheel"))
        raise StartFailed(message)

    return work


# Asking.


@pytest.mark.django_db
class TestAsking:
    def test_a_task_has_an_item_for_each_plugin(self) -> None:
        one, two = upload(), upload(name="two")
        task = ask(one, two, metas=[{"a": 1}, {}])
        assert (task.status, task.workspace_id) == ("running", W)
        rows: list[Any] = list(task.items.values_list("package_id", "status", "source", "meta", "replaces_id"))
        assert rows == [(one.pk, "pending", "package", {"a": 1}, None), (two.pk, "pending", "package", {}, None)]

    def test_items_are_sent_when_they_are_committed(
        self, sent: list[int], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            task = ask(upload())
            assert sent == []
        assert sent == [only_item(task).pk]

    def test_a_broker_that_is_away_does_not_undo_the_task(
        self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        def refuse(item_id: int) -> None:
            raise ConnectionError

        monkeypatch.setattr("runtime.tasks.run_install_item.delay", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            task = ask(upload())
        assert only_item(task).status == "pending"

    @pytest.mark.parametrize("metas", [None, []])
    def test_absent_metas_are_empty(self, metas: Any) -> None:
        assert only_item(ask(upload(), metas=metas)).meta == {}

    def test_metas_must_fit(self) -> None:
        with pytest.raises(Refused, match="number of metas must be equal"):
            ask(upload(), metas=[{}, {}])

    def test_what_was_not_uploaded(self) -> None:
        with pytest.raises(installing.NotUploaded, match="failed to get plugin declaration: acme/x"):
            installing.install(W, identifiers=["acme/x:1.0.0@" + "0" * 64], source="package")

    def test_the_same_one_twice_is_one(self) -> None:
        package = upload()
        assert ask(package, package).items.count() == 1

    def test_two_versions_at_once(self) -> None:
        with pytest.raises(Refused, match="two versions"):
            ask(upload("0.0.1"), upload("0.0.2"))

    def test_a_second_click_leads_to_the_first_task(self) -> None:
        package = upload()
        first = ask(package)
        assert ask(package) == first
        assert ask(package, workspace=OTHER) != first
        assert ask(package, upload(name="two")) != first

    def test_everything_installed_needs_no_task(self, bench: Bench) -> None:
        package = upload()
        done(package)
        assert installing.install(W, identifiers=[package.unique_identifier], source="package") is None

    def test_another_version_is_a_switch(self, bench: Bench) -> None:
        old, new = upload("0.0.2"), upload("0.0.1")
        before = done(old)
        task = ask(new)
        assert only_item(task).replaces == old
        installing.run_item(only_item(task).pk)
        after = Installation.objects.get()
        assert (after.pk, after.package) == (before.pk, new)


@pytest.mark.django_db
class TestUpgrading:
    def ask(self, old: Package, new: Package) -> InstallTask | None:
        return installing.upgrade(
            W, original=old.unique_identifier, new=new.unique_identifier, source="marketplace", meta={"n": 1}
        )

    def test_it_keeps_the_installation_and_changes_what_is_in_it(self, bench: Bench) -> None:
        old, new = upload("0.0.1"), upload("0.0.2", provider_name="renamed")
        before = done(old)
        Installation.objects.update(endpoints_setups=3, endpoints_active=2)
        task = self.ask(old, new)
        assert task is not None
        installing.run_item(only_item(task).pk)
        after = Installation.objects.get()
        assert (after.pk, after.created_at, after.package) == (before.pk, before.created_at, new)
        assert (after.source, after.meta) == ("marketplace", {"n": 1})
        assert (after.endpoints_setups, after.endpoints_active) == (3, 2)
        assert [provider.name for provider in Provider.objects.all()] == ["renamed"]
        assert (only_item(task).message, task.status) == ("upgraded", "success")

    def test_providers_that_stay_keep_their_ids(self, bench: Bench) -> None:
        old, new = upload("0.0.1"), upload("0.0.2")
        done(old)
        provider = Provider.objects.get()
        task = self.ask(old, new)
        assert task is not None
        installing.run_item(only_item(task).pk)
        assert Provider.objects.get().pk == provider.pk

    def test_the_old_version_stays_when_the_new_one_does_not_start(self, bench: Bench) -> None:
        old, new = upload("0.0.1"), upload("0.0.2")
        done(old)
        bench.work = failing("no wheel")
        task = self.ask(old, new)
        assert task is not None
        installing.run_item(only_item(task).pk)
        assert Installation.objects.get().package == old

    def test_refusals(self, bench: Bench) -> None:
        old, new, other = upload("0.0.1"), upload("0.0.2"), upload("0.0.2", name="other")
        with pytest.raises(Refused, match="are the same"):
            self.ask(old, old)
        with pytest.raises(Refused, match="id are different"):
            self.ask(old, other)
        with pytest.raises(NotFound, match="plugin installation not found for this tenant"):
            self.ask(old, new)
        done(old, workspace=OTHER)
        with pytest.raises(NotFound):
            self.ask(old, new)
        done(upload("0.0.3"))
        with pytest.raises(NotFound):
            self.ask(old, new)

    def test_again_is_done_already(self, bench: Bench) -> None:
        old, new = upload("0.0.1"), upload("0.0.2")
        done(new)
        assert self.ask(old, new) is None


# Doing.


@pytest.mark.django_db
class TestDoing:
    @pytest.mark.parametrize("kind", packages.KINDS)
    def test_success_is_an_installation_with_its_providers(self, bench: Bench, kind: str) -> None:
        package = upload(kind=kind, provider_name="gives")
        task = ask(package, metas=[{"m": 1}])
        installing.run_item(only_item(task).pk)
        item = only_item(task)
        assert (task.status, item.status, item.message, item.percent) == ("success", "success", "installed", 100)
        assert (item.attempts, item.lease_until) == (1, None)
        row = Installation.objects.get()
        assert (row.workspace_id, row.plugin_id, row.package) == (W, "acme/demo", package)
        assert (row.runtime_type, row.source, row.meta) == ("local", "package", {"m": 1})
        providers = [(p.kind, p.name, p.workspace_id) for p in row.providers.all()]
        assert providers == ([] if kind == "endpoint" else [(kind, "gives", W)])
        assert bench.begun == bench.ended == [package.unique_identifier]

    def test_nothing_is_written_before_the_plugin_beats(self, bench: Bench) -> None:
        seen: list[tuple[int, str]] = []

        def look(listener: Listener) -> None:
            seen.append((Installation.objects.count(), InstallItem.objects.get().status))

        bench.work = look
        done(upload())
        assert seen == [(0, "running")]

    def test_the_trial_ends_after_the_rows_are_there(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[int] = []
        monkeypatch.setattr(bench, "end_trial", lambda plugin: seen.append(Installation.objects.count()))
        done(upload())
        assert seen == [1]

    def test_everybody_is_told_when_it_is_committed(
        self, bench: Bench, django_capture_on_commit_callbacks: Any
    ) -> None:
        package = upload()
        version = bench.cluster.version()
        with django_capture_on_commit_callbacks(execute=True):
            done(package)
            assert bench.cluster.version() == version
        assert bench.cluster.version() > version
        assert bench.nudges == 1

    def test_failure_says_why_and_keeps_the_output(self, bench: Bench) -> None:
        bench.work = failing("The wheel of numpy could not be built.")
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        item = only_item(task)
        assert (task.status, item.status) == ("failed", "failed")
        assert item.message == "The wheel of numpy could not be built."
        assert item.log == "resolving\nno such wheel"
        assert not Installation.objects.exists()
        assert bench.ended == bench.begun

    def test_what_nobody_foresaw_fails_the_item_too(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        bench.work = lambda listener: {}["missing"]  # type: ignore[index]
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        assert only_item(task).message == "The host failed to install it: 'missing'"
        assert "KeyError" in caplog.text

    def test_the_output_is_cut_to_its_last_lines(self, bench: Bench) -> None:
        def chatter(listener: Listener) -> None:
            for number in range(1000):
                listener(Progress("sync", 50, f"line {number}"))

        bench.work = chatter
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        lines = only_item(task).log.splitlines()
        assert (len(lines), lines[0], lines[-1]) == (hold.LOG_LINES, "line 800", "line 999")

    def test_a_message_that_comes_twice_is_done_once(self, bench: Bench) -> None:
        task = ask(upload())
        for _ in range(2):
            installing.run_item(only_item(task).pk)
        assert len(bench.begun) == 1
        installing.run_item(987654)

    def test_a_task_runs_until_all_have_ended_and_fails_if_one_did(self, bench: Bench) -> None:
        task = ask(upload(), upload(name="two"))
        first, second = task.items.all()
        bench.work = failing("no")
        installing.run_item(first.pk)
        task.refresh_from_db()
        assert task.status == "running"
        bench.work = lambda listener: None
        installing.run_item(second.pk)
        task.refresh_from_db()
        assert task.status == "failed"

    def test_two_workspaces_share_a_package(self, bench: Bench) -> None:
        package = upload()
        done(package)
        done(package, workspace=OTHER)
        assert Installation.objects.filter(package=package).count() == 2

    def test_two_tasks_for_the_same_thing_both_succeed(self, bench: Bench) -> None:
        package = upload()
        first = ask(package)
        second = ask(package, upload(name="two"))
        for item in InstallItem.objects.all():
            installing.run_item(item.pk)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.status, second.status) == ("success", "success")
        assert Installation.objects.count() == 2

    def test_an_upgrade_of_what_was_uninstalled_meanwhile(self, bench: Bench) -> None:
        installation = done(upload("0.0.1"))
        task = ask(upload("0.0.2"))
        installing.uninstall(installation)
        installing.run_item(only_item(task).pk)
        assert "uninstalled while" in only_item(task).message
        assert not Installation.objects.exists()

    def test_a_version_that_somebody_else_chose_meanwhile_stays(self, bench: Bench) -> None:
        done(upload("0.0.1"))
        slow, quick = ask(upload("0.0.2")), ask(upload("0.0.3"))
        installing.run_item(only_item(quick).pk)
        installing.run_item(only_item(slow).pk)
        assert "Another version was installed" in only_item(slow).message
        assert Installation.objects.get().package.version == "0.0.3"

    def test_success_is_all_or_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*rows: Any) -> None:
            raise RuntimeError("no space left")

        monkeypatch.setattr(Provider.objects, "bulk_create", fail)
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        assert only_item(task).status == "failed"
        assert not Installation.objects.exists()


@pytest.mark.django_db
class TestUninstalling:
    def test_it_leaves_nothing_but_the_package(self, bench: Bench) -> None:
        package = upload()
        installing.uninstall(done(package))
        assert not Installation.objects.exists()
        assert not Provider.objects.exists()
        assert Package.objects.get() == package

    def test_it_can_be_installed_again_without_an_upload(self, bench: Bench) -> None:
        package = upload()
        installing.uninstall(done(package))
        assert done(package).package == package

    def test_it_tells_everybody(self, bench: Bench, django_capture_on_commit_callbacks: Any) -> None:
        installation = done(upload())
        with django_capture_on_commit_callbacks(execute=True):
            installing.uninstall(installation)
        assert bench.nudges == 1


# After it has begun.


@pytest.mark.django_db
class TestAftercare:
    def test_cancelling_what_waits(self, bench: Bench) -> None:
        task = ask(upload())
        assert installing.cancel(task) == 1
        assert (only_item(task).status, only_item(task).message, task.status) == ("failed", "Cancelled.", "failed")
        installing.run_item(only_item(task).pk)
        assert bench.begun == []
        assert installing.cancel(task) == 0

    @pytest.mark.parametrize("end", [installing.cancel, installing.delete_task])
    def test_what_was_cancelled_or_deleted_while_it_ran_writes_nothing(
        self, bench: Bench, end: Callable[[InstallTask], Any]
    ) -> None:
        task = ask(upload())
        bench.work = lambda listener: end(task) and None
        installing.run_item(only_item(task).pk)
        assert not Installation.objects.exists()
        assert bench.ended == bench.begun

    def test_a_failure_after_it_was_deleted_is_no_error(self, bench: Bench) -> None:
        task = ask(upload())

        def delete_and_fail(listener: Listener) -> None:
            installing.delete_task(task)
            raise StartFailed("gone")

        bench.work = delete_and_fail
        installing.run_item(only_item(task).pk)
        assert not InstallTask.objects.exists()

    def test_retrying_what_failed(self, bench: Bench, sent: list[int], django_capture_on_commit_callbacks: Any) -> None:
        bench.work = failing("no network")
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        with django_capture_on_commit_callbacks(execute=True):
            assert installing.retry(task) == 1
        item = only_item(task)
        assert (task.status, item.status, item.message, item.log, item.attempts) == ("running", "pending", "", "", 0)
        assert sent == [item.pk]
        bench.work = lambda listener: None
        installing.run_item(item.pk)
        assert only_item(task).status == "success"
        assert installing.retry(task) == 0

    def test_retrying_starts_from_what_is_installed_now(self, bench: Bench) -> None:
        task = ask(upload("0.0.1"))
        installing.cancel(task)
        newer = upload("0.0.2")
        done(newer)
        installing.retry(task)
        assert only_item(task).replaces == newer
        installing.run_item(only_item(task).pk)
        assert Installation.objects.get().package.version == "0.0.1"

    def test_one_item_can_be_chosen(self) -> None:
        task = ask(upload(), upload(name="two"))
        first, second = task.items.all()
        assert installing.cancel(task, InstallItem.objects.filter(pk=first.pk)) == 1
        task.refresh_from_db()
        assert [item.status for item in task.items.all()] == ["failed", "pending"]
        assert task.status == "running"
        installing.cancel(task)
        assert installing.retry(task, InstallItem.objects.filter(pk=second.pk)) == 1

    def test_deleting_all_leaves_what_is_going_on(self, bench: Bench) -> None:
        ended, running, elsewhere = ask(upload()), ask(upload(name="two")), ask(upload(), workspace=OTHER)
        installing.cancel(ended)
        installing.cancel(elsewhere)
        installing.delete_ended(W)
        assert set(InstallTask.objects.all()) == {running, elsewhere}

    def test_deleting_the_last_failed_item_deletes_the_task(self, bench: Bench) -> None:
        good, bad = upload(), upload(name="bad")
        task = ask(good, bad)
        installing.run_item(task.items.all()[0].pk)
        installing.cancel(task)
        installing.delete_item(task, "acme/none:0.0.1@" + "0" * 64)
        assert task.items.count() == 2
        installing.delete_item(task, bad.unique_identifier)
        assert not InstallTask.objects.exists()
        installing.delete_item(task, bad.unique_identifier)

    def test_deleting_one_of_two_failures_leaves_the_other(self, bench: Bench) -> None:
        task = ask(upload(), upload(name="two"))
        installing.cancel(task)
        installing.delete_item(task, task.items.all()[0].package.unique_identifier)
        task.refresh_from_db()
        assert (task.items.count(), task.status) == (1, "failed")


def silent(item: InstallItem) -> None:
    """Its worker was killed some time ago."""
    InstallItem.objects.filter(pk=item.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestRecovering:
    def test_an_item_is_taken_by_one(self) -> None:
        item = only_item(ask(upload()))
        first = claim(item.pk, "node-1")
        assert first is not None
        assert first.worker.startswith("node-1/")
        assert first.lease_until is not None
        assert first.lease_until > timezone.now() + timedelta(seconds=20)
        assert claim(item.pk, "node-2") is None

    def test_what_is_being_done_is_left_alone(self, sent: list[int]) -> None:
        item = only_item(ask(upload()))
        claim(item.pk, "node-1")
        InstallItem.objects.update(created_at=timezone.now() - timedelta(hours=5))
        installing.recover()
        item.refresh_from_db()
        assert item.status == "running"

    def test_what_a_dead_worker_left_is_done_again(
        self, bench: Bench, sent: list[int], django_capture_on_commit_callbacks: Any
    ) -> None:
        task = ask(upload())
        item = claim(only_item(task).pk, "node-1")
        assert item is not None
        silent(item)
        with django_capture_on_commit_callbacks(execute=True):
            installing.recover()
            installing.recover()
        assert sent == [item.pk]
        assert only_item(task).message == "node-1 stopped; starting again"
        installing.run_item(item.pk)
        assert (only_item(task).status, only_item(task).attempts) == ("success", 2)

    def test_a_worker_that_wakes_after_it_was_taken_over_writes_nothing(self, bench: Bench) -> None:
        task = ask(upload())
        sleeper = claim(only_item(task).pk, "node-1")
        assert sleeper is not None
        silent(sleeper)
        installing.recover()
        successor = claim(sleeper.pk, "node-1")
        assert successor is not None
        with pytest.raises(Lost):
            finish(sleeper, output="")
        assert not Installation.objects.exists()
        finish(successor, output="")
        assert Installation.objects.count() == 1

    def test_it_is_given_up_after_three_attempts(self) -> None:
        task = ask(upload())
        for _ in range(aftercare.MAX_ATTEMPTS):
            assert only_item(task).status == "pending"
            item = claim(only_item(task).pk, "node-7")
            assert item is not None
            silent(item)
            installing.recover()
        item = only_item(task)
        assert (item.status, task.status) == ("failed", "failed")
        assert item.message == "Given up after 3 attempts: each time the worker stopped without a word, last node-7."
        assert installing.retry(task) == 1

    def test_a_lost_message_is_sent_again_once(self, sent: list[int], django_capture_on_commit_callbacks: Any) -> None:
        item = only_item(ask(upload()))
        with django_capture_on_commit_callbacks(execute=True):
            installing.recover()
            assert sent == []
            InstallItem.objects.update(updated_at=timezone.now() - timedelta(minutes=2))
            installing.recover()
            installing.recover()
        assert sent == [item.pk]

    @pytest.mark.parametrize(("status", "days"), [("success", 7), ("failed", 30)])
    def test_old_tasks_leave(self, status: str, days: int) -> None:
        task = ask(upload())
        for age, there in ((days - 1, True), (days + 1, False)):
            moment = timezone.now() - timedelta(days=age)
            InstallTask.objects.filter(pk=task.pk).update(status=status, updated_at=moment)
            installing.recover()
            assert InstallTask.objects.exists() is there

    def test_running_tasks_never_leave(self) -> None:
        ask(upload())
        InstallTask.objects.update(updated_at=timezone.now() - timedelta(days=400))
        installing.recover()
        assert InstallTask.objects.exists()


# While it lasts: a thread of the worker writes beside it.


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(200):
        if true():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come about")


@pytest.mark.django_db(transaction=True)
class TestHolding:
    def test_progress_shows_and_the_lease_is_renewed(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hold, "RENEW_EVERY", 0.25)
        task = ask(upload())
        leases: list[Any] = []

        def slow(listener: Listener) -> None:
            listener(Progress("download", 35, "numpy 12 MiB"))
            until(lambda: only_item(task).percent == 35)
            leases.append(only_item(task).lease_until)
            until(lambda: only_item(task).lease_until > leases[0])
            item = only_item(task)
            assert (item.step, item.message, item.log) == ("download", "download", "numpy 12 MiB")

        bench.work = slow
        installing.run_item(only_item(task).pk)
        assert only_item(task).status == "success"
        assert only_item(task).step == ""

    @pytest.mark.parametrize("end", [installing.cancel, installing.delete_task])
    def test_cancelling_ends_the_trial_that_is_under_way(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, end: Callable[[InstallTask], Any]
    ) -> None:
        monkeypatch.setattr(hold, "RENEW_EVERY", 0.25)
        task = ask(upload())

        def wait_for_the_end(listener: Listener) -> None:
            end(task)
            until(lambda: bool(bench.ended))
            raise StartFailed("It was called off.")

        bench.work = wait_for_the_end
        installing.run_item(only_item(task).pk)
        assert len(bench.ended) == 1
        assert not Installation.objects.exists()
        assert set(InstallItem.objects.values_list("message", flat=True)) <= {"Cancelled."}

    def test_concurrent_installs_of_one_plugin_collapse(self, bench: Bench) -> None:
        package = upload()
        tasks = [InstallTask.objects.create(workspace_id=workspace) for workspace in (W, W, W, OTHER)]
        items = [InstallItem.objects.create(task=task, package=package, source="package") for task in tasks]
        together = threading.Barrier(len(items))
        bench.work = lambda listener: (together.wait(30), None)[1]

        def run(item: InstallItem) -> None:
            try:
                installing.run_item(item.pk)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(item,)) for item in items]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(InstallTask.objects.values_list("status", flat=True)) == {Status.SUCCESS}
        assert sorted(Installation.objects.values_list("workspace_id", flat=True)) == [W, OTHER]
        assert Provider.objects.count() == 2


def test_long_messages_keep_their_ends() -> None:
    assert shortened("short") == "short"
    message = shortened("é" * 1000)
    assert message == "é" * 256 + "..." + "é" * 256
