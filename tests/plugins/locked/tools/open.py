from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class OpenTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        if self.runtime.credentials.get("api_key") != "good":
            raise PermissionError("the key does not fit")
        yield self.create_json_message(
            {
                "credentials": dict(self.runtime.credentials),
                "credential_type": self.runtime.credential_type.value,
            }
        )
