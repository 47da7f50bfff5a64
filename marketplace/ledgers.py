"""How the database itself refuses to change ledgers, and how those who write them queue, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "patchbay_keeps"
LOCK = 0x7061_7463_6862_6179  # any number that nothing else takes; one lock, so that no two wait for each other
REFUSE = (
    "CREATE OR REPLACE FUNCTION patchbay_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION '% is a ledger: it is only added to', TG_TABLE_NAME; END $$"
)


@contextmanager
def queue() -> Iterator[None]:
    """A transaction in which nobody else writes places into a ledger; it holds until commit.

    SQLite's transactions begin as writers (settings.py), so there the transaction is the queue.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


def guard(editor: BaseDatabaseSchemaEditor, table: str, *, once: str = "", fixed: tuple[str, ...] = ()) -> None:
    """Lets rows of the table only be added. Columns other than `fixed` may be written while `once` is null.

    SQLite loses triggers when a migration makes a table anew: such a migration calls this again.
    """
    postgres = editor.connection.vendor == "postgresql"
    if postgres:
        editor.execute(REFUSE, params=None)  # none: its % is no place for one
    for name, event in events(once, fixed, truncates=postgres):
        each = "STATEMENT" if name == "truncate" else "ROW"
        when, _, condition = event.partition(" WHEN ")
        condition = f" WHEN ({condition})" if condition else ""
        act = "EXECUTE FUNCTION patchbay_refuse()" if postgres else refusal(table)
        editor.execute(
            f"CREATE TRIGGER {PREFIX}_{table}_{name} BEFORE {when} ON {table} FOR EACH {each}{condition} {act}"
        )


def events(once: str, fixed: tuple[str, ...], *, truncates: bool) -> Iterator[tuple[str, str]]:
    yield "delete", "DELETE"
    if truncates:
        yield "truncate", "TRUNCATE"
    if not once:
        yield "update", "UPDATE"
        return
    yield "update", f"UPDATE WHEN OLD.{once} IS NOT NULL"
    columns = ", ".join(f'"{name}"' for name in fixed)
    yield "fixed", f"UPDATE OF {columns}"


def refusal(table: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{table} is a ledger: it is only added to'); END"


def guards(database: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """(trigger, table) of every guard that is in force."""
    if database.vendor == "postgresql":
        query = "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE %s"
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    with database.cursor() as cursor:
        cursor.execute(query, [f"{PREFIX}%"])
        return [(str(name), str(table)) for name, table in cursor.fetchall()]


def lift(database: BaseDatabaseWrapper) -> None:
    """Takes all guards away: for tests, which empty tables between each other, and for whoever prunes by hand."""
    for name, table in guards(database):
        with database.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if database.vendor == "postgresql" else ""))
