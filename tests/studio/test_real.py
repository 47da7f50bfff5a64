"""Accounts and apps on a running host, with real plugins: model, agent, echo, locked."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.programs import wait_until
from tests.studio.hosted import Studio

pytestmark = pytest.mark.timeout(600)  # the first one waits for five plugins to be installed


def test_the_plugin_itself_refuses_a_bad_key(studio: Studio) -> None:
    refused = studio.add("locked", "tool", {"value-api_key": "bad", "value-region": "eu"})
    assert (refused.status_code, "the key does not fit" in refused.text) == (422, True)
    assert studio.add("model", "model", {"value-api_key": "bad"}).status_code == 422
    own = "/w/default/plugins/patchbay/model/-/credentials/add/model?own=1"
    given = {"model-model": "mine", "model-model_type": "llm", "value-api_key": "bad", "value-mode": "chat"}
    assert "the key is bad for mine" in studio.browser.send(own, given).text


def test_a_tool_runs_with_the_stored_account(studio: Studio) -> None:
    assert studio.add("locked", "tool", {"value-api_key": "good", "value-region": "us"}).status_code == 302
    run = "/w/default/plugins/patchbay/locked/-/run/tool/open"
    chosen = re.search(r'<option value="([0-9a-f-]{36})" selected', studio.browser.page(run))
    assert chosen is not None
    answer = studio.browser.send(run, {"account": chosen[1]}, headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200
    assert "us" in answer.text
    assert '"failed":false' in answer.text


def test_a_chat_streams_and_remembers(studio: Studio) -> None:
    app = studio.app("chat", prompt="You are {{role}}.")
    first = studio.events(app, query="hello there", inputs={"role": "a parrot"})
    assert [event["event"] for event in first] == ["message"] * 3 + ["message_end"]
    assert "".join(event["answer"] for event in first[:-1]) == "You said: hello there"
    assert first[-1]["metadata"]["usage"]["total_tokens"] == 4 + 2 + 3
    conversation = first[0]["conversation_id"]
    second = studio.ask(app, query="again", conversation_id=conversation).json()
    assert second["answer"] == "You said: again"
    assert second["conversation_id"] == conversation
    # four words of instruction, both sides of the first turn, and the question
    assert second["metadata"]["usage"]["prompt_tokens"] == 4 + 2 + 4 + 1


def test_a_completion_fills_in_its_prompt(studio: Studio) -> None:
    app = studio.app("completion", prompt="Translate {{text}} please")
    answer = studio.ask(app, "completion-messages", inputs={"text": "this"}).json()
    assert answer["answer"] == "You said: Translate this please"
    assert "conversation_id" not in answer
    missing = studio.ask(app, "completion-messages")
    assert (missing.status_code, missing.json()["message"]) == (400, "text is required in input form")


def test_an_agent_calls_the_model_and_its_tools(studio: Studio) -> None:
    strategy, tool = "patchbay/agent/agent chat", "patchbay/echo/echo echo"
    app = studio.app("agent-chat", strategy=strategy, tools=tool, prompt="Be brief.")
    events = studio.events(app, query="call")
    assert [event["event"] for event in events if event["event"] != "agent_message"] == ["agent_log", "message_end"]
    assert events[0]["event"] in ("agent_log", "agent_message")
    text = "".join(event["answer"] for event in events if event["event"] == "agent_message")
    assert "hi" in text
    plain = studio.ask(app, query="just talk").json()
    assert plain["answer"] == "You said: just talk"


def test_steps_use_what_came_before(studio: Studio) -> None:
    rows = [
        ("shout", "tool", '{"text": "{{word}}!"}'),
        ("thought", "model", "about {{shout}}"),
        ("end", "text", "<{{thought}}>"),
    ]
    fields = {"step-TOTAL_FORMS": "3", "step-INITIAL_FORMS": "0", "step-0-tool": "patchbay/echo/echo echo"}
    for number, (name, kind, text) in enumerate(rows):
        fields |= {f"step-{number}-name": name, f"step-{number}-kind": kind, f"step-{number}-text": text}
    app = studio.app("workflow", **fields)
    events = studio.events(app, "workflows/run", inputs={"word": "hey"})
    assert [event["event"] for event in events] == [
        "workflow_started",
        *["node_started", "node_finished"] * 2,
        "node_started",
        "text_chunk",
        "node_finished",
        "workflow_finished",
    ]
    assert events[-1]["data"]["status"] == "succeeded"
    assert events[-1]["data"]["outputs"] == {"text": "<You said: about hey!>"}
    whole = studio.ask(app, "workflows/run", inputs={"word": "hey"}).json()
    assert whole["data"]["outputs"] == {"text": "<You said: about hey!>"}


def test_a_model_that_breaks_is_told_and_put_down(studio: Studio) -> None:
    app = studio.app("chat", **{"more-fail": "middle"})
    events = studio.events(app, query="one two three")
    assert [event["event"] for event in events] == ["message", "error"]
    assert "broken midway as asked" in events[-1]["message"]


def test_a_caller_who_leaves_stops_the_model(studio: Studio) -> None:
    app = studio.app("chat", **{"more-tokens": "100000", "more-delay_ms": "20"})
    headers = {"Authorization": f"Bearer {studio.key(app)}"}
    body = {"query": "go", "user": "leaver", "response_mode": "streaming"}
    with httpx.stream("POST", f"{studio.host.url}/v1/chat-messages", json=body, headers=headers) as answer:
        next(answer.iter_lines())
    listed = f"{studio.host.url}/v1/conversations?user=leaver"
    messages = f"{studio.host.url}/v1/messages?user=leaver&conversation_id="

    def ended() -> Any:
        found = httpx.get(listed, headers=headers).json()["data"][0]["id"]
        (row,) = httpx.get(messages + found, headers=headers).json()["data"]
        return row if row["status"] == "error" else None

    row = wait_until(ended, what="the answer is broken off", seconds=60)
    assert row["error"] == "The answer was broken off."
    assert row["answer"].startswith("tttt")


def test_a_plugin_calls_an_app(studio: Studio) -> None:
    app = studio.app("chat")
    app_id = app.rstrip("/").rpartition("/")[2]
    asked = {"app_id": app_id, "query": "from a plugin", "kind": "chat"}
    for stream in (True, False):
        found = studio.api.tool("patchbay/caller", "app", **asked, stream=stream)
        said = [event["data"]["message"]["json_object"] for event in found]
        assert "".join(one.get("answer", "") for one in said) == "You said: from a plugin"
        assert len(said) == (5 if stream else 1)
    described = studio.api.tool("patchbay/caller", "fetch_app", app_id=app_id)
    assert "user_input_form" in json.dumps(described)


def test_the_page_talks_and_keeps(studio: Studio) -> None:
    app = studio.app("chat")
    plain = studio.browser.send(app, {"ask-query": "by hand"})
    assert plain.status_code == 302
    assert "You said: by hand" in studio.browser.page(plain.headers["location"])
    streamed = studio.browser.send(app, {"ask-query": "by script"}, headers={"Accept": "text/event-stream"})
    assert '"event":"message_end"' in streamed.text
    assert "by script" in studio.browser.page(f"{app}conversations")
