"""Every reverse call of the real SDK, answered by what is installed in the workspace."""

import asyncio
import base64
import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from runtime import accounting
from runtime.database import in_thread
from runtime.host import choice
from runtime.models import ReverseUse
from runtime.session import Session
from runtime.wire import ERROR, GONE, STREAM
from tests import sdk
from tests.programs import PROMISED
from tests.reverse.plugins import Failed, messages, told
from tests.reverse.world import ask, existing, fails

pytestmark = pytest.mark.django_db(transaction=True)


async def test_models_of_every_kind(world):
    vector = [number / 255 for number in hashlib.sha256(b"t").digest()[:8]]
    assert await ask(world, "llm", prompt="hello there") == "You said: hello there"
    assert await ask(world, "embedding", text="t") == {"embeddings": [vector], "tokens": 1}
    assert await ask(world, "embedding", text="t", multimodal=True) == {"embeddings": [vector], "tokens": 1}
    texts = ["a cat", "a dog and a cat", "nothing"]
    assert (await ask(world, "rerank", query="dog", texts=texts))["texts"][0] == "a dog and a cat"
    assert (await ask(world, "rerank", query="dog", texts=texts, multimodal=True))["texts"][0] == "a dog and a cat"
    assert await ask(world, "speech2text", text="heard") == "heard"
    assert await ask(world, "moderation", text="evil") == {"unsafe": True}
    assert await ask(world, "moderation", text="good") == {"unsafe": False}
    assert await ask(world, "summary", text="one two") == "You said: one two"
    session = world.session("caller", "tts", text="speak")
    said = await messages(await world.backend(session.plugin), session)
    assert b"speak" in b"".join(base64.b64decode(one["message"]["blob"]) for one in said)


async def test_a_blocking_model_call_gives_text_and_usage(world):
    session = world.session("caller", "llm", prompt="one two", stream=False)
    text, usage = await messages(await world.backend(session.plugin), session)
    assert text["message"]["text"] == "You said: one two"
    assert usage["message"]["json_object"]["total_tokens"] > 0


async def test_a_voice_that_is_not_named_is_the_models_own(world):
    request = {"provider": "fake", "model": "fake-tts", "content_text": "t", "voice": ""}
    said = [one async for one in choice.here().answer(world.session("caller", "x"), "tts", request)]
    assert said
    assert world.sessions[0].data["voice"] == "calm"


@pytest.mark.parametrize("provider", ["patchbay/model/fake", "patchbay/model", "fake"])
async def test_a_provider_has_long_and_short_names(world, provider):
    assert await ask(world, "moderation", text="evil", provider=provider) == {"unsafe": True}
    (nested,) = [one for one in world.sessions if one.type == "model"]
    assert nested.data["provider"] == "fake"
    assert nested.data["credentials"] == {"api_key": "good"}


async def test_a_bare_name_means_langgenius_first(world):
    from runtime.host import providers
    from runtime.models import Installation, Provider

    def second():
        installation = Installation.objects.get(workspace_id=world.workspace, plugin_id="patchbay/echo")
        installation.plugin_id = "langgenius/fake"
        installation.save()
        return Provider.objects.create(
            installation=installation, workspace_id=world.workspace, kind="model", name="fake"
        )

    await in_thread(second)
    providers.forget()
    assert (await providers.find(world.workspace, "model", "fake")).plugin_id == "langgenius/fake"
    assert (await providers.find(world.workspace, "model", "patchbay/model/fake")).plugin_id == "patchbay/model"


async def test_what_is_not_installed_is_told(world):
    message = "no {} is installed in this workspace"
    assert message.format("model provider a/b/c") in await fails(world, "llm", prompt="p", provider="a/b/c")
    assert message.format("tool provider nope") in await fails(world, "tool", text="t", provider="nope")
    assert "invoke llm model failed" in await fails(world, "llm", prompt="p", provider="nope")


async def test_a_model_without_an_account_says_where_to_add_one(package_of):
    async with existing(package_of) as world:
        await world.add("caller")
        await world.add("model")
        assert "patchbay/model needs an account" in await fails(world, "llm", prompt="p")


