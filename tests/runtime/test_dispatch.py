"""Every row of the dispatch table through the real door to real plugins, in the exact shapes of protocol.md 6 and 8."""

import json
import socket
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.caller import Caller
from tests.programs import wait_until

CHAT = {"provider": "fake", "model": "fake-chat", "model_type": "llm", "credentials": {"api_key": "good"}}
RAW_GET = b"GET /callback?code=abc HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0\r\n\r\n".hex()


class Bringer(Caller):
    """A caller that installs plugins of tests/plugins when they are first asked for."""

    package_of: Callable[[str], Path]

    @cache  # noqa: B019 - there is one for a file of tests
    def plugin(self, name: str) -> str:
        """The id of an installed plugin."""
        identifier = self.upload(self.package_of(name))
        task = self.install(identifier)
        assert task.get("status", "success") == "success", task
        return identifier.partition(":")[0]


@pytest.fixture(scope="module")
def api(host, package_of):
    """A caller of the shared host, which brings plugins up when they are first asked for."""
    caller = Bringer(host.url, host.key, workspace="dispatch")
    caller.package_of = package_of
    yield caller
    caller.http.close()


def datas(events):
    assert all(event["code"] == 0 for event in events), events
    assert all(event["message"] == "success" for event in events)
    return [event["data"] for event in events]


def asked(api, name, path, data, **more):
    return datas(api.events(api.call(api.plugin(name), path, data, **more)))


# tools


def test_tool_invoke(api):
    data = {"provider": "echo", "tool": "echo", "tool_parameters": {"text": "hi"}, "credentials": {}}
    answer = api.call(api.plugin("echo"), "tool/invoke", data)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.content == (
        b'data: {"code":0,"message":"success","data":{"type":"text","message":{"text":"hi"},"meta":null}}\n\n'
    )


def test_all_kinds_of_messages(api):
    kinds = [message["type"] for message in datas(api.tool(api.plugin("echo"), "messages"))]
    assert kinds[:5] == ["text", "json", "json", "link", "image"]
    assert {"variable", "log", "blob_chunk", "retriever_resources"} <= set(kinds)


def test_separators_do_not_break_lines(api):
    """Dify's client splits at U+0085, U+2028 and U+2029 as well (protocol.md 8.3)."""
    texts = [message["message"]["text"] for message in datas(api.tool(api.plugin("echo"), "separators"))]
    assert texts[:3] == ["before\u2028after", "before\u2029after", "before\u0085after"]


def test_ten_thousand_chunks_in_order(api):
    texts = [message["message"]["text"] for message in datas(api.tool(api.plugin("echo"), "stream", count=10_000))]
    assert [int(text.split(":")[0]) for text in texts] == list(range(10_000))


def test_sixty_four_streams_at_once(api):
    plugin = api.plugin("echo")
    results: dict[int, list[str]] = {}

    def one(number):
        results[number] = [d["message"]["text"] for d in datas(api.tool(plugin, "stream", count=200, size=24))]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 64
    for texts in results.values():
        assert [int(text.split(":")[0]) for text in texts] == list(range(200))


def test_tool_credentials(api):
    def validate(key):
        data = {"provider": "locked", "credentials": {"api_key": key}}
        return api.events(api.call(api.plugin("locked"), "tool/validate_credentials", data))

    assert datas(validate("good")) == [{"result": True}]
    inner = plugin_error(validate("bad"))
    assert inner["error_type"] == "ToolProviderCredentialValidationError"


def plugin_error(events):
    """The three nested texts of a plugin's error (protocol.md 8.1)."""
    event = events[-1]
    assert event["code"] == -500
    assert event["data"] is None
    outer = json.loads(event["message"])
    assert outer["error_type"] == "PluginInvokeError"
    assert outer["args"] is None
    return json.loads(outer["message"])


def test_an_error_midway_is_the_last_event(api):
    events = api.tool(api.plugin("echo"), "fail", how="raise_midway")
    assert [event["code"] for event in events] == [0, -500]
    inner = plugin_error(events)
    assert inner["error_type"] == "ValueError"
    assert inner["message"] == "failed midway as asked"
    assert set(inner) == {"args", "error_type", "message"}


def test_the_old_sdk_line(api):
    assert datas(api.tool(api.plugin("echo_old"), "echo", text="0.7.4"))[0]["message"]["text"] == "0.7.4"


# models


def test_llm_streams(api):
    data = CHAT | {"prompt_messages": [{"role": "user", "content": "hello"}], "stream": True}
    chunks = asked(api, "model", "llm/invoke", data)
    assert len(chunks) > 1
    assert all(chunk["prompt_messages"] == [] for chunk in chunks)
    assert chunks[-1]["delta"]["usage"]["currency"]


def test_llm_with_what_real_clients_send(api):
    history = [{"role": "assistant", "content": None, "tool_calls": None}, {"role": "user", "content": "hello"}]
    data = CHAT | {"prompt_messages": history, "stream": False, "tools": None, "stop": None, "model_parameters": None}
    assert asked(api, "model", "llm/invoke", data)


@pytest.mark.parametrize(
    ("path", "data", "keys"),
    [
        ("llm/num_tokens", {"prompt_messages": [{"role": "user", "content": "hello"}]}, {"num_tokens"}),
        ("model/validate_provider_credentials", {}, {"result", "credentials"}),
        ("model/validate_model_credentials", {}, {"result", "credentials"}),
        ("model/schema", {}, {"model_schema"}),
    ],
)
def test_llm_questions(api, path, data, keys):
    (answer,) = asked(api, "model", path, CHAT | data)
    assert keys <= set(answer)


