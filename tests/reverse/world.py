"""A workspace with real plugins in it that can call each other: rows in the database, processes in this one's hands."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from marketplace import difypkg
from runtime import companion, reverse, router
from runtime.backends.local import LocalBackend
from runtime.credentials import Place
from runtime.credentials.storing import keep
from runtime.database import in_thread
from runtime.errors import Unavailable
from runtime.host import choice, providers
from runtime.host.ours import OurHost
from runtime.installations import declared_providers
from runtime.models import Installation
from runtime.session import Session
from runtime.uploading import upload_package
from runtime.wire import Frame
from tests import sdk
from tests.reverse.plugins import Failed, session_of, told

PackageOf = Callable[[str], Path]


class World:
    """One workspace. Stands as this process's router: a plugin is started when it is first called."""

    def __init__(self, package_of: PackageOf) -> None:
        self.workspace = f"w-{uuid4()}"
        self.package_of = package_of
        self.names: dict[str, str] = {}  # unique identifier → plugin of tests/plugins
        self.sources: dict[str, dict[str, Any]] = {}  # unique identifier → how to start a plugin that is none of these
        self.backends: dict[str, LocalBackend] = {}
        self.starting = asyncio.Lock()
        self.sessions: list[Session] = []  # all that were streamed
        self.beside: Any = None  # a server that its plugins talk to

    async def add(self, name: str, *, api_key: str = "", endpoint_url: str = "") -> Installation:
        """Installs a plugin; stores a key for `fake`, or an address for `compatible`, where one is given."""
        installation: Installation = await in_thread(self.installed, name)
        self.names[installation.package.unique_identifier] = name
        if api_key or endpoint_url:
            provider, values = ("fake", {"api_key": api_key}) if api_key else (name, {"endpoint_url": endpoint_url})
            place = Place(self.workspace, installation.plugin_id, "model", provider)
            await in_thread(keep, place, values)
        providers.forget()
        return installation

    async def add_source(self, folder: Path, build: Callable[[Path], Path]) -> str:
        """Installs a plugin of somebody else from its source; its unique identifier."""
        installation = await in_thread(self.rows, difypkg.build_package(folder))
        python = await asyncio.to_thread(build, folder)
        plugin: str = installation.package.unique_identifier
        argv = companion.wrap(str(python), "main", sdk.PATCHES)
        variables = {"PATH": f"{python.parent}:/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": sdk.MARKER}
        self.sources[plugin] = {"argv": argv, "folder": folder, "environment": variables, "start_timeout": 120}
        providers.forget()
        return plugin

    def installed(self, name: str) -> Installation:
        return self.rows(self.package_of(name).read_bytes())

    def rows(self, content: bytes) -> Installation:
        """The rows alone: nobody is told, as there is no other process."""
        package = upload_package(content)
        installation = Installation.objects.create(
            workspace_id=self.workspace, plugin_id=package.plugin_id, package=package, source="package"
        )
        for kind, provider in declared_providers(package.declaration):
            installation.providers.create(workspace_id=self.workspace, kind=kind, name=provider)
        return installation

    async def backend(self, plugin: str) -> LocalBackend:
        if plugin not in self.names and plugin not in self.sources:
            raise Unavailable("The plugin is not running.")
        async with self.starting:
            if plugin not in self.backends:
                started = self.sources.get(plugin, {})
                backend = sdk.backend(self.names.get(plugin, "echo"), answer=reverse.answer, **started)
                await backend.start()
                self.backends[plugin] = backend
        return self.backends[plugin]

    async def stream(self, session: Session) -> AsyncGenerator[list[Frame]]:
        self.sessions.append(session)
        backend = await self.backend(session.plugin)
        async with contextlib.aclosing(backend.stream(session)) as batches:
            async for frames in batches:
                yield frames

    def session(self, name: str, tool: str, /, **parameters: Any) -> Session:
        """A call of a tool that is installed here."""
        session = session_of(name, tool, workspace=self.workspace, **parameters)
        session.plugin = next(plugin for plugin, called in self.names.items() if called == name)
        return session

    async def stop(self) -> None:
        await asyncio.gather(*(backend.stop(0) for backend in self.backends.values()))


@contextlib.asynccontextmanager
async def existing(package_of: PackageOf) -> AsyncIterator[World]:
    world = World(package_of)
    router.set_here(world)  # type: ignore[arg-type] # it has what callers use of a router
    choice.current = OurHost()
    try:
        yield world
    finally:
        await world.stop()
        router.set_here(None)
        await choice.close()


async def ask(world: World, tool: str, /, **parameters: Any) -> Any:
    """What a tool of `caller` tells."""
    session = world.session("caller", tool, **parameters)
    return await told(await world.backend(session.plugin), session)


async def fails(world: World, tool: str, /, **parameters: Any) -> str:
    """The error that it ends with."""
    with pytest.raises(Failed) as failed:
        await ask(world, tool, **parameters)
    return str(failed.value)
