import json
import os
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from dify_plugin import LargeLanguageModel
from dify_plugin.entities.model import (
    AIModelEntity,
    FetchFrom,
    I18nObject,
    ModelPropertyKey,
    ModelType,
)
from dify_plugin.entities.model.llm import (
    LLMPollingResult,
    LLMPollingStatus,
    LLMResult,
    LLMResultChunk,
    LLMResultChunkDelta,
    LLMUsage,
)
from dify_plugin.entities.model.message import (
    AssistantPromptMessage,
    PromptMessage,
    PromptMessageTool,
)
from dify_plugin.errors.model import (
    CredentialsValidateFailedError,
    InvokeError,
    InvokeServerUnavailableError,
)


class FakeLargeLanguageModel(LargeLanguageModel):
    """Says the last message back, word by word; calls the first tool when the message is "call"; or writes `tokens`."""

    def _invoke(
        self,
        model: str,
        credentials: dict[str, Any],
        prompt_messages: list[PromptMessage],
        model_parameters: dict[str, Any],
        tools: list[PromptMessageTool] | None = None,
        stop: list[str] | None = None,
        stream: bool = True,
        user: str | None = None,
    ) -> LLMResult | Generator[LLMResultChunk, None, None]:
        if model_parameters.get("fail") == "start":
            raise InvokeServerUnavailableError("unavailable as asked")
        asked = str(prompt_messages[-1].content) if prompt_messages else ""
        if tools and asked == "call":
            return self._call(model, credentials, tools[0], stream)
        words = list(self._words(asked, model_parameters))
        usage = self._calc_response_usage(model, credentials, self._count(prompt_messages), len(words))
        if not stream:
            message = AssistantPromptMessage(content="".join(words))
            return LLMResult(model=model, prompt_messages=prompt_messages, message=message, usage=usage)
        return self._stream(model, words, model_parameters, usage)

    def _words(self, asked: str, parameters: Mapping[str, Any]) -> Iterator[str]:
        if "tokens" in parameters:
            yield from ("t" * int(parameters.get("token_size") or 4) for _ in range(int(parameters["tokens"])))
            return
        yield "You said:"
        yield from (f" {word}" for word in asked.split())

    def _stream(
        self, model: str, words: list[str], parameters: Mapping[str, Any], usage: LLMUsage
    ) -> Generator[LLMResultChunk, None, None]:
        pause = float(parameters.get("delay_ms") or 0) / 1000
        while parameters.get("until") and not os.path.exists(parameters["until"]):
            time.sleep(0.5)
        for number, word in enumerate(words):
            if pause:
                time.sleep(pause)
            if parameters.get("fail") == "middle" and number == 1:
                raise InvokeServerUnavailableError("broken midway as asked")
            last = number == len(words) - 1
            yield self._chunk(model, AssistantPromptMessage(content=word), number, usage if last else None)

    def _call(
        self, model: str, credentials: dict[str, Any], tool: PromptMessageTool, stream: bool
    ) -> LLMResult | Generator[LLMResultChunk, None, None]:
        function = AssistantPromptMessage.ToolCall.ToolCallFunction(
            name=tool.name, arguments=json.dumps({"text": "hi"})
        )
        call = AssistantPromptMessage.ToolCall(id="call-1", type="function", function=function)
        message = AssistantPromptMessage(content="", tool_calls=[call])
        usage = self._calc_response_usage(model, credentials, 1, 1)
        if not stream:
            return LLMResult(model=model, prompt_messages=[], message=message, usage=usage)
        return (self._chunk(model, message, 0, usage) for _ in range(1))

    def _chunk(
        self, model: str, message: AssistantPromptMessage, number: int, usage: LLMUsage | None
    ) -> LLMResultChunk:
        reason = "stop" if usage else None
        delta = LLMResultChunkDelta(index=number, message=message, usage=usage, finish_reason=reason)
        return LLMResultChunk(model=model, prompt_messages=[], delta=delta)

    def _start_polling(self, model: str, credentials: dict[str, Any], *_: Any, **__: Any) -> LLMPollingResult:
        return self._running(1)

    def _check_polling(
        self, model: str, credentials: dict[str, Any], plugin_state: dict[str, Any], user: str | None = None
    ) -> LLMPollingResult:
        """Running the first two times it is asked, then done; a state with `fail` fails."""
        asked = int(plugin_state.get("asked", 1))
        if plugin_state.get("fail"):
            return LLMPollingResult(status=LLMPollingStatus.FAILED, error="failed as asked")
        if asked < 2:
            return self._running(asked + 1)
        message = AssistantPromptMessage(content="polled")
        usage = self._calc_response_usage(model, credentials, 1, 1)
        result = LLMResult(model=model, prompt_messages=[], message=message, usage=usage)
        return LLMPollingResult(status=LLMPollingStatus.SUCCEEDED, result=result)

    def _running(self, asked: int) -> LLMPollingResult:
        return LLMPollingResult(
            status=LLMPollingStatus.RUNNING, plugin_state={"asked": asked}, next_check_after_seconds=1, max_attempts=5
        )

    def get_num_tokens(
        self,
        model: str,
        credentials: dict[str, Any],
        prompt_messages: list[PromptMessage],
        tools: list[PromptMessageTool] | None = None,
    ) -> int:
        return self._count(prompt_messages) + len(tools or ())

    def _count(self, messages: list[PromptMessage]) -> int:
        """One token a word."""
        return sum(len(str(message.content).split()) for message in messages)

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    def get_customizable_model_schema(self, model: str, credentials: Mapping[str, Any]) -> AIModelEntity:
        return AIModelEntity(
            model=model,
            label=I18nObject(en_US=model),
            model_type=ModelType.LLM,
            fetch_from=FetchFrom.CUSTOMIZABLE_MODEL,
            model_properties={
                ModelPropertyKey.CONTEXT_SIZE: int(credentials.get("context_size") or 4096),
                ModelPropertyKey.MODE: credentials.get("mode") or "chat",
            },
            parameter_rules=[],
        )

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeServerUnavailableError: [InvokeServerUnavailableError], InvokeError: [Exception]}