@pytest.mark.parametrize(
    ("path", "model", "kind", "data", "keys"),
    [
        (
            "text_embedding/invoke",
            "fake-embedding",
            "text-embedding",
            {"texts": ["a"], "input_type": "query"},
            {"embeddings"},
        ),
        ("text_embedding/num_tokens", "fake-embedding", "text-embedding", {"texts": ["a", "b"]}, {"num_tokens"}),
        ("rerank/invoke", "fake-rerank", "rerank", {"query": "q", "docs": ["a", "b"]}, {"docs"}),
        ("moderation/invoke", "fake-moderation", "moderation", {"text": "fine"}, {"result"}),
        ("speech2text/invoke", "fake-speech2text", "speech2text", {"file": b"RIFF".hex()}, {"result"}),
        ("tts/model/voices", "fake-tts", "tts", {"language": "en-US"}, {"voices"}),
        ("tts/invoke", "fake-tts", "tts", {"content_text": "hi", "voice": "one", "tenant_id": "t"}, {"result"}),
    ],
)
def test_models_of_other_kinds(api, path, model, kind, data, keys):
    base = {"provider": "fake", "model": model, "model_type": kind, "credentials": {"api_key": "good"}}
    answers = asked(api, "model", path, base | data)
    assert keys <= set(answers[0])


def test_bad_model_credentials_are_the_plugins_error(api):
    data = {"provider": "fake", "credentials": {"api_key": "bad"}}
    events = api.events(api.call(api.plugin("model"), "model/validate_provider_credentials", data))
    assert plugin_error(events)["error_type"] == "CredentialsValidateFailedError"


# the other kinds are in the corpus of their own plugins; see test_dispatch_kinds.py

# refusals


def refused(answer, status, code, error_type):
    assert answer.status_code == status, answer.text
    envelope = answer.json()
    assert envelope["code"] == code
    assert envelope["data"] is None
    inner = json.loads(envelope["message"])
    assert inner["error_type"] == error_type
    return inner["message"]


def post(api, path, content=b"{}", **headers):
    url = api.path(f"dispatch/{path}")
    return httpx.post(f"{api.url}{url}", content=content, headers={"X-Api-Key": api.key} | headers, trust_env=False)


def test_wrong_key(api):
    answer = post(api, "tool/invoke", **{"X-Api-Key": "wrong"})
    assert refused(answer, 401, -401, "PluginDaemonUnauthorizedError") == "unauthorized"


def test_unknown_path(api):
    answer = post(api, "tool/dance")
    assert (answer.status_code, answer.json()) == (404, {"code": "not_found", "message": "route not found"})


def test_no_plugin_named(api):
    assert "plugin_id is required" in refused(post(api, "tool/invoke"), 400, -400, "PluginDaemonBadRequestError")


def test_plugin_not_installed(api):
    answer = post(api, "tool/invoke", **{"X-Plugin-ID": "acme/none"})
    assert refused(answer, 404, -404, "PluginNotFoundError") == "plugin not found"


def test_not_json(api):
    answer = post(api, "tool/invoke", b"{not json", **{"X-Plugin-ID": api.plugin("echo")})
    assert "not JSON" in refused(answer, 400, -400, "PluginDaemonBadRequestError")


def test_missing_field(api):
    answer = api.call(api.plugin("echo"), "tool/invoke", {"provider": "echo"})
    assert "data.tool is required" in refused(answer, 400, -400, "PluginDaemonBadRequestError")


def test_a_workspace_does_not_see_anothers_plugins(api):
    api.plugin("echo")
    url = f"{api.url}/plugin/stranger/dispatch/tool/invoke"
    answer = httpx.post(url, json={}, headers={"X-Api-Key": api.key, "X-Plugin-ID": "patchbay/echo"}, trust_env=False)
    refused(answer, 404, -404, "PluginNotFoundError")


# the second way in


def test_v2_by_unique_identifier(api):
    api.plugin("echo")
    identifier = next(name for name in api.installed() if name.startswith("patchbay/echo:"))
    data = {"provider": "echo", "tool": "echo", "tool_parameters": {"text": "v2"}, "credentials": {}}
    headers = {"X-Api-Key": api.key, "X-Plugin-Unique-Identifier": identifier}
    body = {"tenant_id": "dispatch", "user_id": "u", "data": data}
    answer = httpx.post(f"{api.url}/v2/invoke/dispatch/tool/invoke", json=body, headers=headers, trust_env=False)
    assert datas(api.events(answer))[0]["message"]["text"] == "v2"


@pytest.mark.parametrize(
    ("headers", "error_type"),
    [({}, "PluginDaemonBadRequestError"), ({"X-Plugin-Unique-Identifier": "nonsense"}, "PluginUniqueIdentifierError")],
)
def test_v2_refusals(api, headers, error_type):
    url = f"{api.url}/v2/invoke/dispatch/tool/invoke"
    answer = httpx.post(url, json={"tenant_id": "dispatch"}, headers={"X-Api-Key": api.key} | headers, trust_env=False)
    refused(answer, 400, -400, error_type)


# callers that leave


def active_calls(api):
    return api.http.get("/health/check").json()["active_dispatch_requests"]


def test_a_caller_that_leaves_ends_its_session(api):
    api.plugin("echo")
    wait_until(lambda: active_calls(api) == 0, what="those of the tests before have ended")
    body = json.dumps(
        {"data": {"provider": "echo", "tool": "sleep", "tool_parameters": {"seconds": 30}, "credentials": {}}}
    ).encode()
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = (
            f"POST {api.path('dispatch/tool/invoke')} HTTP/1.1\r\nHost: x\r\nX-Api-Key: {api.key}\r\n"
            f"X-Plugin-ID: patchbay/echo\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        wait_until(lambda: active_calls(api) == 1, what="the session is open")
    wait_until(lambda: active_calls(api) == 0, what="it has ended with its caller")
