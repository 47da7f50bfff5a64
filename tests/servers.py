"""Real Redis, PostgreSQL and Patchbay for tests, each on a port and in a folder of its own."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg

from tests import places
from tests.programs import Program, free_port, on_path, required

POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
# Nothing here has to outlive a crash of the machine.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis server."""
    port = free_port()
    folder = places.new_folder()
    argv = [on_path("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    program = Program([*argv, "--save", "", "--appendonly", "no"], log=folder / "log")
    try:
        program.wait_until(lambda: listens(port), what="Redis answers")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        program.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server's database `postgres`."""
    with server_account() as (folder, prefix):
        data, port = folder / "data", free_port()
        initdb = ["-D", str(data), "-U", "patchbay", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*prefix, postgres_program("initdb"), *initdb], check=True, capture_output=True, cwd=folder)
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", *CARELESS)
        options = [part for setting in settings for part in ("-c", setting)]
        argv = [*prefix, postgres_program("postgres"), "-D", str(data), "-p", str(port), *options]
        program = Program(argv, log=folder / "log")
        url = f"postgres://patchbay@127.0.0.1:{port}/postgres"
        try:
            program.wait_until(lambda: answers(url), what="PostgreSQL answers")
            yield url
        finally:
            program.process.send_signal(2)  # SIGINT: do not wait for clients that are still there
            program.stop()


@contextmanager
def server_account() -> Iterator[tuple[Path, list[str]]]:
    """A folder, and what to put before a command that must not be run as root, which PostgreSQL refuses."""
    folder = Path(tempfile.mkdtemp(prefix="patchbay-postgres-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        user = next(name for name in ("postgres", "nobody") if has_account(name))
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        # the kernel forgets whom the program is to die with when it changes its user
        rights = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--pdeathsig=KILL"]
        prefix = [on_path("setpriv"), *rights]
    try:
        yield folder, prefix
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_account(name: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


def postgres_program(name: str) -> str:
    """Debian keeps the server's programs off PATH, one folder a version."""
    folders = [path for pattern in POSTGRES_FOLDERS for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    found = [str(folder / name) for folder in folders if (folder / name).exists()]
    return required(f"PostgreSQL's {name}", found[0] if found else shutil.which(name))


@contextmanager
def database(server: str) -> Iterator[str]:
    """The address of a new, empty database on the server."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answers(url: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=1):
        return True
    return False


class Host:
    """A Patchbay of its own: `manage.py run`, or `web` and `worker` when so started."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = secrets.token_hex(16)
        self.password = secrets.token_hex(8)
        self.programs: dict[str, Program] = {}
        usual = {"FORCE_VERIFYING_SIGNATURE": "false", "PLUGIN_CACHE_PATH": str(places.CACHE / "uv")}
        usual["SCREENING_REHEARSAL"] = "false"  # as in tests/settings.py
        self.environment = places.clean_environment(
            DATA_DIR=str(self.data_dir),
            SERVER_PORT=str(self.port),
            SERVER_KEY=self.key,
            ADMIN_PASSWORD=self.password,
            PLUGIN_REMOTE_INSTALLING_PORT=str(free_port()),
            PYTHONWARNINGS="default",
            **(usual | environment),
        )

    @property
    def pid(self) -> int:
        return self.programs["run"].pid

    def start(self, *commands: str) -> None:
        """Runs each command of manage.py as a process; returns when the web process is healthy."""
        for command in commands or ("run",):
            argv = [sys.executable, str(places.ROOT / "manage.py"), command]
            program = Program(argv, log=self.folder / f"{command}.log", environment=self.environment)
            self.programs[command] = program
            if command != "worker":
                program.wait_until(self.is_healthy, what=f"manage.py {command} is healthy")

    def manage(self, *arguments: str) -> str:
        """Runs a command of manage.py to its end; returns what it printed."""
        argv = [sys.executable, str(places.ROOT / "manage.py"), *arguments]
        done = subprocess.run(argv, check=False, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_healthy(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/check", timeout=5).status_code == 200
        return False

    def kill(self, command: str = "run") -> None:
        self.programs[command].kill()

    def stop(self) -> None:
        for program in reversed(self.programs.values()):
            program.stop()

    def plugins(self) -> list[int]:
        """Pids of plugins, and of what they have started."""
        return [pid for pid in self.plugin_processes() if is_plugin(pid)]

    def plugin_processes(self) -> list[int]:
        """Pids of all that nodes of this host have started, and of what those have started."""
        mark = f"-{folder_mark(self.data_dir / 'nodes')}-".encode()
        return [pid for pid, variables in processes() if any(is_marked(line, mark) for line in variables.split(b"\0"))]


def is_plugin(pid: int) -> bool:
    """Not what plugins are forked from: a fork-server, or a template."""
    with suppress(OSError):
        return not Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"patchbay: ")
    return False


def is_marked(variable: bytes, mark: bytes) -> bool:
    return variable.startswith(b"PATCHBAY_HOST=") and mark in variable


def folder_mark(folder: Path) -> str:
    from runtime.identity import folder_mark as mark

    return mark(folder)


def processes() -> Iterator[tuple[int, bytes]]:
    """Pid and environment of every process that can be read."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield int(entry.name), (entry / "environ").read_bytes()
