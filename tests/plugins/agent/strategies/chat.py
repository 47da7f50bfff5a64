import json
from collections.abc import Generator
from typing import Any

from dify_plugin.entities.agent import AgentInvokeMessage
from dify_plugin.entities.model.llm import LLMModelConfig
from dify_plugin.entities.model.message import (
    AssistantPromptMessage,
    PromptMessageTool,
    UserPromptMessage,
)
from dify_plugin.entities.tool import ToolInvokeMessage, ToolProviderType
from dify_plugin.interfaces.agent import AgentModelConfig, AgentStrategy, ToolEntity

Messages = Generator[AgentInvokeMessage, None, None]


class ChatStrategy(AgentStrategy):
    def _invoke(self, parameters: dict[str, Any]) -> Messages:
        chosen = AgentModelConfig(**parameters["model"])
        config = LLMModelConfig(**chosen.model_dump(include={"provider", "model", "mode", "completion_params"}))
        tools = [ToolEntity(**tool) for tool in parameters.get("tools") or []]
        described = [self._describe(tool) for tool in tools]
        messages = [*chosen.history_prompt_messages, UserPromptMessage(content=parameters["query"])]
        calls: list[AssistantPromptMessage.ToolCall] = []
        if parameters.get("stream", True) in (True, "true"):
            for chunk in self.session.model.llm.invoke(config, messages, tools=described, stream=True):
                calls += chunk.delta.message.tool_calls
                yield self.create_text_message(str(chunk.delta.message.content or ""))
        else:
            result = self.session.model.llm.invoke(config, messages, tools=described, stream=False)
            calls += result.message.tool_calls
            yield self.create_text_message(str(result.message.content or ""))
        for call in calls:
            yield from self._call(call, {tool.identity.name: tool for tool in tools})

    def _describe(self, tool: ToolEntity) -> PromptMessageTool:
        description = tool.description.llm if tool.description else ""
        schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        return PromptMessageTool(name=tool.identity.name, description=description, parameters=schema)

    def _call(self, call: AssistantPromptMessage.ToolCall, tools: dict[str, ToolEntity]) -> Messages:
        tool = tools[call.function.name]
        yield self.create_log_message(f"CALL {tool.identity.name}", {"arguments": call.function.arguments})
        answers = self.session.tool.invoke(
            provider_type=ToolProviderType.BUILT_IN,
            provider=tool.identity.provider,
            tool_name=tool.identity.name,
            parameters={**tool.runtime_parameters, **json.loads(call.function.arguments or "{}")},
        )
        for answer in answers:
            if isinstance(answer.message, ToolInvokeMessage.TextMessage):
                yield self.create_text_message(answer.message.text)
