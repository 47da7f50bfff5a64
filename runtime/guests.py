"""Plugins that came to this node by themselves: it holds their connection, and nobody started them."""

from collections.abc import AsyncGenerator
from typing import Protocol

from runtime.backends.base import DuplexBackend
from runtime.cluster import PluginState
from runtime.logs import PluginLog
from runtime.session import Session
from runtime.wire import Frame


class Guest(Protocol):
    """A connected plugin. `running` is None once the connection is lost, until the node has let go of it."""

    plugin: str  # unique identifier
    log: PluginLog

    @property
    def running(self) -> DuplexBackend | None: ...

    def observed(self, node: str) -> PluginState: ...

    def displaced(self) -> None:
        """Another connection has taken the plugin over: end this one."""

    async def restart(self) -> None:
        """Somebody asked to start it anew: only whoever runs it can."""

    def answer_node(self, session: Session) -> AsyncGenerator[list[Frame]]:
        """What is asked of the node about it, beyond what it answers for every plugin (runtime/calling.py)."""
        ...
