"""Plugins that others wrote, unmodified: agents over a model plugin that speaks to an OpenAI-compatible server.

Their sources are not kept here: OFFICIAL_PLUGINS names a checkout of langgenius/dify-official-plugins; without it these
tests are left out.
"""

import asyncio
import os
import time
from pathlib import Path

import orjson
import pytest

from runtime import environment
from runtime.credentials import Place
from runtime.credentials.storing import keep
from runtime.database import in_thread
from runtime.environment import EnvironmentOptions
from runtime.environment.options import PASSED
from runtime.session import Session
from runtime.wire import STREAM
from tests import sdk
from tests.programs import PROMISED
from tests.reverse.openai import serving
from tests.reverse.world import existing

CHECKOUT = os.environ.get("OFFICIAL_PLUGINS", "")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHECKOUT, reason="OFFICIAL_PLUGINS names no checkout of official plugins"),
    pytest.mark.timeout(900),
]
PERMISSION = {"model": {"enabled": True, "llm": True}, "tool": {"enabled": True}}
PROVIDER = "langgenius/openai_api_compatible/openai_api_compatible"
MODEL = {
    "provider": PROVIDER,
    "model": "stub",
    "model_type": "llm",
    "mode": "chat",
    "completion_params": {},
}
ECHO = {
    "identity": {"author": "patchbay", "name": "echo", "label": {"en_US": "Echo"}, "provider": "patchbay/echo/echo"},
    "parameters": [
        {
            "name": "text",
            "label": {"en_US": "Text"},
            "human_description": {"en_US": "Text"},
            "llm_description": "Text",
            "type": "string",
            "form": "llm",
            "required": True,
        }
    ],
    "description": {"human": {"en_US": "Says it back"}, "llm": "Says it back"},
    "output_schema": None,
    "has_runtime_parameters": False,
    "provider_type": "builtin",
    "runtime_parameters": {},
}


def built(folder: Path) -> Path:
    """The interpreter of a plugin's environment."""
    passed = {variable: os.environ[variable] for variable in PASSED if variable in os.environ}
    options = EnvironmentOptions(root=sdk.CACHE / "environments", cache=sdk.CACHE / "uv", environ=passed)
    return environment.build(folder, options, progress=lambda _: None, marker=sdk.MARKER).python


@pytest.fixture
async def world(package_of, settings):
    settings.ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES = False
    async with serving() as stub, existing(package_of) as world:
        world.beside = stub
        await world.add("echo")
        await world.add_source(Path(CHECKOUT, "models", "openai_api_compatible"), built)
        plugin_id, _, provider = PROVIDER.rpartition("/")
        place = Place(world.workspace, plugin_id, "model", provider, model="stub", model_type="llm")
        values = {
            "endpoint_url": f"{stub.url}/v1",
            "api_key": "k",
            "mode": "chat",
            "context_size": "4096",
            "max_tokens_to_sample": "1024",
            "function_calling_type": "tool_call",
            "stream_function_calling": "supported",
            "stream_mode_delimiter": "\\n\\n",
        }
        await in_thread(keep, place, values)
        yield world


def strategy(world, plugin, names, params):
    return Session(
        workspace=world.workspace,
        plugin=plugin,
        type="agent_strategy",
        action="invoke_agent_strategy",
        data={"agent_strategy_provider": names[0], "agent_strategy": names[1], "agent_strategy_params": params},
        user="u",
        permission=PERMISSION,
    )


async def said(world, session):
    """The text of an agent's answer, and its frames for when it is wrong."""
    frames = await sdk.frames_of(await world.backend(session.plugin), session)
    messages = [orjson.loads(payload) for kind, payload in frames if kind == STREAM]
    return "".join(one["message"]["text"] for one in messages if one["type"] == "text"), frames


