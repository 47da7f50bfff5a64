"""Both databases, for what must be the same on each."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import servers
from tests.catalogue import databases


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
