from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class SeparatorsTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        # the SDK writes them raw: only a line feed may end a line of the wire
        for mark in (
            "\u2028",
            "\u2029",
            "\u0085",
            "\x0b",
            "\x0c",
            "\x1c",
            "\x1d",
            "\x1e",
            "\r",
            "\n",
            "\r\n",
            "\x00",
            "\U0001f600",
        ):
            yield self.create_text_message(f"before{mark}after")
