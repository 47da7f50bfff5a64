"""A developer's machine: real plugins of tests/plugins that connect to a host by themselves, or by the bridge."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import places, sdk
from tests.caller import Caller
from tests.programs import Program, wait_until
from tests.servers import Host


def debug_port(host: Host) -> int:
    return int(host.environment["PLUGIN_REMOTE_INSTALLING_PORT"])


def key_of(api: Caller) -> str:
    return str(api.data(api.http.post(api.path("debugging/key")))["key"])


@contextmanager
def remote(host: Host, api: Caller, name: str, folder: Path | None = None) -> Iterator[Program]:
    """A plugin that runs as its developer runs it; connected when this begins."""
    log = places.new_folder() / "log"
    place = {"REMOTE_INSTALL_URL": f"127.0.0.1:{debug_port(host)}", "REMOTE_INSTALL_KEY": key_of(api)}
    environment = places.clean_environment(INSTALL_METHOD="remote", PYTHONUNBUFFERED="1", **place)
    argv = ["/usr/bin/env", "-C", str(folder or sdk.PLUGINS / name), str(sdk.python_for(name)), "-m", "main"]
    program = Program(argv, log=log, environment=environment)
    try:
        yield program
    finally:
        program.stop()


@contextmanager
def bridged(host: Host, api: Caller, name: str, folder: Path) -> Iterator[Program]:
    """The same by `manage.py plugin debug`, over WebSocket."""
    argv = [sys.executable, str(places.ROOT / "manage.py"), "plugin", "debug", str(folder)]
    argv += ["--to", host.url, "--key", key_of(api), "--python", str(sdk.python_for(name))]
    environment = places.clean_environment(DATA_DIR=str(places.new_folder()), PYTHONUNBUFFERED="1")
    program = Program(argv, log=places.new_folder() / "log", environment=environment)
    try:
        yield program
    finally:
        program.stop()


def installed(api: Caller) -> dict[str, str]:
    """Plugin id → runtime type of what the workspace has."""
    rows = api.data(api.http.get(api.path("management/list"), params={"page": 1, "page_size": 100}))
    rows = rows["list"] if isinstance(rows, dict) else rows
    return {row["plugin_id"]: row["runtime_type"] for row in rows}


def wait_for(api: Caller, plugin_id: str, kind: str | None, seconds: float = 90) -> None:
    wait_until(lambda: installed(api).get(plugin_id) == kind, what=f"{plugin_id} is {kind}", seconds=seconds)


def sockets(pid: int) -> int:
    """How many a process has open. Its files do not count: each of its threads may keep a connection to the database."""
    found = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(entry.readlink()).startswith("socket:")
    return found
