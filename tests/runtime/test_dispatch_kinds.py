"""The other rows of the dispatch table: agents, datasources, triggers, OAuth, dynamic options, polling, multimodal models."""

import base64

import pytest

from tests.runtime.test_dispatch import RAW_GET, api, asked, datas, plugin_error

__all__ = ["api"]

CRAWL = {"provider": "source", "datasource": "crawl", "credentials": {"api_key": "good"}}
SECRET = {"client_id": "id", "client_secret": "s"}


def raw(method, body=b"", **headers):
    head = (
        f"{method} / HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (head.encode() + b"\r\n" + body).hex()


def test_agent_strategy_merges_blobs(api):
    """On this route the host puts pieces of files together (protocol.md 6.5)."""
    params = {"query": "hello", "size": 20_000}
    data = {"agent_strategy_provider": "agent", "agent_strategy": "plain", "agent_strategy_params": params}
    messages = asked(api, "agent", "agent_strategy/invoke", data)
    kinds = [message["type"] for message in messages]
    assert "blob_chunk" not in kinds
    blob = next(message for message in messages if message["type"] == "blob")
    assert len(base64.b64decode(blob["message"]["blob"])) == 20_000


def test_website_crawl(api):
    provider = next(iter(declared(api, "source", "datasource")["datasources"]))
    data = {"provider": "source", "datasource": provider["identity"]["name"], "credentials": {"api_key": "good"}}
    parameters = {"url": "https://example.org", "limit": 2}
    answers = asked(api, "source", "datasource/get_website_crawl", data | {"datasource_parameters": parameters})
    assert answers[-1]["result"]["web_info_list"]


def declared(api, name, kind):
    plugin = api.plugin(name)
    rows = api.get("list", page=1, page_size=100)["list"]
    return next(row for row in rows if row["plugin_id"] == plugin)["declaration"][kind]


def datasource(api, name):
    provider = declared(api, name, "datasource")
    source = provider["datasources"][0]["identity"]["name"]
    return {"provider": provider["identity"]["name"], "datasource": source, "credentials": {"api_key": "good"}}


def test_datasource_credentials(api):
    data = {"provider": "source", "credentials": {"api_key": "good"}}
    assert asked(api, "source", "datasource/validate_credentials", data) == [{"result": True}]
    events = api.events(
        api.call(api.plugin("source"), "datasource/validate_credentials", data | {"credentials": {"api_key": "bad"}})
    )
    assert plugin_error(events)["error_type"]


def test_online_documents(api):
    base = datasource(api, "source_document")
    (pages,) = asked(
        api, "source_document", "datasource/get_online_document_pages", base | {"datasource_parameters": {}}
    )
    space = pages["result"][0]
    page = {"workspace_id": space["workspace_id"], "page_id": space["pages"][0]["page_id"], "type": "page"}
    assert asked(api, "source_document", "datasource/get_online_document_page_content", base | {"page": page})


def test_online_drive(api):
    base = datasource(api, "source_drive")
    request = {"prefix": "docs/", "max_keys": 10}
    (found,) = asked(api, "source_drive", "datasource/online_drive_browse_files", base | {"request": request})
    files = [file for bucket in found["result"] for file in bucket["files"] if file["type"] == "file"]
    request = {"id": files[0]["id"], "bucket": found["result"][0].get("bucket")}
    assert asked(api, "source_drive", "datasource/online_drive_download_file", base | {"request": request})


def test_trigger_lifecycle(api):
    key = {"credentials": {"api_key": "good"}, "credential_type": "api-key"}
    base = {"provider": "bell", **key}
    assert asked(api, "trigger", "trigger/validate_credentials", base) == [{"result": True}]
    parameters = {"door": "front", "events": ["ring"]}
    subscribe = base | {"endpoint": "https://example.org/hook", "parameters": parameters}
    (answer,) = asked(api, "trigger", "trigger/subscribe", subscribe)
    subscription = answer["subscription"]
    secret = subscription["properties"]["secret"]
    ring = raw("POST", b'{"event":"ring","user":"u9","loudness":5}', X_Bell_Secret=secret)
    event = base | {"subscription": subscription, "raw_http_request": ring}
    (dispatched,) = asked(api, "trigger", "trigger/dispatch_event", event)
    assert dispatched["events"] == ["ring"]
    assert dispatched["user_id"] == "u9"
    assert b"202" in bytes.fromhex(dispatched["response"])
    invoke = event | {"event": "ring", "parameters": {}, "payload": dispatched["payload"]}
    assert "variables" in asked(api, "trigger", "trigger/invoke_event", invoke)[0]
    (again,) = asked(api, "trigger", "trigger/refresh", base | {"subscription": subscription})
    assert again["subscription"]["expires_at"] > subscription["expires_at"]
    (gone,) = asked(api, "trigger", "trigger/unsubscribe", base | {"subscription": subscription})
    assert gone["subscription"]["success"] is True


def test_oauth(api):
    base = {"provider": "oauth", "redirect_uri": "https://example.org/back", "system_credentials": SECRET}
    (url,) = asked(api, "oauth", "oauth/get_authorization_url", base)
    assert url["authorization_url"].startswith("https://auth.example.org/")
    (got,) = asked(api, "oauth", "oauth/get_credentials", base | {"raw_http_request": RAW_GET})
    assert got["credentials"]["access_token"] == "token-of-abc"
    (again,) = asked(api, "oauth", "oauth/refresh_credentials", base | {"credentials": got["credentials"]})
    assert again["expires_at"] > 0


def test_dynamic_options(api):
    data = {"provider": "echo", "provider_action": "form", "parameter": "dynamic", "credentials": {"k": "v"}}
    (answer,) = asked(api, "echo", "dynamic_select/fetch_parameter_options", data)
    assert {"value", "label"} <= set(answer["options"][0])


POLLING = {"provider": "fake", "model": "fake-polling", "model_type": "llm", "credentials": {"api_key": "good"}}


def test_polling_answers_in_plain_json(api):
    start = POLLING | {"prompt_messages": [{"role": "user", "content": "hello"}], "stream": False}
    plugin = api.plugin("model")
    result = api.data(api.call(plugin, "model/polling/start", start))
    for _ in range(5):
        if result["status"] != "running":
            break
        result = api.data(api.call(plugin, "model/polling/check", POLLING | {"plugin_state": result["plugin_state"]}))
    assert result["status"] == "succeeded"


def test_polling_errors_have_status_500(api):
    answer = api.call(api.plugin("model"), "model/polling/check", POLLING | {"model": "none", "plugin_state": {"a": 1}})
    assert answer.status_code == 500
    assert plugin_error([answer.json()])["error_type"]


@pytest.mark.parametrize(
    ("path", "data", "key"),
    [
        (
            "multimodal_embedding/invoke",
            {"model": "fake-embedding", "model_type": "text-embedding", "documents": [], "input_type": "document"},
            "embeddings",
        ),
        ("multimodal_rerank/invoke", {"model": "fake-rerank", "model_type": "rerank", "docs": []}, "docs"),
    ],
)
def test_multimodal(api, path, data, key):
    content = {"content": "a", "content_type": "text"}
    filled = {"documents": [content]} if "documents" in data else {"docs": [content], "query": content}
    base = {"provider": "fake", "credentials": {"api_key": "good"}}
    (answer,) = asked(api, "model", path, base | data | filled)
    assert answer[key]


def test_metrics_count_calls(api):
    datas(api.tool(api.plugin("echo"), "echo", text="counted"))
    text = api.http.get("/metrics/").text
    assert 'plugin_invocations_total{operation="invoke_tool",plugin_id="patchbay/echo"' in text
