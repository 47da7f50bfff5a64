"""A host with the endpoint plugins on both SDKs, and rows for tests without one."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from marketplace.difypkg import write_package
from tests import places
from tests.caller import Caller
from tests.conftest import PLUGINS
from tests.servers import Host

# The same plugin on two SDKs: (name of the plugin, pin). The old one is the folder as it stands.
SDKS = {"0.7.4": "hooks_old", "0.10.2": "hooks_new"}


@dataclass
class Endpoints:
    """The API of endpoints of one workspace of a host."""

    host: Host
    caller: Caller

    def post(self, path: str, **fields: Any) -> Any:
        return self.caller.data(self.caller.http.post(self.caller.path(f"endpoint/{path}"), json=fields))

    def listed(self) -> list[dict[str, Any]]:
        answer = self.caller.http.get(self.caller.path("endpoint/list"), params={"page": 1, "page_size": 100})
        found: list[dict[str, Any]] = self.caller.data(answer)
        return found

    def set_up(self, package: Path, **settings: Any) -> dict[str, Any]:
        """Installs a plugin and gives it an endpoint; the endpoint as the API lists it."""
        identifier = self.caller.upload(package)
        if identifier not in self.caller.installed():
            task = self.caller.install(identifier)
            assert task.get("status", "success") == "success", task
        self.post(
            "setup", plugin_unique_identifier=identifier, user_id="u", name=f"hook of {package.stem}", settings=settings
        )
        return self.listed()[0]

    def url(self, endpoint: dict[str, Any], path: str = "") -> str:
        return f"{self.host.url}/e/{endpoint['hook_id']}{path}"

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.host.port)


@pytest.fixture(scope="session")
def mirror_package() -> Callable[[str], Path]:
    """The package of hooks_old for an SDK, made once: for the new one with another pin and another name."""

    @cache
    def made(sdk: str) -> Path:
        folder = places.own_folder() / SDKS[sdk]
        shutil.copytree(PLUGINS / "hooks_old", folder, ignore=shutil.ignore_patterns("__pycache__", ".venv"))
        (folder / "requirements.txt").write_text(f"dify_plugin=={sdk}\n")
        manifest = folder / "manifest.yaml"
        manifest.write_text(manifest.read_text().replace("name: hooks_old", f"name: {SDKS[sdk]}"))
        target = places.own_folder() / f"{SDKS[sdk]}.difypkg"
        with write_package(folder, target):
            return target

    return made


@pytest.fixture(scope="session")
def endpoints(host: Host) -> Iterator[Endpoints]:
    caller = Caller(host.url, host.key, workspace="endpoints")
    yield Endpoints(host, caller)
    caller.http.close()


@pytest.fixture(scope="session", params=SDKS)
def mirror(request: Any, endpoints: Endpoints, mirror_package: Callable[[str], Path]) -> tuple[str, dict[str, Any]]:
    """(SDK, endpoint) of the plugin that mirrors what arrives."""
    return request.param, endpoints.set_up(mirror_package(request.param))


@pytest.fixture(scope="session")
def hooks(endpoints: Endpoints, package_of: Callable[[str], Path]) -> dict[str, Any]:
    """An endpoint of the plugin `hooks`, on the current SDK."""
    return endpoints.set_up(package_of("hooks"), secret="hush-hush")


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def connection(endpoints: Endpoints) -> Iterator[socket.socket]:
    with socket.create_connection(endpoints.address, timeout=30) as opened:
        yield opened
