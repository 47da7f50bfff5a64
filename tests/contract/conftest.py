"""The ways to reach a plugin, each behind the same interface; every test of the contract runs over all of them."""

import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from runtime.backends.local import LocalBackend
from runtime.cluster import NodeInfo
from runtime.link import Links, LinkServer
from runtime.spawning import Spawner
from tests import sdk


class Reach:
    """A started plugin: `plugin` is what is streamed from, `process` the backend that runs it."""

    def __init__(self, plugin: Any, process: LocalBackend, log: sdk.Log) -> None:
        self.plugin, self.process, self.log = plugin, process, log


@contextlib.asynccontextmanager
async def local(process: LocalBackend, _: Any) -> AsyncIterator[Any]:
    yield process


@contextlib.asynccontextmanager
async def over_a_link(process: LocalBackend, folder: Any) -> AsyncIterator[Any]:
    path = str(folder / "n.sock")
    server = LinkServer(key=b"key", node_id="n", serve=process.stream)
    await server.listen(path)
    links = Links(key=b"key", session_limit=process.session_limit)
    try:
        yield await links.to(NodeInfo("n", socket.gethostname(), path))
    finally:
        await links.close()
        await server.close()


@pytest.fixture(params=["plain", "forked"], autouse=True)
async def spawner(request: pytest.FixtureRequest) -> AsyncIterator[Spawner]:
    """Both ways in which a plugin becomes a process; nobody may see which one it was."""
    async with sdk.spawning_by(request.param) as made:
        yield made


@pytest.fixture(params=[local, over_a_link])
def reach(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """`async with reach("echo") as reached:` a running plugin, stopped afterwards."""

    @contextlib.asynccontextmanager
    async def start(name: str, **options: Any) -> AsyncIterator[Reach]:
        log = sdk.Log()
        process = sdk.backend(name, log, **options)
        await process.start()
        try:
            async with request.param(process, tmp_path_factory.mktemp("s")) as plugin:
                yield Reach(plugin, process, log)
        finally:
            await process.stop(0)

    return start
