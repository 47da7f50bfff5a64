import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

MIB = 1 << 20
CHILD = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


class TakeTool(Tool):
    kept: list[Any] = []

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        take = getattr(self, tool_parameters["what"])
        yield self.create_text_message("taking")
        for _ in range(int(tool_parameters["amount"])):
            take()
        yield self.create_text_message("taken")
        time.sleep(float(tool_parameters.get("seconds") or 20))
        yield self.create_text_message("kept")

    def memory(self) -> None:
        self.kept.append(os.urandom(MIB))
        time.sleep(0.002)

    def children(self) -> None:
        self.kept.append(subprocess.Popen(CHILD, start_new_session=True))

    def descriptors(self) -> None:
        self.kept.append(os.open("/dev/null", os.O_RDONLY))

    def disk(self) -> None:
        with open(os.path.join(tempfile.gettempdir(), "much"), "ab") as file:
            file.write(bytes(MIB))
        time.sleep(0.002)

    def time(self) -> None:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pass
