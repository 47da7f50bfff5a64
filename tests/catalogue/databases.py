"""Tests on PostgreSQL in the same process: the connection is put in the place of the usual one for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.core.management import call_command
from django.db import connections, transaction


def settings_for(url: str) -> dict[str, Any]:
    """A database's settings with all that Django adds to them."""
    blank = {**connections.settings["default"], **dict.fromkeys(("NAME", "USER", "PASSWORD", "HOST", "PORT"), "")}
    return {**blank, "OPTIONS": {}, **dj_database_url.parse(url), "CONN_MAX_AGE": None}


@contextmanager
def instead(url: str) -> Iterator[None]:
    """The database at `url` in place of the default one, in this thread."""
    usual, usual_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = settings_for(url)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = usual, usual_settings


def migrate(url: str) -> None:
    with instead(url):
        call_command("migrate", verbosity=0)


@contextmanager
def rolled_back(url: str) -> Iterator[None]:
    """A migrated database that is afterwards as it was."""
    with instead(url), transaction.atomic():
        yield
        transaction.set_rollback(True)
