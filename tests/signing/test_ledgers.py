"""Ledgers on both databases: many write at once, and the database itself refuses every change."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests import places, servers

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from django.db import DatabaseError, connection, connections, transaction
from marketplace import auditing, transparency
from marketplace.models import AuditEntry
from marketplace.transparency import log, verifying

def act(number):
    try:
        with transaction.atomic():
            auditing.record("act", f"s{number}", after={"n": number})
            transparency.append("recall", f"s{number}", {"n": number})
            if number % 5 == 0:
                raise KeyError
    except KeyError:
        pass
    finally:
        connections.close_all()

with ThreadPoolExecutor(8) as pool:
    list(pool.map(act, range(100)))
print("acts", AuditEntry.objects.filter(number__isnull=False).count(), AuditEntry.objects.filter(number=None).count())
print("faults", list(auditing.faults(auditing.lines())))
print("log", log.size(), list(verifying.faults()))

STATEMENTS = [
    "UPDATE marketplace_auditentry SET \\"by\\" = 'Mallory' WHERE number = 3",
    "UPDATE marketplace_auditentry SET number = 1000 WHERE number = 3",
    "UPDATE marketplace_auditentry SET hash = 'x'",
    "DELETE FROM marketplace_auditentry WHERE number = 3",
    "DELETE FROM marketplace_auditentry",
    *(["TRUNCATE marketplace_logleaf"] if connection.vendor == "postgresql" else []),
]
with transaction.atomic():
    waiting = auditing.record("act", "waits")
    for statement in [*STATEMENTS, f"UPDATE marketplace_auditentry SET address = 'x' WHERE id = {waiting.pk}"]:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
            print("changed", cursor.rowcount, statement)
        except DatabaseError as error:
            print("refused", "ledger" in str(error))
print("faults", list(auditing.faults(auditing.lines())))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    folder = places.new_folder()
    if request.param == "sqlite":
        yield places.clean_environment(DATA_DIR=str(folder))
        return
    with servers.database(request.getfixturevalue("postgres_server")) as url:
        yield places.clean_environment(DATABASE_URL=url, DATA_DIR=str(folder))


def manage(environment: dict[str, str], *arguments: str) -> list[str]:
    argv = [sys.executable, os.fspath(places.ROOT / "manage.py"), *arguments]
    done = subprocess.run(argv, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_many_write_and_nothing_is_changed(environment: dict[str, str]) -> None:
    manage(environment, "migrate", "--verbosity=0")
    said = manage(environment, "shell", "--no-imports", "-c", PROGRAM)
    # one leaf and one entry more: the log's key, which was made once
    assert said[0] == "acts 81 0"
    assert said.pop(2) == "log 81 []"
    refused = 7 if "DATABASE_URL" in environment else 6
    assert said[1:] == ["faults []", *["refused True"] * refused, "faults []"]