async def test_the_models_own_error_reaches_the_caller(world):
    start = await fails(world, "llm", prompt="p", parameters={"fail": "start"})
    assert start.startswith("invoke llm model failed: InvokeServerUnavailableError: ")
    assert "unavailable as asked" in start
    middle = await fails(world, "llm", prompt="p", parameters={"fail": "middle"})
    assert middle.startswith("read llm model failed: InvokeServerUnavailableError: ")
    assert "Traceback" not in middle


async def test_structured_output_is_checked_and_mended_once(world):
    answer = await ask(world, "structured", prompt='{"answer": "yes"}')
    assert answer == {"structured": {"answer": "yes"}}
    (session,) = [one for one in world.sessions if one.type == "model"]
    assert session.data["prompt_messages"][0]["role"] == "system"
    assert '"answer"' in session.data["prompt_messages"][0]["content"]
    assert "does not fit the schema" in await fails(world, "structured", prompt='{"answer": 1}')
    assert "there is no JSON object" in await fails(world, "structured", prompt="plain words")
    retried = [one for one in world.sessions if one.type == "model"][1:3]
    assert [len(one.data["prompt_messages"]) for one in retried] == [2, 4]
    assert "answer must be of type string" in retried[1].data["prompt_messages"][-1]["content"]


async def test_parameters_are_read_out_of_a_text(world):
    answer = await ask(world, "node", query='{"city": "Paris"}')
    assert set(answer) == {"inputs", "process_data", "outputs"}
    assert answer["outputs"]["city"] == "Paris"
    assert answer["outputs"]["__is_success"] == 1
    assert answer["process_data"]["model_name"] == "fake-chat"
    failed = await ask(world, "node", query="nowhere")
    assert failed["outputs"]["city"] == ""
    assert failed["outputs"]["__is_success"] == 0
    assert "no JSON object" in failed["outputs"]["__reason"]


async def test_a_text_is_sorted_into_a_class(world):
    answer = await ask(world, "node", query='{"category_id": "2"}', kind="classify")
    assert answer["outputs"]["class_name"] == "blame"
    assert answer["outputs"]["class_id"] == "2"
    assert "invoke question classifier failed" in await fails(
        world, "node", query='{"category_id": "3"}', kind="classify"
    )


async def test_tools_of_plugins(world):
    assert await ask(world, "tool", text="through") == "through"
    (nested,) = [one for one in world.sessions if one.action == "invoke_tool" and one.depth]
    assert nested.data["credential_type"] == "unauthorized"
    assert "no tools of type workflow" in await fails(world, "tool", text="t", kind="workflow")
    assert "invoke tool failed" in await fails(world, "tool", text="t", name="none")


async def test_files_of_tools_come_whole(world):
    """The SDK cuts files in pieces on the way out; a calling plugin gets them as one."""
    from runtime.host.tools import tool

    session = world.session("caller", "x")
    request = {
        "tool_type": "builtin",
        "provider": "patchbay/echo/echo",
        "tool": "blob",
        "tool_parameters": {"size": 50_000},
    }
    said = [orjson.loads(one) async for one in tool(session, "tool", request)]
    (blob,) = [one for one in said if one["type"] == "blob"]
    assert len(base64.b64decode(blob["message"]["blob"])) == 50_000
    assert not [one for one in said if one["type"] == "blob_chunk"]


async def test_tool_to_agent_like_chains_carry_depth_and_trace(world):
    """caller → caller → echo: each call one deeper, all of one trace, none longer than the first."""
    session = world.session("caller", "tool", text="deep", provider="patchbay/caller/caller", name="tool")
    assert await told(await world.backend(session.plugin), session) == "deep"
    assert [one.depth for one in world.sessions] == [1, 2]
    assert {one.trace for one in world.sessions} == {session.id}
    assert {one.deadline for one in world.sessions} == {session.deadline}


async def test_a_circle_of_calls_ends_with_a_clear_error(world):
    """A session as deep as they get: what it calls may not call on."""
    session = world.session("caller", "tool", text="x", provider="patchbay/caller/caller", name="tool")
    session.depth = 9
    with pytest.raises(Failed, match="nested more than 10 deep: do plugins or apps call each other in a circle"):
        await told(await world.backend(session.plugin), session)


