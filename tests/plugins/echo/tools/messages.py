from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class MessagesTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        yield self.create_text_message("text")
        yield self.create_json_message({"number": 1, "list": [1, 2], "nested": {"key": "value"}, "null": None})
        yield self.create_json_message([1, "two", None])
        yield self.create_link_message("https://example.org/page")
        yield self.create_image_message("https://example.org/image.png")
        yield self.create_variable_message("answer", "42")
        for piece in ("once ", "upon ", "a time"):
            yield self.create_stream_variable_message("story", piece)
        log = self.create_log_message("work", {"step": 1}, status=ToolInvokeMessage.LogMessage.LogStatus.START)
        yield log
        yield self.create_log_message("part of it", {"step": 2}, parent=log)
        yield self.finish_log_message(log, data={"step": 3})
        yield self.create_blob_message(b"blob", meta={"mime_type": "text/plain", "filename": "blob.txt"})
        resource = ToolInvokeMessage.RetrieverResourceMessage.RetrieverResource(position=1, content="found", score=0.5)
        yield self.create_retriever_resource_message([resource], context="found")
