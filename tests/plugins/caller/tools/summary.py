from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class SummaryTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        summary = self.session.model.summary.invoke(str(tool_parameters["text"]), "Be brief.", min_summarize_length=1)
        yield self.create_text_message(summary)
