"""Plugins that others wrote, from their upload to an agent's answer, through nothing but pages and the HTTP API.

OFFICIAL_PLUGINS names a checkout of langgenius/dify-official-plugins; without it these tests are left out.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from marketplace.difypkg import write_package
from tests.reverse.openai import Stub, serving
from tests.studio.hosted import Studio

CHECKOUT = os.environ.get("OFFICIAL_PLUGINS", "")
pytestmark = [
    pytest.mark.skipif(not CHECKOUT, reason="OFFICIAL_PLUGINS names no checkout of official plugins"),
    pytest.mark.timeout(900),
]
MODELS = "/w/default/plugins/langgenius/openai_api_compatible/-/credentials/add/model?own=1"
MODEL = "langgenius/openai_api_compatible/openai_api_compatible stub"
ACCOUNT = {
    "model-model": "stub",
    "model-model_type": "llm",
    "value-api_key": "k",
    "value-mode": "chat",
    "value-context_size": "4096",
    "value-max_tokens_to_sample": "1024",
    "value-function_calling_type": "tool_call",
    "value-stream_function_calling": "supported",
    "value-vision_support": "no_support",
    "value-structured_output_support": "not_supported",
    "value-agent_though_support": "not_supported",
    "value-compatibility_mode": "strict",
    "value-token_param_name": "auto",
    "value-stream_mode_delimiter": "\\n\\n",
}


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """An OpenAI-compatible server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    context = serving()
    yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result()
    asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def official(studio: Studio, stub: Stub, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    for source in ("models/openai_api_compatible", "agent-strategies/cot_agent"):
        package = tmp_path_factory.mktemp("official") / "made.difypkg"
        with write_package(Path(CHECKOUT, source), package):
            task = studio.api.install(studio.api.upload(package), seconds=600)
        assert not task or task["status"] == "success", task
    return studio


def test_a_wrong_address_is_refused_by_the_plugin(official: Studio) -> None:
    answer = official.browser.send(MODELS, {**ACCOUNT, "value-endpoint_url": "http://127.0.0.1:9/v1"})
    assert answer.status_code == 422, answer.text
    assert "The plugin does not accept it" in answer.text


@pytest.mark.parametrize("strategy", ["function_calling", "ReAct"])
def test_an_agent_runs_a_task_with_a_tool(official: Studio, stub: Stub, strategy: str) -> None:
    kept = official.browser.send(MODELS, {**ACCOUNT, "value-endpoint_url": f"{stub.url}/v1"})
    assert kept.status_code == 302, kept.text
    fields: dict[str, Any] = {
        "recipe-model": MODEL,
        "strategy": f"langgenius/agent/agent {strategy}",
        "tools": "patchbay/echo/echo echo",
        "prompt": "Use tools.",
    }
    app = official.app("agent-chat", **fields)
    events = official.events(app, query="what is it")
    text = "".join(event.get("answer", "") for event in events)
    assert "forty-two" in text, events
    assert events[-1]["event"] == "message_end"
    assert {event["data"]["status"] for event in events if event["event"] == "agent_log"} >= {"success"}


APP_FIELDS = {"setting-api_key": "k", "setting-memory_mode": "last_user_message"}


def door(official: Studio, source: str, folder: Path, fields: dict[str, str]) -> tuple[str, str]:
    """Installs an extension and gives it an address: its page, and the address."""
    package = folder / "extension.difypkg"
    with write_package(Path(CHECKOUT, source), package):
        identifier = official.api.upload(package)
        task = official.api.install(identifier, seconds=600)
    assert not task or task["status"] == "success", task
    made = official.browser.send(
        f"/w/default/endpoints/new/{identifier.partition(':')[0]}", {"name": "OpenAI", **fields}
    )
    assert made.status_code == 302, made.text
    page = made.headers["location"]
    found = re.search(r'https?://[^"\s<]*/e/[A-Za-z0-9]+', official.browser.page(page))
    assert found is not None
    return page, found[0]


def asked(address: str) -> tuple[str, str]:
    """What OpenAI's own client reads, whole and streamed."""
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=address, api_key="k") as client:
        question = {"model": "stub", "messages": [{"role": "user", "content": "hello there"}]}
        whole = client.chat.completions.create(**question).choices[0].message.content
        chunks = client.chat.completions.create(**question, stream=True)
        return whole, "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def test_the_openai_client_asks_an_app(official: Studio, stub: Stub, tmp_path: Path) -> None:
    official.browser.send(MODELS, {**ACCOUNT, "value-endpoint_url": f"{stub.url}/v1"})
    app_id = official.app("chat", model=MODEL).rstrip("/").rpartition("/")[2]
    fields = {**APP_FIELDS, "setting-app_id": app_id}
    _, address = door(official, "extensions/openai_compatible", tmp_path, fields)
    assert asked(address) == ("You said hello there ", "You said hello there ")


def test_the_openai_client_asks_a_model(official: Studio, stub: Stub, tmp_path: Path) -> None:
    """The plugin streams JSON without `data:`, with every host; a rule of the endpoint adds it."""
    official.browser.send(MODELS, {**ACCOUNT, "value-endpoint_url": f"{stub.url}/v1"})
    provider, _, name = MODEL.partition(" ")
    fields = {"setting-api_key": "k", "setting-llm_0": f"{provider} llm {name}"}
    page, address = door(official, "extensions/oaicompat_dify_model", tmp_path, fields)
    assert asked(f"{address}/v1") == ("You said hello there", "")
    official.browser.send(f"{page.rstrip('/')}/rules", {"frame_events": "on"})
    assert asked(f"{address}/v1") == ("You said hello there", "You said hello there ")
