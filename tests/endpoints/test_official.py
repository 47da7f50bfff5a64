"""Extensions that others wrote, unmodified, through their public addresses: OpenAI's own client, and Slack.

OFFICIAL_PLUGINS names a checkout of langgenius/dify-official-plugins; without it these tests are left out.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import orjson
import pytest

from marketplace.difypkg import write_package
from tests import places
from tests.endpoints import slack
from tests.programs import free_port, on_path, wait_until
from tests.reverse.beside import read, served
from tests.reverse.openai import Stub
from tests.studio.hosted import Studio
from tests.studio.test_official import ACCOUNT, MODELS

CHECKOUT = os.environ.get("OFFICIAL_PLUGINS", "")
pytestmark = [
    pytest.mark.skipif(not CHECKOUT, reason="OFFICIAL_PLUGINS names no checkout of official plugins"),
    pytest.mark.timeout(900),
]
PROVIDER = "langgenius/openai_api_compatible/openai_api_compatible"
KEY = "sk-patchbay"
SECRET = "a-signing-secret"
LLM = {"provider": PROVIDER, "model": "stub", "model_type": "llm", "mode": "chat", "completion_params": {}}
EMBEDDING = {"provider": PROVIDER, "model": "stub", "model_type": "text-embedding"}


class Platform(Stub):
    """The stub that also makes vectors."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].endswith("/embeddings"):
            await super().__call__(scope, receive, send)
            return
        texts = (await read(receive))["input"]
        texts = [texts] if isinstance(texts, str) else texts
        data = [{"object": "embedding", "index": n, "embedding": [float(len(t)), 0.5]} for n, t in enumerate(texts)]
        answer = {"object": "list", "model": "stub", "data": data, "usage": {"prompt_tokens": 2, "total_tokens": 2}}
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": orjson.dumps(answer)})


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """An OpenAI-compatible server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    port = free_port()
    made = Platform(f"http://127.0.0.1:{port}")
    context = served(made, port)
    asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result()
    yield made
    asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def stub_slack() -> Iterator[slack.Slack]:
    with slack.serving(places.new_folder()) as made:
        yield made


@pytest.fixture(scope="module")
def world(start_host: Callable[..., Any], platform: Platform, stub_slack: slack.Slack) -> Iterator[Studio]:
    """A host with the extensions and the model plugin; it looks for slack.com where the tests want it to."""
    host = start_host(ADMIN_EMAIL="ada@example.org", ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES="false")
    made = Studio(host, places.new_folder())
    for source in ("models/openai_api_compatible", *(f"extensions/{name}" for name in EXTENSIONS)):
        install(made, source)
    for kind in ("llm", "text-embedding"):
        values = {**ACCOUNT, "model-model_type": kind, "value-endpoint_url": f"{platform.url}/v1"}
        kept = made.browser.send(MODELS, values)
        assert kept.status_code == 302, kept.text
    host.stop()
    host.environment |= {"HTTPS_PROXY": stub_slack.proxy, "SSL_CERT_FILE": str(stub_slack.certificate)}
    host.start("run")
    yield made
    made.browser.http.close()
    made.api.http.close()


EXTENSIONS = ("oaicompat_dify_model", "openai_compatible", "slack_bot")
identifiers: dict[str, str] = {}


def install(studio: Studio, source: str) -> None:
    package = places.new_folder() / "made.difypkg"
    with write_package(Path(CHECKOUT, source), package):
        identifiers[source] = studio.api.upload(package)
    task = studio.api.install(identifiers[source], seconds=600)
    assert not task or task["status"] == "success", task


def address(studio: Studio, extension: str, *, rules: dict[str, Any], secret: str = "", **settings: Any) -> str:
    """The public address of a new endpoint."""
    api = studio.api
    fields = {"plugin_unique_identifier": identifiers[f"extensions/{extension}"], "name": extension}
    api.data(api.http.post(api.path("endpoint/setup"), json={**fields, "settings": settings}))
    [endpoint, *_] = api.data(api.http.get(api.path("endpoint/list"), params={"page": 1, "page_size": 1}))
    given = {"endpoint_id": endpoint["id"], "rules": rules, **({"secret": secret} if secret else {})}
    api.data(api.http.post(api.path("endpoint/rules"), json=given))
    return f"{api.url}/e/{endpoint['hook_id']}"


# OpenAI's client.


def client(base: str) -> dict[str, Any]:
    """What the official client says of an address; it is installed beside the plugins' caches."""
    script = places.ROOT / "tests" / "endpoints" / "openai_client.py"
    argv = [on_path("uv"), "run", "--no-project", "--with", "openai", "python", str(script), base, KEY]
    environment = places.clean_environment(UV_CACHE_DIR=str(places.CACHE / "uv"))
    done = subprocess.run(argv, check=False, capture_output=True, text=True, env=environment, cwd=places.new_folder())
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_openai_client_talks_to_a_model(world: Studio) -> None:
    """Chat, streaming chat and embeddings. The extension streams JSON without `data:`, so its address frames events."""
    base = address(
        world, "oaicompat_dify_model", rules={"frame_events": True}, api_key=KEY, llm=LLM, text_embedding=EMBEDDING
    )
    heard = client(f"{base}/v1")
    assert heard["chat"].strip() == "You said hello"
    assert "".join(heard["chunks"]).strip() == "You said hello"
    assert len([one for one in heard["chunks"] if one]) > 1, "it came in pieces"
    assert heard["embeddings"] == [[3.0, 0.5], [3.0, 0.5]]


