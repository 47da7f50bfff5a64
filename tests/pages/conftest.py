"""A workspace with an owner, an admin and a member; a stranger; and the echo plugin, installed."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from marketplace.models import Member, Role, User, Workspace
from marketplace.workspaces import create_workspace
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.models import Installation, Package
from runtime.node import Node, NodeOptions, set_here
from runtime.uploading import upload_package


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    """Storage of its own, and a policy that asks for nothing."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = False
    return settings


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own, as web servers have it."""
    made = asyncio.new_event_loop()
    thread = Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


@pytest.fixture(autouse=True)
def cluster(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[MemoryCluster]:
    """What the nodes tell of plugins; this process has a node that runs none."""
    told = MemoryCluster()
    options = NodeOptions(NodeInfo("n-1", "here", ""), lambda: (), lambda: None, tmp_path / "logs")
    node = Node(options, told, lambda _: None)  # type: ignore[arg-type, return-value]
    node.loop = loop
    set_here(node)
    yield told
    set_here(None)


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """owner, admin, member of the workspace `support`; stranger owns another one."""
    names = ("owner", "admin", "member", "stranger")
    found = {name: User.objects.create_user(f"{name}@example.org", "open sesame") for name in names}
    workspace = create_workspace(name="Support", owner=found["owner"])
    for name in ("admin", "member"):
        Member.objects.create(workspace=workspace, user=found[name], role=Role(name))
    create_workspace(name="Elsewhere", owner=found["stranger"])
    return SimpleNamespace(**found, workspace=workspace)


@pytest.fixture
def workspace(people: SimpleNamespace) -> Workspace:
    found: Workspace = people.workspace
    return found


@pytest.fixture
def visit(people: SimpleNamespace) -> Callable[..., Client]:
    """A browser in which somebody has signed in."""

    def signed_in(name: str = "owner", language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(getattr(people, name))
        return client

    return signed_in


@pytest.fixture
def echo(db: None, echo_package: Path) -> Package:
    return upload_package(echo_package.read_bytes())


@pytest.fixture
def install(workspace: Workspace) -> Callable[[Package], Installation]:
    """Puts an uploaded package into the workspace, as if a worker had brought it up."""

    def put(package: Package) -> Installation:
        return Installation.objects.create(
            workspace_id=str(workspace.id), plugin_id=package.plugin_id, package=package, source="package"
        )

    return put


@pytest.fixture
def installed(echo: Package, install: Callable[[Package], Installation]) -> Installation:
    return install(echo)
