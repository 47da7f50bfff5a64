import socket
import subprocess
import time
from collections.abc import Generator
from typing import Any

import gevent
from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage
from gevent.monkey import get_original

kept: list[Any] = []  # outlives the call


class WorkTool(Tool):
    """child: a process; listen, connect: a socket; thread: a thread of the system's; busy: a loop that takes a core."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        kept.append(getattr(self, str(tool_parameters["how"]))())
        yield self.create_text_message("at work")

    def child(self) -> Any:
        return subprocess.Popen(["/bin/sleep", "3600"], stdout=subprocess.DEVNULL)

    def listen(self) -> Any:
        server = socket.create_server(("127.0.0.1", 0))
        kept.append(server)
        return server

    def connect(self) -> Any:
        server = self.listen()
        kept.remove(server)
        client = socket.create_connection(server.getsockname())
        kept.append(server.accept())
        server.close()
        return client

    def thread(self) -> Any:
        def tick() -> None:
            while True:
                get_original("time", "sleep")(0.2)

        return get_original("_thread", "start_new_thread")(tick, ())

    def busy(self) -> Any:
        def spin() -> None:
            while True:
                end = time.monotonic() + 0.2
                while time.monotonic() < end:
                    pass
                gevent.sleep(0.05)

        return gevent.spawn(spin)
