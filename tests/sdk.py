"""Real plugins of tests/plugins, ready to start: environments are built once and shared by all workers and runs."""

import contextlib
import functools
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from runtime import companion, environment, reverse
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.environment import Environment, EnvironmentOptions
from runtime.environment.options import PASSED
from runtime.forkserver import Forking, origin_of
from runtime.session import Session
from runtime.spawning import Plain, Spawner
from runtime.wire import Frame

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "tests" / "plugins"
CACHE = ROOT / "build" / "test-cache"
MARKER = "tests"
PATCHES = ("cancel", "reading", "writing", "sessions", "loading", "parsing", "pooling")  # as the settings have them
# What makes the processes of plugins where a test names nothing else: see `spawning_by`.
spawners: list[Spawner] = []


@functools.cache
def environment_for(name: str) -> Environment:
    """The environment of a plugin of tests/plugins."""
    return environment.build(PLUGINS / name, options(), progress=lambda _: None, marker=MARKER)


def python_for(name: str) -> Path:
    """The interpreter of a plugin's environment."""
    return environment_for(name).python


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


def backend(name: str, log: Log | None = None, *, patches: Sequence[str] = PATCHES, **options: Any) -> LocalBackend:
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
    if spawners:
        settings["spawner"] = spawners[-1]
    if "argv" not in options:
        settings["origin"] = origin_of(environment_for(name), "main", patches=patches)
    return LocalBackend(LocalOptions(**(settings | options)))


@contextlib.asynccontextmanager
async def spawning_by(way: str) -> AsyncIterator[Spawner]:
    """Backends made meanwhile are started in this way: `plain` or `forked`."""
    spawner: Spawner = Forking() if way == "forked" else Plain()
    spawners.append(spawner)
    try:
        yield spawner
    finally:
        spawners.remove(spawner)
        await spawner.close()


def tool(name: str, provider: str = "echo", **parameters: Any) -> Session:
    """A session that runs one tool."""
    data = {"provider": provider, "tool": name, "tool_parameters": parameters, "credentials": {}}
    return Session(workspace="w", plugin="p", type="tool", action="invoke_tool", data=data, user="u")


async def frames_of(plugin: Any, session: Session) -> list[Frame]:
    """All frames of a session, in order."""
    return [frame async for batch in plugin.stream(session) for frame in batch]
