"""Installing when things go wrong in between: cancelled, retried, deleted, abandoned, taken over, all at once."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from runtime import installing, node
from runtime.errors import Interrupted, StartFailed
from runtime.installing import aftercare, hold
from runtime.installing.items import claim, finish
from runtime.installing.tasks import Lost, shortened
from runtime.launching import Listener, Progress
from runtime.models import Installation, InstallItem, InstallTask, Provider, Status
from tests.runtime.bench import OTHER, Bench, W, ask, done, failing, furnish, only_item, upload


@pytest.fixture(autouse=True)
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of items that were handed to workers."""
    furnish(settings, tmp_path)
    ids: list[int] = []
    monkeypatch.setattr("runtime.tasks.run_install_item.delay", ids.append)
    return ids


@pytest.fixture
def bench() -> Iterator[Bench]:
    here = Bench()
    node.set_here(here)
    yield here
    node.set_here(None)


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

    def test_a_worker_that_shuts_down_gives_it_back(
        self, bench: Bench, sent: list[int], django_capture_on_commit_callbacks: Any
    ) -> None:
        def interrupt(listener: Listener) -> None:
            raise Interrupted("The worker is shutting down.")

        bench.work = interrupt
        task = ask(upload())
        installing.run_item(only_item(task).pk)
        item = only_item(task)
        assert (item.status, item.message, item.attempts) == ("pending", "The worker is shutting down.", 0)
        with django_capture_on_commit_callbacks(execute=True):
            installing.recover()
        assert sent == [item.pk]
        bench.work = lambda listener: None
        installing.run_item(item.pk)
        assert only_item(task).status == "success"

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
    for _ in range(1200):
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
            assert (item.step, item.message) == ("download", "downloading its dependencies")
            assert item.log == "numpy 12 MiB"

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
        bench.work = lambda listener: (together.wait(120), None)[1]

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
