"""Whether the database and Redis answer, in time and with the same idea of it; and settings that contradict each other."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from runtime.doctoring.finding import Finding
from runtime.process import make_cluster

SLOW = 0.1  # seconds for one small question
SKEW = 2.0  # seconds that clocks may differ


def database() -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        says = f"The database does not answer: {str(error).strip().splitlines()[0]}"
        yield Finding("bad", "database", says, "See that it runs and that DATABASE_URL names it.")
        return
    took = time.perf_counter() - began
    yield timed("database", f"{connection.vendor} answers", took)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            yield from skewed("database", cursor.fetchone()[0])


def timed(area: str, what: str, took: float) -> Finding:
    says = f"{what} within {took * 1000:.1f} ms."
    slow = "Every install and every turn of a node asks it: bring it closer, or see what it is busy with."
    return Finding("warn", area, says, slow) if took > SLOW else Finding("ok", area, says)


def skewed(area: str, there: datetime) -> Iterator[Finding]:
    off = time.time() - there.timestamp()
    if abs(off) > SKEW:
        says = f"The clock of this host and that of the {area} differ by {off:+.1f} s."
        yield Finding("warn", area, says, "Set the clocks by NTP: deadlines, leases and signatures compare them.")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{one.app_label}.{one.name}" for one, _ in missing[:3])
        says = f"{len(missing)} migrations are not applied: {names}"
        yield Finding("bad", "database", says, "Run manage.py migrate, then start the server again.")


def redis() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("ok", "redis", "There is none: everything runs in one process.")
        return
    cluster: Any = make_cluster()
    began = time.perf_counter()
    try:
        seconds, micro = cluster.redis.time()
    except Exception as error:
        says = f"Redis does not answer: {error}"
        to_do = "See that it runs and that REDIS_URL names it. Plugins that run go on; nothing starts, moves or is installed."
        yield Finding("bad", "redis", says, to_do)
        return
    finally:
        cluster.redis.close()
    yield timed("redis", "Redis answers", time.perf_counter() - began)
    yield from skewed("redis", datetime.fromtimestamp(seconds + micro / 1e6).astimezone())


def settings_contradict() -> Iterator[Finding]:
    for message in checks.run_checks():
        if message.is_silenced() or message.level < checks.WARNING:
            continue
        level = "bad" if message.level >= checks.ERROR else "warn"
        yield Finding(level, "settings", str(message.msg), str(message.hint or ""), about=str(message.id or ""))
