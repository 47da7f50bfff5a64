"""Whether the database is as this version needs it."""

from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def refuse_old_database() -> None:
    """Raises CommandError where `prepare` has not been run. A database that is away is none: it may come."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return
    finally:
        connection.close()
    if behind:
        raise CommandError(f"The database is behind this version by {len(behind)} migrations: run manage.py prepare.")
