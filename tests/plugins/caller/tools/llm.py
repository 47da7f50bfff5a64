from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.llm import LLMModelConfig
from dify_plugin.entities.model.message import SystemPromptMessage, UserPromptMessage
from dify_plugin.entities.tool import ToolInvokeMessage


class LLMTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = LLMModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-chat"),
            mode="chat",
            completion_params=dict(tool_parameters.get("parameters") or {}),
        )
        messages = [SystemPromptMessage(content="Be brief."), UserPromptMessage(content=str(tool_parameters["prompt"]))]
        if tool_parameters.get("stream", True):
            for chunk in self.session.model.llm.invoke(config, messages, stream=True):
                yield self.create_text_message(str(chunk.delta.message.content))
        else:
            result = self.session.model.llm.invoke(config, messages, stream=False)
            yield self.create_text_message(str(result.message.content))
            yield self.create_json_message({"total_tokens": result.usage.total_tokens})
