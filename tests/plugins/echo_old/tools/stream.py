import time
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class StreamTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        for _ in range(int(tool_parameters.get("count", 10))):
            time.sleep(float(tool_parameters.get("delay_ms") or 0) / 1000)
            yield self.create_text_message("x" * int(tool_parameters.get("size") or 16))
