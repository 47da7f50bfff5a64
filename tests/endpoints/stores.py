"""Redis and PostgreSQL that can be killed and started again on the same port and data, as crashes in production do."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import places
from tests.programs import Program, free_port, on_path
from tests.servers import answers, listens, postgres_program, server_account


@dataclass
class Store:
    """A server process with a life of its own."""

    argv: list[str]
    port: int
    log: Path
    url: str
    program: Program | None = None

    def ready(self) -> bool:
        return answers(self.url) if self.url.startswith("postgres") else listens(self.port)

    def start(self, tries: int = 20) -> None:
        """After a kill PostgreSQL refuses to start until the last of its old processes has gone."""
        for _ in range(tries):
            program = Program(self.argv, log=self.log)
            while program.runs and not self.ready():
                time.sleep(0.1)
            if program.runs:
                self.program = program
                return
            time.sleep(0.5)
        raise RuntimeError(f"{self.argv[0]} does not start:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        assert self.program is not None
        self.program.kill()

    def stop(self) -> None:
        if self.program is not None:
            self.program.stop()


@contextlib.contextmanager
def redis() -> Iterator[Store]:
    """Keeps nothing: what the broker held is gone with it."""
    folder, port = places.new_folder(), free_port()
    argv = [on_path("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    store = Store([*argv, "--save", "", "--appendonly", "no"], port, folder / "log", f"redis://127.0.0.1:{port}/0")
    store.start()
    try:
        yield store
    finally:
        store.stop()


@contextlib.contextmanager
def postgres() -> Iterator[Store]:
    """Keeps what it has committed: `synchronous_commit` is on, as it is by default."""
    with server_account() as (folder, prefix):
        data, port = folder / "data", free_port()
        initdb = ["-D", str(data), "-U", "patchbay", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*prefix, postgres_program("initdb"), *initdb], check=True, capture_output=True, cwd=folder)
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        argv = [*prefix, postgres_program("postgres"), "-D", str(data), "-p", str(port), *options]
        store = Store(argv, port, folder / "log", f"postgres://patchbay@127.0.0.1:{port}/postgres")
        store.start()
        try:
            yield store
        finally:
            if store.program is not None:
                store.program.process.send_signal(2)
            store.stop()
