"""Both databases, for what must be the same on each; people; browsers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoDbBlocker

from marketplace.models import Member, Publisher, Role, User
from marketplace.workspaces import create_workspace
from tests import servers
from tests.catalogue import databases, rows


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a database on PostgreSQL with all tables."""
    with servers.database(postgres_server) as url:
        with django_db_blocker.unblock():
            databases.migrate(url)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """The test runs once on each database."""
    if request.param == "sqlite":
        yield request.param
        return
    with databases.rolled_back(request.getfixturevalue("migrated_postgres")):
        yield request.param


@pytest.fixture(autouse=True)
def own_places(settings: Any, tmp_path: Path) -> None:
    """Storage of each test's own, a policy that asks for nothing, and nothing remembered of other tests."""
    files = "django.core.files.storage.FileSystemStorage"
    places = {name: {"BACKEND": files, "OPTIONS": {"location": tmp_path / name}} for name in ("default", "marketplace")}
    settings.STORAGES = {**settings.STORAGES, **places}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = False
    cache.clear()


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """owner governs a workspace, member only uses it, publisher publishes for acme, staff moderates, stranger has nothing."""
    names = ("owner", "member", "publisher", "stranger", "staff")
    found = {name: User.objects.create_user(f"{name}@example.org", "open sesame", name=name.title()) for name in names}
    User.objects.filter(pk=found["staff"].pk).update(is_staff=True)
    workspace = create_workspace(name="Support", owner=found["owner"])
    Member.objects.create(workspace=workspace, user=found["member"], role=Role.MEMBER)
    Publisher.objects.create(organization=rows.organization("acme"), user=found["publisher"], role=Publisher.Role.OWNER)
    return SimpleNamespace(**found, workspace=workspace)


@pytest.fixture
def visit(people: SimpleNamespace) -> Callable[..., Client]:
    """A browser in which somebody has signed in; without a name, nobody."""

    def browser(name: str = "", language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language})
        if name:
            client.force_login(getattr(people, name))
        return client

    return browser
