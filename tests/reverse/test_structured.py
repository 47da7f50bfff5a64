"""How a schema reaches a model, and what comes of its answer, with models that say what a test gives them."""

from contextlib import aclosing
from typing import Any

import orjson
import pytest

from runtime import router
from runtime.credentials import warm
from runtime.credentials.finding import NONE
from runtime.credentials.places import Place
from runtime.host import providers, summary
from runtime.host.faults import HostFault
from runtime.host.structured import structured
from runtime.session import Session
from runtime.wire import END, STREAM

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
NATIVE = {
    "model": "native",
    "features": ["structured-output"],
    "parameter_rules": [{"name": "response_format", "options": ["text", "json_schema"]}],
    "model_properties": {"default_voice": "calm"},
}


class Says:
    """Stands as the router: a model that answers each call with the next of its answers, in pieces."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sessions: list[Session] = []

    async def stream(self, session: Session) -> Any:
        self.sessions.append(session)
        answer = self.answers.pop(0)
        half = len(answer) // 2
        for message in [answer] if isinstance(answer, list) else [answer[:half], answer[half:]]:
            content = {"content": "", "tool_calls": message} if isinstance(message, list) else {"content": message}
            delta = {"index": 0, "message": {"role": "assistant", **content}, "usage": None}
            yield [(STREAM, orjson.dumps({"model": "m", "delta": delta}))]
        yield [(END, b"{}")]

    def asked(self, number: int) -> dict[str, Any]:
        return self.sessions[number].data


@pytest.fixture
def says(request):
    """`says(*answers)`: a model that gives these."""

    def make(*answers):
        found = providers.Found("a/b:1@x", "a/b", "model", "c", {}, {"models": [NATIVE]})
        providers.warm["w", "model", "a/b/c"] = found
        for name in ("m", "native"):
            warm.put((Place("w", "a/b", "model", "c", name, "llm"), None), NONE)
        model = Says(*answers)
        router.set_here(model)  # type: ignore[arg-type] # it has what callers use of a router
        return model

    yield make
    router.set_here(None)
    providers.forget()


async def ask(model="m", messages=None, **more):
    session = Session(workspace="w", plugin="p:1", type="tool", action="", data={})
    request = {
        "provider": "a/b/c",
        "model": model,
        "completion_params": {"temperature": 0},
        "prompt_messages": messages or [{"role": "user", "content": "q"}],
        "structured_output_schema": SCHEMA,
        "stream": True,
        **more,
    }
    async with aclosing(structured(session, "llm_structured_output", request)) as chunks:
        return [orjson.loads(chunk) async for chunk in chunks]


async def test_the_answer_comes_in_its_pieces_and_then_as_a_value(says):
    says('{"a": 1}')
    *pieces, last = await ask()
    assert "".join(piece["delta"]["message"]["content"] for piece in pieces) == '{"a": 1}'
    assert last["structured_output"] == {"a": 1}
    assert last["delta"]["message"]["content"] == ""


async def test_a_wrong_answer_is_taken_back_before_anybody_saw_it(says):
    model = says('{"a": "uno"}', '{"a": 1}')
    chunks = await ask()
    assert "uno" not in str(chunks)
    assert chunks[-1]["structured_output"] == {"a": 1}
    *_, answer, correction = model.asked(1)["prompt_messages"]
    assert answer == {"role": "assistant", "content": '{"a": "uno"}', "tool_calls": []}
    assert "a must be of type integer" in correction["content"]


async def test_it_is_asked_twice_and_not_more(says):
    model = says("no", "no", '{"a": 1}')
    with pytest.raises(HostFault, match="does not fit the schema: there is no JSON object"):
        await ask()
    assert len(model.sessions) == 2


async def test_a_model_that_calls_a_tool_has_no_value(says):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    says([call])
    (chunk,) = await ask(tools=[{"name": "f", "description": "", "parameters": {}}])
    assert chunk["delta"]["message"]["tool_calls"] == [call]


async def test_a_model_that_takes_schemas_is_given_one_as_a_parameter(says):
    model = says('{"a": 1}')
    await ask("native")
    parameters = model.asked(0)["model_parameters"]
    assert parameters["temperature"] == 0
    assert parameters["response_format"] == "json_schema"
    assert orjson.loads(parameters["json_schema"])["schema"] == SCHEMA
    assert model.asked(0)["prompt_messages"] == [{"role": "user", "content": "q"}]


async def test_other_models_are_told_in_their_system_message(says):
    model = says('{"a": 1}', '{"a": 1}')
    await ask()
    first, _ = model.asked(0)["prompt_messages"]
    assert first["role"] == "system"
    await ask(messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "q"}])
    first, _ = model.asked(1)["prompt_messages"]
    assert first["content"].startswith("Be brief.\n\nAnswer with one JSON object")


async def test_a_long_text_is_summarised_in_pieces(says, monkeypatch):
    async def first(function, workspace):
        return "a/b/c", "m"

    monkeypatch.setattr(summary, "in_thread", first)
    monkeypatch.setattr(summary, "PIECE", 10)
    model = says("1", "2", "3", "whole")
    session = Session(workspace="w", plugin="p:1", type="tool", action="", data={})
    (answer,) = [
        orjson.loads(one) async for one in summary.summary(session, "", {"text": "x" * 25, "instruction": "i"})
    ]
    asked = [one.data["prompt_messages"][-1]["content"] for one in model.sessions]
    assert asked[:3] == ["x" * 10, "x" * 10, "x" * 5]
    assert answer["summary"] == "whole"
    assert asked[3] == "1\n2\n3"
    with pytest.raises(HostFault, match="longer than 400 characters"):
        await anext(summary.summary(session, "", {"text": "x" * 401, "instruction": ""}))
