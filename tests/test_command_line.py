"""Typical mistakes of whoever starts the server: a sentence that says what to do, and no traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError
from django.db.migrations.recorder import MigrationRecorder
from redis.exceptions import ConnectionError as RedisAway

from marketplace.command_line import sentence
from marketplace.environment import database
from marketplace.schema import refuse_old_database
from marketplace.secret_files import kept_secret
from marketplace.serving import bound
from tests import places


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SERVER_PORT": "abc"}, "SERVER_PORT must be a whole number, not 'abc'."),
        ({"REDIS_URL": "http://host"}, "REDIS_URL: http:// is no address of Redis; write redis://host:6379/0."),
        ({"DATABASE_URL": "postgres://a:b@127.0.0.1:1/x"}, "The database cannot be used: connection failed"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    environment = places.clean_environment(DATA_DIR=str(tmp_path), **variables)
    argv = [sys.executable, str(places.ROOT / "manage.py"), "migrate"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "to_do"),
    [
        (OperationalError("no such table: runtime_package"), "manage.py prepare"),
        (ProgrammingError('relation "runtime_package" does not exist\nLINE 1: SELECT'), "manage.py prepare"),
        (ProgrammingError("column a.b does not exist"), "manage.py prepare"),
        (OperationalError("unable to open database file"), "DATA_DIR"),
        (RedisAway("Error 111 connecting to host:6379."), "REDIS_URL"),
        (ImproperlyConfigured("X must be a number."), "X must be a number."),
    ],
)
def test_each_says_what_to_do(error: Exception, to_do: str) -> None:
    assert to_do in sentence(error)
    assert "\n" not in sentence(error)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="Set DATA_DIR to a folder that this user may write to"):
        kept_secret(tmp_path / "file" / "secrets", "secret_key")


@pytest.mark.parametrize("url", ["mysql://user:hush@host/name", "postgress://user:hush@host/name", "nonsense"])
def test_a_database_of_another_kind(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write postgres://") as raised:
        database(url)
    assert "hush" not in str(raised.value)


def test_a_port_that_is_taken() -> None:
    """Before anything is started, and before another server on it is taken for this one."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CommandError, match="SERVER_PORT"):
        bound("127.0.0.1", other.getsockname()[1])
    with bound("127.0.0.1", 0) as free:
        assert free.getsockname()[1]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_behind() -> None:
    refuse_old_database()
    last = MigrationRecorder.Migration.objects.filter(app="runtime").latest("id")
    last.delete()
    try:
        with pytest.raises(CommandError, match=r"manage\.py prepare"):
            refuse_old_database()
    finally:
        last.save(force_insert=True)
