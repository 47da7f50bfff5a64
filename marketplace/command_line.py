"""The command line: settings, a database or a Redis that will not do are told in a sentence; `--traceback` shows where."""

import re
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

# as SQLite and PostgreSQL say that a table or a column is not there
BEHIND = re.compile(r"no such (table|column)|has no column|(relation|column) .* does not exist")


def run(argv: list[str]) -> None:
    """Runs a command; what cannot be mended by whoever started it still is a traceback."""
    try:
        execute_from_command_line(argv)
    except (ImproperlyConfigured, DatabaseError, InterfaceError, RedisError) as error:
        if "--traceback" in argv:
            raise
        sys.exit(sentence(error))


def sentence(error: Exception) -> str:
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    match error:
        case ImproperlyConfigured():
            return f"{said}."
        case RedisError():
            return f"Redis cannot be used: {said}. REDIS_URL says where it is."
    if BEHIND.search(said):
        return f"The database is behind this version ({said}). Run manage.py prepare first."
    return f"The database cannot be used: {said}. DATABASE_URL says where it is, else it is a file in DATA_DIR."
