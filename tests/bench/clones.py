"""Many plugins of one: real ones under other names, and rows of ones that nobody calls."""

import shutil
import sqlite3
import uuid
from pathlib import Path

from marketplace.difypkg import write_package
from tests.api import ROOT
from tests.bench.served import Served

AT_ONCE = 10  # installed by one task


def bring_up(server: Served, count: int) -> list[str]:
    """Ids of `count` plugins, each a package of its own that answers as `echo` does; they share an environment."""
    identifiers = []
    for number in range(count):
        package = packed(server.host.folder / "clones", f"echo-{number:04}")
        identifiers.append(server.api.upload(package))
    for begin in range(0, count, AT_ONCE):
        task = server.api.install(*identifiers[begin : begin + AT_ONCE], seconds=600)
        if task and task["status"] != "success":
            raise SystemExit(f"they could not be installed: {task}")
    return [identifier.partition(":")[0] for identifier in identifiers]


def packed(folder: Path, name: str) -> Path:
    source, target = folder / name, folder / f"{name}.difypkg"
    shutil.copytree(ROOT / "tests" / "plugins" / "echo", source, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = source / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("\nname: echo\n", f"\nname: {name}\n", 1))
    write_package(source, target)
    return target


def plant(database: Path, model: str, count: int) -> None:
    """Rows as of `count` more installations of the plugin with this id; a package that nobody starts needs no bytes."""
    with sqlite3.connect(database, timeout=60) as connection:
        connection.row_factory = sqlite3.Row
        package = dict(connection.execute("SELECT * FROM runtime_package WHERE plugin_id = ?", [model]).fetchone())
        installed = dict(
            connection.execute("SELECT * FROM runtime_installation WHERE plugin_id = ?", [model]).fetchone()
        )
        first = connection.execute("SELECT max(id) FROM runtime_package").fetchone()[0] + 1
        for number in range(count):
            plugin_id = f"acme/idle-{number:04}"
            identifier = f"{plugin_id}:0.0.1@{number:064x}"
            new = {
                "id": first + number,
                "plugin_id": plugin_id,
                "unique_identifier": identifier,
                "checksum": f"{number:064x}",
            }
            insert(connection, "runtime_package", package | new)
            new = {"id": uuid.uuid4().hex, "plugin_id": plugin_id, "package_id": first + number}
            insert(connection, "runtime_installation", installed | new)
    connection.close()


def insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
