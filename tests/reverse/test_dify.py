"""Every reverse call of the real SDK, answered by a Dify's inner API: what is sent, and what comes back."""

import asyncio
import base64
import signal
import time
from contextlib import aclosing
from typing import Any

import pytest

from runtime import reverse
from runtime.host import choice
from runtime.host.dify import DifyHost
from runtime.host.frames import framed
from runtime.host.ours import OurHost
from tests.programs import PROMISED
from tests.reverse.dify import KEY, Answer, frame, plain, serving, streamed
from tests.reverse.plugins import Failed, messages, running, session_of, told

pytestmark = pytest.mark.django_db(transaction=True)

USAGE = {
    "prompt_tokens": 1,
    "prompt_unit_price": "0",
    "prompt_price_unit": "0",
    "prompt_price": "0",
    "completion_tokens": 2,
    "completion_unit_price": "0",
    "completion_price_unit": "0",
    "completion_price": "0",
    "total_tokens": 3,
    "total_price": "0.01",
    "currency": "USD",
    "latency": 0.1,
}


def chunk(text, **more):
    message = {"role": "assistant", "content": text, "tool_calls": []}
    return {"model": "m", "prompt_messages": [], "delta": {"index": 0, "message": message, "usage": None}} | more


LAST = chunk("!") | {"delta": chunk("!")["delta"] | {"usage": USAGE}}
EMBEDDED = {
    "model": "m",
    "embeddings": [[0.5]],
    "usage": {
        "tokens": 1,
        "total_tokens": 1,
        "unit_price": "0",
        "price_unit": "0",
        "total_price": "0",
        "currency": "USD",
        "latency": 0.1,
    },
}
RANKED = {"model": "m", "docs": [{"index": 1, "text": "b", "score": 0.5}]}
NODE = {"inputs": {}, "process_data": {}, "outputs": {"city": "Paris"}}
MODEL = {"provider": "patchbay/model/fake"}

# tool of `caller` and its parameters, path, answer, what the tool then says, some of what Dify was sent
ROWS: list[Any] = [
    ("llm", {"prompt": "p"}, "invoke/llm", streamed(chunk("Hi"), LAST), "Hi!", MODEL | {"model": "fake-chat"}),
    ("structured", {"prompt": "p"}, "invoke/llm/structured-output", streamed(chunk("", structured_output={"a": 1})),
     {"structured": {"a": 1}}, {"structured_output_schema": {"type": "object", "properties": {"answer": {"type": "string"}}}}),
    ("embedding", {"text": "t"}, "invoke/text-embedding", plain(EMBEDDED), {"embeddings": [[0.5]], "tokens": 1},
     {"texts": ["t"], "input_type": "query"}),
    ("embedding", {"text": "t", "multimodal": True}, "invoke/multimodal-embedding", plain(EMBEDDED),
     {"embeddings": [[0.5]], "tokens": 1}, {"documents": [{"content": "t", "content_type": "text"}]}),
    ("rerank", {"query": "q", "texts": ["a", "b"]}, "invoke/rerank", plain(RANKED), {"texts": ["b"]},
     {"docs": ["a", "b"], "query": "q", "score_threshold": 0.0, "top_n": 3}),
    ("rerank", {"query": "q", "texts": ["a"], "multimodal": True}, "invoke/multimodal-rerank", plain(RANKED),
     {"texts": ["b"]}, {"query": {"content": "q", "content_type": "text"}}),
    ("speech2text", {"text": "t"}, "invoke/speech2text", plain({"result": "heard"}), "heard", {"file": "74"}),
    ("moderation", {"text": "t"}, "invoke/moderation", plain({"result": True}), {"unsafe": True}, {"text": "t"}),
    ("tool", {"text": "t"}, "invoke/tool", streamed({"type": "text", "message": {"text": "said"}, "meta": None}), "said",
     {"tool_type": "builtin", "provider": "patchbay/echo/echo", "tool": "echo", "tool_parameters": {"text": "t"}}),
    ("node", {"query": "q"}, "invoke/parameter-extractor", plain(NODE), NODE, {"query": "q", "instruction": ""}),
    ("node", {"query": "q", "kind": "classify"}, "invoke/question-classifier", plain(NODE), NODE,
     {"classes": [{"id": "1", "name": "praise"}, {"id": "2", "name": "blame"}]}),
    ("app", {"app_id": "a", "query": "q"}, "invoke/app", streamed({"event": "message", "answer": "x"}),
     {"event": "message", "answer": "x"}, {"app_id": "a", "query": "q", "response_mode": "streaming", "user": "u"}),
    ("app", {"app_id": "a", "kind": "completion", "stream": False}, "invoke/app", streamed({"answer": "x"}), {"answer": "x"},
     {"response_mode": "blocking"}),
    ("app", {"app_id": "a", "kind": "workflow"}, "invoke/app", streamed({"event": "e"}), {"event": "e"}, {"inputs": {}}),
    ("fetch_app", {"app_id": "a"}, "fetch/app/info", plain({"data": {"name": "App"}}), {"name": "App"}, {"app_id": "a"}),
    ("summary", {"text": "long"}, "invoke/summary", plain({"summary": "short"}), "short", {"instruction": "Be brief."}),
]  # fmt: skip


