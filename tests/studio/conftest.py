"""A workspace with a model, an agent strategy and tools; what they are asked is answered at the edge of the process."""

from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from marketplace.models import Workspace
from runtime import router
from runtime.credentials import Place, storing
from runtime.host import providers
from runtime.installations import declared_providers
from runtime.models import App, Installation, Package, Provider
from runtime.session import Session
from runtime.studio.keys import new_key
from runtime.studio.recipes import Model, Recipe, Strategy, Tool
from runtime.uploading import upload_package
from runtime.wire import END, ERROR, STREAM
from tests.credentials.conftest import cold
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace
from tests.studio.hosted import Studio

__all__ = ["cluster", "cold", "house", "install", "loop", "people", "visit", "workspace"]

FAKE = Model("patchbay/model/fake", "fake-chat")
ECHO = Tool("patchbay/echo/echo", "echo")
CHAT = Strategy("patchbay/agent/agent", "chat")
USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5, "total_price": "0.1", "currency": "USD"}


class Plugins:
    """Stands for the way to plugins: says what it was told to for each action, and keeps the sessions."""

    def __init__(self) -> None:
        self.said: dict[str, list[Any]] = {"invoke_llm": [chunk("Hel"), chunk("lo", USAGE)]}
        self.sessions: list[Session] = []

    async def stream(self, session: Session) -> AsyncGenerator[list[tuple[int, bytes]]]:
        self.sessions.append(session)
        for one in self.said.get(session.action, []):
            if isinstance(one, str):
                yield [(ERROR, orjson.dumps({"error_type": "Broken", "message": one}))]
                return
            yield [(STREAM, orjson.dumps(one))]
        yield [(END, b"{}")]

    def asked(self) -> dict[str, Any]:
        return self.sessions[-1].data


def chunk(text: str, usage: dict[str, Any] | None = None) -> dict[str, Any]:
    delta = {"index": 0, "message": {"role": "assistant", "content": text}, "usage": usage}
    return {"model": "fake-chat", "prompt_messages": [], "delta": delta}


def told(text: str) -> dict[str, Any]:
    return {"type": "text", "message": {"text": text}}


@pytest.fixture
def plugins(
    workspace: Workspace,
    install: Callable[[Package], Installation],
    package_of: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Plugins:
    """model, agent and echo are installed, and the model has its account."""
    providers.forget()
    for name in ("model", "agent", "echo"):
        row = install(upload_package(package_of(name).read_bytes()))
        for kind, provider in declared_providers(row.package.declaration):
            Provider.objects.create(installation=row, workspace_id=row.workspace_id, kind=kind, name=provider)
    storing.keep(Place(str(workspace.id), "patchbay/model", "model", "fake"), {"api_key": "hidden"})
    made = Plugins()
    monkeypatch.setattr(router, "current", made)
    return made


@pytest.fixture
def make(workspace: Workspace) -> Callable[..., App]:
    """An app of the workspace with the fake model, and with what else its recipe is to have."""

    def one(mode: str = "chat", **recipe: Any) -> App:
        settings = Recipe(**{"model": FAKE, **recipe}).packed()
        return App.objects.create(workspace_id=str(workspace.id), name="Helper", mode=mode, settings=settings)

    return one


@pytest.fixture
def key() -> Callable[[App], dict[str, str]]:
    def headers(app: App) -> dict[str, str]:
        return {"Authorization": f"Bearer {new_key(app, name='Test')}"}

    return headers


@pytest.fixture(scope="session")
def studio(start_host: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    host = start_host(ADMIN_EMAIL="ada@example.org", ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES="false")
    made = Studio(host, tmp_path_factory.mktemp("packages"))
    yield made
    made.browser.http.close()
    made.api.http.close()
