"""What all tests share: a folder that goes with the run, real servers, packages of the real plugins."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection

from marketplace import ledgers
from marketplace.difypkg import write_package
from tests import places, servers
from tests.caller import Caller

LONGEST_ID = 30
SERVERS = {"start_host", "split_hosts"}
# The same examples each time, so that what fails in one run fails for whoever looks into it; NEW_EXAMPLES=1 looks for
# others. How long they take to make says something about the machine only.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("same", PATIENT, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("new", PATIENT)
hypothesis.settings.load_profile("new" if os.environ.get("NEW_EXAMPLES") else "same")

PLUGINS = places.ROOT / "tests" / "plugins"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those with servers of their own come first: they take long, and the short ones fill the gaps of other workers."""
    items.sort(key=lambda item: SERVERS.isdisjoint(getattr(item, "fixturenames", ())))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long value has no place in a test's name; a random one would differ between the processes of a run."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run removes what it has left."""
    if places.worker() == "main":
        shutil.rmtree(places.run_folder(), ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty all tables afterwards, which ledgers refuse: their guards are tried elsewhere."""
    with django_db_blocker.unblock():
        ledgers.lift(connection)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """REDIS_URL of a server of this test process alone."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """DATABASE_URL of a server of this test process alone."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def start_host() -> Iterator[Callable[..., servers.Host]]:
    """Starts `manage.py run` with settings as keywords; all that were started end with the session."""
    with contextlib.ExitStack() as stack:

        def start(**environment: str) -> servers.Host:
            host = servers.Host(places.new_folder(), **environment)
            stack.callback(host.stop)
            host.start("run")
            return host

        yield start


@pytest.fixture(scope="session")
def host(start_host: Callable[..., servers.Host]) -> servers.Host:
    """A running host that tests share: leave it as you found it, and kill another one."""
    return start_host()


@pytest.fixture(scope="session")
def split_hosts(
    redis_server: str, postgres_server: str, start_host: Callable[..., servers.Host]
) -> Iterator[Callable[..., servers.Host]]:
    """Starts `manage.py web` and `manage.py worker` on a database and a key prefix of their own."""
    with contextlib.ExitStack() as stack:

        def start(**environment: str) -> servers.Host:
            folder = places.new_folder()
            url = stack.enter_context(servers.database(postgres_server))
            settings = {"DATABASE_URL": url, "REDIS_URL": redis_server, "REDIS_KEY_PREFIX": folder.name}
            host = servers.Host(folder, **settings | environment)
            stack.callback(host.stop)
            host.manage("migrate", "--verbosity=0")
            host.manage("collectstatic", "--noinput", "--verbosity=0")
            host.start("web", "worker")
            return host

        yield start


@pytest.fixture
def call() -> Iterator[Callable[..., Caller]]:
    """A caller of a host, closed after the test."""
    with contextlib.ExitStack() as stack:

        def to(host: servers.Host, **more: str) -> Caller:
            caller = Caller(host.url, host.key, **more)
            stack.callback(caller.http.close)
            return caller

        yield to


@pytest.fixture(scope="session")
def package_of() -> Callable[[str], Path]:
    """The package file of a plugin in tests/plugins, made once."""

    @cache
    def made(name: str) -> Path:
        target = places.own_folder() / f"{name}.difypkg"
        with write_package(PLUGINS / name, target):
            return target

    return made


@pytest.fixture(scope="session")
def echo_package(package_of: Callable[[str], Path]) -> Path:
    return package_of("echo")
