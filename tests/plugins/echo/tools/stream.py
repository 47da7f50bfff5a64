import time
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class StreamTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        count = int(tool_parameters.get("count", 10))
        size = int(tool_parameters.get("size") or 16)
        pause = float(tool_parameters.get("delay_ms") or 0) / 1000
        for number in range(count):
            if pause:
                time.sleep(pause)
            yield self.create_text_message(f"{number}:".ljust(size, "x"))