async def test_the_function_calling_agent_runs_a_task_with_a_tool(world):
    plugin = await world.add_source(Path(CHECKOUT, "agent-strategies", "cot_agent"), built)
    params = {
        "query": "what is it",
        "instruction": "Use tools.",
        "model": MODEL,
        "tools": [ECHO],
        "maximum_iterations": 3,
    }
    text, frames = await said(world, strategy(world, plugin, ("agent", "function_calling"), params))
    assert "The tool said" in text, frames
    assert "forty-two" in text
    assert [one.type for one in world.sessions] == ["model", "tool", "model"]
    tools = [one for one in world.beside.seen[1]["messages"] if one["role"] == "tool"]
    assert "forty-two" in tools[0]["content"]


async def test_the_reasoning_agent_runs_a_task_with_a_tool(world):
    plugin = await world.add_source(Path(CHECKOUT, "agent-strategies", "cot_agent"), built)
    params = {
        "query": "what is it",
        "instruction": "Use tools.",
        "model": MODEL,
        "tools": [ECHO],
        "maximum_iterations": 3,
    }
    text, frames = await said(world, strategy(world, plugin, ("agent", "ReAct"), params))
    assert "The tool said forty-two" in text, frames
    assert [one.type for one in world.sessions] == ["model", "tool", "model"]


@pytest.mark.parametrize("query", ["endless", "silent"])
async def test_an_agent_that_is_left_stops_the_model_within_a_second(world, query):
    """Seen at the model's server, which has begun its answer, or has not."""
    plugin = await world.add_source(Path(CHECKOUT, "agent-strategies", "cot_agent"), built)
    params = {"query": query, "instruction": "", "model": MODEL, "tools": [], "maximum_iterations": 3}
    session = strategy(world, plugin, ("agent", "function_calling"), params)
    task = asyncio.create_task(sdk.frames_of(await world.backend(plugin), session))
    async with asyncio.timeout(60):
        while not world.beside.open:
            await asyncio.sleep(0.01)
    task.cancel()
    left = time.monotonic()
    while world.beside.open:
        assert time.monotonic() - left < PROMISED
        await asyncio.sleep(0.01)
    await asyncio.gather(task, return_exceptions=True)


async def test_the_refining_agent_fails_by_its_own_call(world):
    """It gives a method of its own an argument that this has not, before it asks the host for anything."""
    plugin = await world.add_source(Path(CHECKOUT, "agent-strategies", "self_refine_agent"), built)
    params = {"query": "what is it", "instruction": "Use tools.", "model": MODEL, "tools": [ECHO]}
    text, _ = await said(world, strategy(world, plugin, ("self_refine", "self_refine"), params))
    assert "got an unexpected keyword argument 'previous_output'" in text
    assert world.sessions == []


@pytest.mark.parametrize("stream", [False, True])
async def test_the_openai_door_answers_through_a_model(world, stream):
    """The extension's own answer, as an endpoint's session brings it (protocol.md 9.4)."""
    plugin = await world.add_source(Path(CHECKOUT, "extensions", "oaicompat_dify_model"), built)
    body = orjson.dumps({"stream": stream, "messages": [{"role": "user", "content": "hello"}]})
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer k\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    session = Session(
        workspace=world.workspace,
        plugin=plugin,
        type="endpoint",
        action="invoke_endpoint",
        data={"raw_http_request": (head.encode() + body).hex(), "settings": {"api_key": "k", "llm": MODEL}},
        permission=PERMISSION,
    )
    frames = await sdk.frames_of(await world.backend(plugin), session)
    chunks = [orjson.loads(payload) for kind, payload in frames if kind == STREAM]
    assert chunks[0]["status"] == 200, frames
    pieces = b"".join(bytes.fromhex(one.get("result") or "") for one in chunks).decode().split("\n\n")
    choices = [orjson.loads(piece)["choices"][0] for piece in pieces if piece]
    words = [(choice.get("delta") or choice.get("message"))["content"] for choice in choices]
    assert "".join(words).strip() == "You said hello"
    assert (len(words) > 1) is stream