@pytest.fixture
async def stub():
    async with serving() as stub:
        choice.current = stub.host()
        yield stub
        await choice.close()


async def test_every_row_goes_to_its_path_and_back(stub):
    """One plugin process for all rows: what it costs is its start."""
    async with running("caller") as plugin:
        for tool, parameters, path, answer, says, sent in ROWS:
            stub.answers, stub.seen = {path: answer}, []
            session = session_of("caller", tool, **parameters)
            assert await told(plugin, session) == says, path
            (request,) = stub.seen
            assert request.path == path
            assert request.headers["x-inner-api-key"] == KEY
            assert request.headers["content-type"] == "application/json"
            assert request.headers["traceparent"].split("-")[1] == session.id.replace("-", "")
            common = {"tenant_id": session.workspace, "user_id": "u"}
            assert request.body | common | sent == request.body, path
            assert "model_type" not in request.body, "unknown keys are dropped"


async def test_audio_comes_in_pieces(stub):
    stub.answers["invoke/tts"] = streamed({"result": b"ab".hex()}, {"result": b"cd".hex()})
    async with running("caller") as plugin:
        said = await messages(plugin, session_of("caller", "tts", text="t"))
    assert b"".join(base64.b64decode(one["message"]["blob"]) for one in said) == b"abcd"
    assert stub.seen[0].body["content_text"] == "t"
    assert stub.seen[0].body["voice"] == "calm"


FAILURES = [
    (plain(None, "no quota"), "invoke moderation model failed: request failed: no quota"),
    (plain(None), "invoke moderation model failed: data is nil"),
    (plain(["x"]), "invoke moderation model failed: validate request failed: an object was expected, not list"),
    (Answer([b"<html>"], 502), "invoke moderation model failed: status code 502, the answer is no JSON: <html>"),
]


@pytest.mark.parametrize(("answer", "message"), FAILURES)
async def test_failures_of_plain_answers_keep_the_daemons_words(stub, answer, message):
    stub.answers["invoke/moderation"] = answer
    assert await failure(plain_call(), "moderation") == message


def plain_call(**more):
    return MODEL | {"model": "m", "text": "t", **more}


async def responses(kind, request, session=None):
    call = {"type": kind, "backwards_request_id": "r", "request": request}
    async with aclosing(reverse.answer(session or session_of("caller", "x"), call)) as answers:
        return [one async for one in answers]


async def failure(request, kind):
    (*_, last) = await responses(kind, request)
    assert last["event"] == "error"
    assert last["data"] is None
    return last["message"]


LLM = {**MODEL, "model": "m", "completion_params": None, "prompt_messages": [{"role": "assistant", "tool_calls": None}]}

BROKEN = [
    (
        Answer([b"denied"], 403),
        "invoke llm model failed: request failed with status code: 403 and respond with: denied",
    ),
    (Answer([frame(None, "no model")]), "invoke llm model failed: request failed: no model"),
    (Answer([frame({"a": 1}), frame(None, "broke")]), "read llm model failed: request failed: broke"),
    (Answer([frame({"a": 1}), b"\x00" * 14]), "read llm model failed: the stream is broken: magic number 0x00"),
    (Answer([frame({"a": 1})[:-3]]), "invoke llm model failed: the stream ended in the middle of a message"),
    (Answer([frame("x" * (1 << 20))]), "invoke llm model failed: a message of 1048598 bytes is larger than"),
]


@pytest.mark.parametrize(("answer", "message"), BROKEN)
async def test_failures_of_streams_say_when_they_came(stub, answer, message):
    stub.answers["invoke/llm"] = answer
    assert (await failure(LLM, "llm")).startswith(message)


async def test_a_frame_that_cannot_be_read_is_skipped(stub, caplog):
    stub.answers["invoke/llm"] = Answer([frame({"a": 1}), framed(b"no JSON"), framed(b'{"data":{"b":NaN}}')])
    assert [one["event"] for one in await responses("llm", LLM)] == ["response", "response"]
    assert "could not be read" in caplog.text


