from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class BlobTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        size = int(tool_parameters.get("size", 1024))
        mime = str(tool_parameters.get("mime") or "application/octet-stream")
        pattern = bytes(range(256))
        blob = (pattern * (size // len(pattern) + 1))[:size]
        yield self.create_blob_message(blob, meta={"mime_type": mime, "filename": "blob.bin"})
