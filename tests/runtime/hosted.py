"""A real node of this process, with wishes in a set and no database."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from runtime import reverse
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.errors import StartFailed
from runtime.gate import Gate
from runtime.launching import Launching, Prepared, Progress
from runtime.node import Node, NodeOptions
from tests import sdk


class Hosted:
    """A node with wishes in a set; `names` maps a plugin to the folder that stands for its package."""

    def __init__(self, tmp_path, cluster=None, name="n1", **options):
        self.wishes: set[str] = set()
        self.cluster = cluster or MemoryCluster()
        self.prepared: list[str] = []
        self.trouble = ""
        self.read: Callable[[], Any] = lambda: set(self.wishes)
        self.prepare: Callable[..., Any] = self.real_plugin
        info = NodeInfo(name, "here", "")
        self.node = Node(
            NodeOptions(
                info=info,
                wishes=self.now_wished,
                forget=lambda: None,
                logs=tmp_path / "logs",
                stop_grace=0.2,
                **options,
            ),
            self.cluster,
            self.launching,
        )

    def launching(self, node):
        options = {"answer": reverse.answer, "start_timeout": 60}
        return Launching(self.prepare_now, Gate(2), options, node.nudge)

    def now_wished(self):
        return self.read()

    def prepare_now(self, *given):
        return self.prepare(*given)

    def real_plugin(self, plugin, heard, cancelled):
        self.prepared.append(plugin)
        heard(Progress("install", 50, "half way"))
        if self.trouble:
            raise StartFailed(self.trouble)
        python = sdk.python_for(plugin)
        variables = {"PATH": "/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": sdk.MARKER}
        return Prepared([str(python), "-m", "main"], sdk.PLUGINS / plugin, variables)

    def wish(self, *plugins):
        self.wishes = set(plugins)
        self.cluster.bump()
        self.node.nudge()

    def pid(self, plugin: str) -> int:
        backend = self.node.keepers[plugin].backend
        return backend.pid if backend else 0

    async def until(self, plugin, *states, seconds=60):
        """Looks at each move: one that is soon followed by the next would be missed by looking now and then."""
        async with asyncio.timeout(seconds):
            while True:
                keeper = self.node.keepers.get(plugin)
                if (keeper.state if keeper else "absent") in states:
                    return keeper
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await (keeper.moved.wait() if keeper else asyncio.sleep(1))

    async def __aenter__(self):
        self.task = asyncio.create_task(self.node.run())
        await self.node.ready.wait()
        return self

    async def __aexit__(self, *_):
        await self.node.stop()
        await self.task


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
