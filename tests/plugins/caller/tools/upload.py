from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class UploadTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        kept = self.session.file.upload(
            str(tool_parameters.get("filename") or "note.txt"),
            str(tool_parameters["content"]).encode(),
            str(tool_parameters.get("mime") or "text/plain"),
        )
        yield self.create_json_message(kept.model_dump(mode="json"))