async def test_nulls_are_mended_on_the_way(stub):
    stub.answers["invoke/llm"] = streamed(chunk("x"))
    await responses("llm", LLM | {"tools": None, "tool_choice": None, "made_up": 1})
    body = stub.seen[0].body
    assert body["prompt_messages"] == [{"role": "assistant", "tool_calls": []}]
    assert body["completion_params"] == {}
    assert (body["tools"], body["stop"]) == (None, None)
    assert "tool_choice" not in body
    assert "made_up" not in body


async def test_who_asks_cannot_be_forged(stub):
    stub.answers["invoke/moderation"] = plain({"result": False})
    session = session_of("caller", "x")
    await responses("moderation", plain_call(tenant_id="other", user_id="admin", type="tool"), session)
    body = stub.seen[0].body
    assert (body["tenant_id"], body["user_id"], body["type"]) == (session.workspace, "u", "moderation")


async def test_a_dify_that_is_not_there_is_told():
    choice.current = DifyHost("http://127.0.0.1:9", KEY, read_timeout=1, write_timeout=1, frame_limit=1000)
    try:
        message = await failure(plain_call(), "moderation")
    finally:
        await choice.close()
    assert message.startswith("invoke moderation model failed: Dify's inner API cannot be reached: ConnectError")


async def test_a_dify_that_falls_silent_is_given_up(stub):
    choice.current = stub.host(read_timeout=0.3)
    stub.answers["invoke/llm"] = streamed(chunk("a"), chunk("b"), pause=1.0)
    assert "ReadTimeout" in await failure(LLM, "llm")


async def test_a_caller_that_leaves_ends_the_stream_at_dify(stub):
    stub.answers["invoke/llm"] = Answer([frame(chunk("x"))], pause=0.02, for_ever=True)
    async with running("caller") as plugin:
        stream = plugin.stream(session_of("caller", "llm", prompt="p"))
        await anext(stream)
        assert stub.open == 1
        await stream.aclose()
        left = time.monotonic()
        while stub.open:
            assert time.monotonic() - left < PROMISED
            await asyncio.sleep(0.01)


async def test_the_death_of_the_plugin_ends_the_stream_at_dify(stub):
    stub.answers["invoke/llm"] = Answer([frame(chunk("x"))], pause=0.02, for_ever=True)
    async with running("caller") as plugin:
        stream = plugin.stream(session_of("caller", "llm", prompt="p"))
        await anext(stream)
        plugin.process.signal(signal.SIGKILL)
        left = time.monotonic()
        async with aclosing(stream):
            async for _ in stream:
                pass
        while stub.open:
            assert time.monotonic() - left < PROMISED
            await asyncio.sleep(0.01)


async def test_five_hundred_streams_at_once_are_not_crossed(stub):
    """Each call's answers carry its own mark; none is lost, however long a busy machine takes for all of them."""
    choice.current = stub.host(connect_timeout=120, read_timeout=120, write_timeout=120)
    stub.answers["invoke/tool"] = streamed(*({"n": n} for n in range(5)), pause=0.05)
    session = session_of("caller", "x")
    request = {"tool_type": "builtin", "provider": "p", "tool": "t"}
    answers = await asyncio.gather(
        *(responses("tool", request | {"tool_parameters": {"n": n}}, session) for n in range(500))
    )
    assert all([one["event"] for one in each] == ["response"] * 5 for each in answers)
    assert sorted(one.body["tool_parameters"]["n"] for one in stub.seen) == list(range(500))


async def test_the_settings_choose_the_host(settings):
    assert isinstance(choice.made(), OurHost)
    settings.DIFY_INNER_API_URL, settings.DIFY_INNER_API_KEY = "http://dify:5001/", "k"
    host = choice.made()
    assert isinstance(host, DifyHost)
    with host.client() as client:
        assert str(client.base_url) == "http://dify:5001/inner/api/"
    await host.close()


async def test_storage_stays_here_when_dify_is_the_host(stub):
    async with running("caller") as plugin:
        await told(plugin, session_of("caller", "storage", key="k", value="v"))
    assert stub.seen == []


async def test_the_sdk_raises_what_dify_says(stub):
    stub.answers["invoke/moderation"] = plain(None, "no quota")
    async with running("caller") as plugin:
        with pytest.raises(Failed, match="invoke moderation model failed: request failed: no quota"):
            await told(plugin, session_of("caller", "moderation", text="t"))
