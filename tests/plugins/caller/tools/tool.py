from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage, ToolProviderType


class ToolTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        yield from self.session.tool.invoke(
            provider_type=ToolProviderType.value_of(str(tool_parameters.get("kind") or "builtin")),
            provider=str(tool_parameters.get("provider") or "patchbay/echo/echo"),
            tool_name=str(tool_parameters.get("name") or "echo"),
            parameters={"text": tool_parameters["text"]},
        )
