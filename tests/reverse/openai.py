"""A server that speaks OpenAI's chat API, for real model plugins: calls the first tool, then says what it answered."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson

from tests.programs import free_port
from tests.reverse.beside import read, send_while_there, served


class Stub:
    """A message that asks for `endless` is answered with words that never end, `silent` with nothing at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[dict[str, Any]] = []
        self.open = 0  # requests that are being answered

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = await read(receive)
        self.seen.append(request)
        self.open += 1
        try:
            if "silent" in str(request["messages"]):
                await receive()  # comes when who asked has left
            else:
                await self.answer(request, receive, send)
        finally:
            self.open -= 1

    async def answer(self, request: dict[str, Any], receive: Any, send: Any) -> None:
        kind = b"text/event-stream" if request.get("stream") else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send_while_there(receive, send, pieces(request), 0.02)


def pieces(request: dict[str, Any]) -> Any:
    """The body in the pieces in which it is sent."""
    answer = message_for(request)
    if not request.get("stream"):
        yield orjson.dumps(whole(answer))
        return
    words = answer.get("content") or ""
    if words == "endless":
        while True:
            yield event({"content": "word "})
    for word in words.split(" ") if words else ():
        yield event({"content": f"{word} "})
    if calls := answer.get("tool_calls"):
        yield event({"tool_calls": [{"index": number, **call} for number, call in enumerate(calls)]})
    yield event({}, finish_reason="tool_calls" if calls else "stop", usage=USAGE)
    yield b"data: [DONE]\n\n"


USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


def message_for(request: dict[str, Any]) -> dict[str, Any]:
    last = request["messages"][-1]
    content = last["content"] if isinstance(last["content"], str) else last["content"][0]["text"]
    if last["role"] == "tool":
        return {"role": "assistant", "content": f"The tool said {content}"}
    if request.get("tools"):
        name = request["tools"][0]["function"]["name"]
        call = {"id": "call-1", "type": "function", "function": {"name": name, "arguments": '{"text": "forty-two"}'}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    if "Action:" in str(request["messages"][0]["content"]):
        return {"role": "assistant", "content": reasoned(request)}
    return {"role": "assistant", "content": "endless" if "endless" in content else f"You said {content}"}


def reasoned(request: dict[str, Any]) -> str:
    """A step of an agent that is told to write its actions as text."""
    if "Observation: forty-two" in str(request["messages"][1:]):
        return "Thought: I know.\nFinalAnswer: The tool said forty-two"
    return 'Thought: I ask.\nAction: {"action": "echo", "action_input": {"text": "forty-two"}}'


def whole(message: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if message.get("tool_calls") else "stop"}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice], "usage": USAGE}


def event(delta: dict[str, Any], finish_reason: str | None = None, usage: Any = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]}
    return b"data: " + orjson.dumps(chunk | ({"usage": usage} if usage else {})) + b"\n\n"


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Stub]:
    port = free_port()
    stub = Stub(f"http://127.0.0.1:{port}")
    async with served(stub, port):
        yield stub
