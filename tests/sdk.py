"""Real plugins of tests/plugins, ready to start: environments are built once and shared by all workers and runs."""

import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime import companion, environment, reverse
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.environment import EnvironmentOptions
from runtime.environment.options import PASSED
from runtime.session import Session
from runtime.wire import Frame

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "tests" / "plugins"
CACHE = ROOT / "build" / "test-cache"
MARKER = "tests"


@functools.cache
def python_for(name: str) -> Path:
    """The interpreter of a plugin's environment."""
    return environment.build(PLUGINS / name, options(), progress=lambda _: None, marker=MARKER).python


def options(**changes: Any) -> EnvironmentOptions:
    passed = {variable: os.environ[variable] for variable in PASSED if variable in os.environ}
    usual: dict[str, Any] = {"root": CACHE / "environments", "cache": CACHE / "uv", "environ": passed}
    return EnvironmentOptions(**usual | changes)


class Log(list[tuple[str, str]]):
    """What a plugin's log was told."""

    def __call__(self, kind: str, text: str) -> None:
        self.append((kind, text))

    def texts(self, kind: str) -> list[str]:
        return [text for at, text in self if at == kind]


def backend(name: str, log: Log | None = None, *, patches: Sequence[str] = ("cancel",), **options: Any) -> LocalBackend:
    """A backend of the plugin `name`, not started yet."""
    python = python_for(name)
    settings: dict[str, Any] = {
        "argv": companion.wrap(str(python), "main", patches),
        "folder": PLUGINS / name,
        "environment": {"PATH": f"{python.parent}:/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": MARKER},
        "log": log if log is not None else Log(),
        "answer": reverse.answer,
        "start_timeout": 60,
    }
    return LocalBackend(LocalOptions(**(settings | options)))


def tool(name: str, provider: str = "echo", **parameters: Any) -> Session:
    """A session that runs one tool."""
    data = {"provider": provider, "tool": name, "tool_parameters": parameters, "credentials": {}}
    return Session(workspace="w", plugin="p", type="tool", action="invoke_tool", data=data, user="u")


async def frames_of(plugin: Any, session: Session) -> list[Frame]:
    """All frames of a session, in order."""
    return [frame async for batch in plugin.stream(session) for frame in batch]
