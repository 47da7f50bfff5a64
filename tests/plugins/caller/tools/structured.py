from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.llm import LLMModelConfig
from dify_plugin.entities.model.message import UserPromptMessage
from dify_plugin.entities.tool import ToolInvokeMessage


class StructuredTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = LLMModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-chat"),
            mode="chat",
            completion_params={},
        )
        schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
        messages = [UserPromptMessage(content=str(tool_parameters["prompt"]))]
        result = self.session.model.llm_structured_output.invoke(config, messages, schema, stream=False)
        yield self.create_json_message({"structured": result.structured_output})
