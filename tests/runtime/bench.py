"""What tests of installing share: a node that starts nothing, and packages on their way through."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime import installing
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.errors import StartFailed
from runtime.launching import Listener, Progress
from runtime.models import Installation, InstallItem, InstallTask, Package
from runtime.node import Node, NodeOptions
from runtime.uploading import upload_package
from tests.runtime import packages

W = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def furnish(settings: Any, folder: Path) -> None:
    """Storage of a test's own, and no signature policy."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.FORCE_VERIFYING_SIGNATURE = False


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
