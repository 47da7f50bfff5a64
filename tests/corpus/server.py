"""A host to try plugins on: one that we start on a folder of its own, or one that runs already."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

from tests.corpus import processes
from tests.corpus.processes import Process
from tests.corpus.reply import HostFault

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
UNSIGNED_MAY = {"FORCE_VERIFYING_SIGNATURE": "false", "ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES": "false"}
START_TIMEOUT = 60.0
STOP_TIMEOUT = 60.0


class RunningServer:
    """Somebody else's: what is on its disk and in its processes is not ours to see or to change."""

    local = False

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def alive(self) -> bool:
        return True

    def forget(self, *patterns: str) -> None:
        return None

    def process_of(self, identifier: str) -> Process | None:
        return None

    def sdk(self) -> str:
        return ""


class OwnServer(RunningServer):
    """`manage.py run` on `folder`, in the foreground of nobody; its output goes to `server.log` there."""

    local = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        port = port or free_port()
        super().__init__(f"http://127.0.0.1:{port}", "corpus")
        self.folder = folder
        self.environment = os.environ | UNSIGNED_MAY | {
            "DATA_DIR": str(folder),
            "SERVER_PORT": str(port),
            "SERVER_KEY": self.key,
            "PLUGIN_REMOTE_INSTALLING_PORT": str(free_port()),
        }  # fmt: skip

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, str(MANAGE), "run"], env=self.environment, stdout=log, stderr=log
            )
        try:
            self.wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while self.alive() and time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/health/check", trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise HostFault(f"the server did not start, see {self.folder / 'server.log'}")

    def alive(self) -> bool:
        return self.child.poll() is None

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.child.terminate()
        try:
            self.child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def forget(self, *patterns: str) -> None:
        """Removes what earlier installs left on the disk; only while nothing is installed."""
        for pattern in patterns:
            for path in self.folder.glob(pattern):
                shutil.rmtree(path, ignore_errors=True)

    def process_of(self, identifier: str) -> Process | None:
        return processes.plugin_of(self.child.pid, identifier)

    def sdk(self) -> str:
        """The release of the SDK in the environment that was built last."""
        built = list(self.folder.glob("environments/*/environment.json"))
        if not built:
            return ""
        facts = json.loads(max(built, key=lambda path: path.stat().st_mtime).read_bytes())
        return str(facts.get("sdk") or "")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
