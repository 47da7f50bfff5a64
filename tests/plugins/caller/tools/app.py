from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class AppTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        mode = "streaming" if tool_parameters.get("stream", True) else "blocking"
        app_id, inputs = str(tool_parameters["app_id"]), dict(tool_parameters.get("inputs") or {})
        match tool_parameters.get("kind") or "chat":
            case "workflow":
                answer = self.session.app.workflow.invoke(app_id, inputs, response_mode=mode)
            case "completion":
                answer = self.session.app.completion.invoke(app_id, inputs, response_mode=mode)
            case _:
                query = str(tool_parameters.get("query") or "")
                answer = self.session.app.chat.invoke(app_id, query, inputs, response_mode=mode)
        for event in answer if mode == "streaming" else [answer]:
            yield self.create_json_message(dict(event))