def test_without_the_rule_the_bytes_are_the_plugins_own(world: Studio) -> None:
    """What every host that passes bytes on delivers: a type that is none, and no event in it."""
    base = address(world, "oaicompat_dify_model", rules={}, api_key=KEY, llm=LLM, text_embedding=EMBEDDING)
    body = {"stream": True, "messages": [{"role": "user", "content": "hello"}]}
    answer = httpx.post(
        f"{base}/v1/chat/completions", json=body, headers={"Authorization": KEY}, timeout=60, trust_env=False
    )
    assert answer.headers["content-type"] == "event-stream"
    pieces = [json.loads(piece) for piece in answer.text.split("\n\n") if piece]
    assert "".join(piece["choices"][0]["delta"]["content"] for piece in pieces).strip() == "You said hello"
    assert client(f"{base}/v1")["chunks"] == []


def test_the_openai_client_talks_to_an_app(world: Studio) -> None:
    """The extension for apps writes events itself: no rule is needed."""
    app = world.app("chat").rstrip("/").rpartition("/")[2]
    base = address(
        world, "openai_compatible", rules={}, api_key=KEY, app_id={"app_id": app}, memory_mode="last_user_message"
    )
    heard = client(base)
    assert heard["chat"] == "You said: hello"
    assert "".join(heard["chunks"]) == "You said: hello"
    assert len(heard["chunks"]) > 2


# Slack.


@pytest.fixture
def bot(world: Studio) -> str:
    return slack_address(world, {"scheme": "slack"})


def slack_address(world: Studio, rules: dict[str, Any]) -> str:
    app = {"app_id": world.app("chat").rstrip("/").rpartition("/")[2]}
    return address(world, "slack_bot", rules=rules, secret=SECRET, bot_token="xoxb-1", app=app)


def test_slack_proves_the_address(bot: str, web: httpx.Client) -> None:
    answer = web.post(bot, **slack.signed({"type": "url_verification", "challenge": "3eZb"}, SECRET))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZb"})


def test_a_mention_is_answered_through_an_app(bot: str, web: httpx.Client, stub_slack: slack.Slack) -> None:
    stub_slack.posted.clear()
    answer = web.post(bot, **slack.signed(slack.mention("what is a patch bay"), SECRET))
    assert answer.status_code == 200, answer.text
    [posted] = stub_slack.posted
    assert posted["path"] == "/api/chat.postMessage"
    assert posted["token"] == "Bearer xoxb-1"
    assert posted["channel"] == "C1"
    assert "what is a patch bay" in posted["text"]


def test_what_slack_did_not_sign_is_refused(bot: str, web: httpx.Client, stub_slack: slack.Slack) -> None:
    stub_slack.posted.clear()
    assert web.post(bot, **slack.signed(slack.mention("hello"), "another secret")).status_code == 401
    assert stub_slack.posted == []


def test_queued_mentions_are_accepted_at_once_and_answered_once(
    world: Studio, web: httpx.Client, stub_slack: slack.Slack
) -> None:
    """Slack gives up after three seconds, and sends again: the answer comes from a rule, the app works afterwards."""
    stub_slack.posted.clear()
    rules = {"scheme": "slack", "queue": True, "queue_status": 200, "challenges": ["slack"]}
    bot = slack_address(world, rules | {"unique_header": "X-Event"})
    tried = web.post(bot, **slack.signed({"type": "url_verification", "challenge": "7"}, SECRET))
    assert tried.json() == {"challenge": "7"}
    for _ in range(2):
        sent = slack.signed(slack.mention("later", "Ev7"), SECRET)
        sent["headers"]["X-Event"] = "Ev7"
        answer = web.post(bot, **sent)
        assert answer.status_code == 200
        assert answer.elapsed.total_seconds() < 3
    wait_until(lambda: stub_slack.posted, what="Slack hears the answer", seconds=30)
    assert len(stub_slack.posted) == 1
