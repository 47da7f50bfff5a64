"""A workspace with people in it and plugins that want accounts; what they are asked is answered at the edge of the process."""

from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connections

from marketplace.models import Workspace
from runtime import calling, vault
from runtime.credentials import Place, warm
from runtime.models import Installation, Package
from runtime.uploading import upload_package
from runtime.wire import END, ERROR, STREAM
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace

__all__ = ["cluster", "house", "install", "loop", "people", "visit", "workspace"]


class Plugins:
    """Stands for the way to plugins: answers each action with what it was told to, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    async def call(self, **asked: Any) -> AsyncGenerator[list[tuple[int, bytes]]]:
        self.asked.append(asked)
        answer = self.answers.get(asked["action"], {"result": True})
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            said = {"error_type": "Nope", "message": "long", "args": {"description": answer}}
            yield [(ERROR, orjson.dumps(said))]
            return
        yield [(STREAM, orjson.dumps(answer)), (END, b"{}")]

    @property
    def actions(self) -> list[str]:
        return [one["action"] for one in self.asked]


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Plugins:
    made = Plugins()
    monkeypatch.setattr(calling, "call", made.call)
    return made


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is opened yet, and threads leave no connection behind."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    vault.forget()
    warm.forget()
    yield
    vault.forget()
    warm.forget()


@pytest.fixture
def put(install: Callable[[Package], Installation], package_of: Callable[[str], Path]) -> Callable[[str], Installation]:
    """Installs a plugin of tests/plugins."""

    def one(name: str) -> Installation:
        return install(upload_package(package_of(name).read_bytes()))

    return one


@pytest.fixture
def place(workspace: Workspace) -> Callable[..., Place]:
    def of(name: str, kind: str = "tool", **more: str) -> Place:
        return Place(str(workspace.id), f"patchbay/{name}", kind, more.pop("provider", name), **more)

    return of