async def test_an_agent_runs_tools_over_a_model(world):
    await world.add("agent")
    tool: dict[str, Any] = {
        "identity": {
            "author": "patchbay",
            "name": "echo",
            "label": {"en_US": "Echo"},
            "provider": "patchbay/echo/echo",
        },
        "parameters": [],
        "description": {"human": {"en_US": "Says it back"}, "llm": "Says it back"},
        "output_schema": None,
        "has_runtime_parameters": False,
        "provider_type": "builtin",
        "runtime_parameters": {},
    }
    model = {
        "provider": "patchbay/model/fake",
        "model": "fake-chat",
        "model_type": "llm",
        "mode": "chat",
        "completion_params": {},
    }
    params = {"query": "call", "model": model, "tools": [tool]}
    data = {"agent_strategy_provider": "agent", "agent_strategy": "chat", "agent_strategy_params": params}
    plugin = next(plugin for plugin, name in world.names.items() if name == "agent")
    session = Session(
        workspace=world.workspace,
        plugin=plugin,
        type="agent_strategy",
        action="invoke_agent_strategy",
        data=data,
        permission={"model": {"enabled": True, "llm": True}, "tool": {"enabled": True}},
    )
    frames = await sdk.frames_of(await world.backend(plugin), session)
    assert not [payload for kind, payload in frames if kind in (ERROR, GONE)]
    said = [orjson.loads(payload) for kind, payload in frames if kind == STREAM]
    assert "".join(one["message"]["text"] for one in said if one["type"] == "text") == "hi"
    assert [one.type for one in world.sessions] == ["model", "tool"]


async def test_a_caller_that_leaves_ends_what_was_called_for_it(world):
    session = world.session("caller", "llm", prompt="p", parameters={"tokens": 10_000, "delay_ms": 20})
    stream = (await world.backend(session.plugin)).stream(session)
    await anext(stream)
    (nested,) = world.sessions
    model = await world.backend(nested.plugin)
    assert len(model.conversations) == 1
    await stream.aclose()
    left = time.monotonic()
    while model.conversations:
        assert time.monotonic() - left < PROMISED
        await asyncio.sleep(0.01)


async def test_the_death_of_the_model_ends_the_call_with_a_reason(world):
    session = world.session("caller", "llm", prompt="p", parameters={"tokens": 10_000, "delay_ms": 20})
    stream = (await world.backend(session.plugin)).stream(session)
    await anext(stream)
    (await world.backend(world.sessions[0].plugin)).process.signal(signal.SIGKILL)
    died = time.monotonic()
    frames = [frame async for batch in stream for frame in batch]
    assert time.monotonic() - died < 2 * PROMISED
    (error,) = [orjson.loads(payload) for kind, payload in frames if kind == ERROR]
    assert error["message"].startswith("read llm model failed: ConnectionClosedError: ")
    assert "SIGKILL" in error["message"]


async def test_the_death_of_the_caller_ends_the_model_stream(world):
    session = world.session("caller", "llm", prompt="p", parameters={"tokens": 10_000, "delay_ms": 20})
    caller = await world.backend(session.plugin)
    stream = caller.stream(session)
    await anext(stream)
    model = await world.backend(world.sessions[0].plugin)
    caller.process.signal(signal.SIGKILL)
    async for _ in stream:
        pass
    left = time.monotonic()
    while model.conversations:
        assert time.monotonic() - left < PROMISED
        await asyncio.sleep(0.01)


async def test_five_hundred_calls_in_flight_are_neither_lost_nor_crossed(world, tmp_path):
    """All wait for their model at the same time; what the host needs for them is bounded."""

    async def one(number):
        said = await ask(world, "llm", prompt=f"number {number}", parameters={"until": str(go)})
        assert said == f"You said: number {number}"

    await ask(world, "llm", prompt="warm")
    model = await world.backend(world.sessions[0].plugin)
    before, go = resident(), tmp_path / "go"
    calls = asyncio.gather(*(one(number) for number in range(500)))
    async with asyncio.timeout(120):
        while len(model.conversations) < 500:
            assert not calls.done(), await calls
            await asyncio.sleep(0.05)
    go.touch()
    await calls
    assert resident() - before < 100 << 20
    assert model.conversations == {}
    await in_thread(accounting.flush)
    row = await in_thread(ReverseUse.objects.get)
    assert (row.kind, row.calls, row.errors) == ("llm", 501, 0)
    assert row.completion_tokens > 501


def resident():
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
