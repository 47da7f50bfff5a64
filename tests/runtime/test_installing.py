"""Installing: what is begun, how a worker does it, and what it writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import installing, node
from runtime.errors import NotFound, Refused
from runtime.installing import hold
from runtime.launching import Listener, Progress
from runtime.models import Installation, InstallItem, InstallTask, Package, Provider
from tests.runtime import packages
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
