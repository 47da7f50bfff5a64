"""Apps over HTTP: events and whole answers, what they are made of, and every refusal."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from runtime.models import App, AppKey, Conversation, Message
from runtime.studio.recipes import Model, Step
from tests.studio.conftest import CHAT, ECHO, FAKE, Plugins, chunk, told

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., App]
Headers = Callable[[App], dict[str, str]]


def post(path: str, headers: dict[str, str], **body: Any) -> Any:
    given = {"inputs": {}, "user": "ada", **body}
    return Client().post(f"/v1/{path}", given, content_type="application/json", headers=headers)


def get(path: str, headers: dict[str, str], **query: Any) -> Any:
    return Client().get(f"/v1/{path}", query, headers=headers)


def stream(path: str, headers: dict[str, str], **body: Any) -> list[dict[str, Any]]:
    """The events of an answer; asked for and read in one loop, as a server does."""

    async def collected() -> bytes:
        given = {"inputs": {}, "user": "ada", **body, "response_mode": "streaming"}
        browser = AsyncClient()
        answer: Any = await browser.post(f"/v1/{path}", given, content_type="application/json", headers=headers)
        return b"".join([piece async for piece in answer.streaming_content])

    whole = async_to_sync(collected)().decode()
    return [json.loads(line.removeprefix("data: ")) for line in whole.split("\n\n") if line]


def test_a_stream_of_a_chat(make: Make, key: Headers, plugins: Plugins) -> None:
    app = make(prompt="You are {{role}}.")
    found = stream("chat-messages", key(app), query="Hi", inputs={"role": "kind"})
    assert [(one["event"], one.get("answer")) for one in found] == [
        ("message", "Hel"),
        ("message", "lo"),
        ("message_end", None),
    ]
    message = Message.objects.get()
    ids = {"message_id": str(message.pk), "conversation_id": str(message.conversation_id)}
    assert all(one.items() >= ids.items() for one in found)
    assert found[-1]["metadata"]["usage"]["total_tokens"] == 5
    assert "whole" not in found[-1]
    assert (message.query, message.answer, message.error) == ("Hi", "Hello", "")
    data = plugins.asked()
    assert data["prompt_messages"] == [
        {"role": "system", "content": "You are kind."},
        {"role": "user", "content": "Hi"},
    ]
    assert (data["credentials"], data["credential_type"], data["model"]) == (
        {"api_key": "hidden"},
        "api-key",
        "fake-chat",
    )
    session = plugins.sessions[-1]
    assert (session.app_id, session.user, session.message_id) == (str(app.pk), "ada", str(message.pk))


def test_a_conversation_goes_on(make: Make, key: Headers, plugins: Plugins) -> None:
    app = make(prompt="{{role}}", memory=1)
    headers = key(app)
    first = post("chat-messages", headers, query="One", inputs={"role": "r"}).json()
    assert (first["event"], first["mode"], first["answer"]) == ("message", "chat", "Hello")
    for query in ("Two", "Three"):
        post("chat-messages", headers, query=query, conversation_id=first["conversation_id"])
    roles = [(one["role"], one["content"]) for one in plugins.asked()["prompt_messages"]]
    assert roles == [("system", "r"), ("user", "Two"), ("assistant", "Hello"), ("user", "Three")]
    listed = get("conversations", headers, user="ada").json()
    assert [(one["name"], one["inputs"]) for one in listed["data"]] == [("One", {"role": "r"})]
    said = get("messages", headers, user="ada", conversation_id=first["conversation_id"], limit=2).json()
    assert [one["query"] for one in said["data"]] == ["Two", "Three"]
    assert said["has_more"] is True


@pytest.mark.parametrize("user", ["bob", "ada"])
def test_a_conversation_is_of_one_user_and_one_app(make: Make, key: Headers, plugins: Plugins, user: str) -> None:
    mine, other = make(), make()
    first = post("chat-messages", key(mine), query="One").json()
    app = mine if user == "bob" else other
    answer = post("chat-messages", key(app), query="Two", user=user, conversation_id=first["conversation_id"])
    assert (answer.status_code, answer.json()["message"]) == (404, "Conversation Not Exists.")
    seen = get("messages", key(app), user=user, conversation_id=first["conversation_id"])
    assert seen.status_code == 404


def test_a_completion(make: Make, key: Headers, plugins: Plugins) -> None:
    app = make("completion", prompt="Say {{word}} to {{query}}")
    answer = post("completion-messages", key(app), inputs={"word": "hi"}, query="her").json()
    assert (answer["answer"], answer["mode"]) == ("Hello", "completion")
    assert plugins.asked()["prompt_messages"] == [{"role": "user", "content": "Say hi to her"}]


def test_an_agent_is_given_model_tools_and_question(make: Make, key: Headers, plugins: Plugins) -> None:
    log = {"id": "1", "label": "CALL echo", "status": "start", "data": {}}
    spent = {"execution_metadata": {"total_tokens": 7, "total_price": "0.2", "currency": "EUR"}}
    plugins.said["invoke_agent_strategy"] = [
        {"type": "log", "message": log},
        {"type": "log", "message": {**log, "status": "success"}},
        told("done"),
        {"type": "json", "message": {"json_object": spent}},
        {"type": "blob", "message": {"blob": ""}},
    ]
    app = make("agent-chat", prompt="Be brief.", strategy=CHAT, tools=[ECHO])
    found = stream("chat-messages", key(app), query="Do it")
    assert [one["event"] for one in found] == ["agent_log", "agent_log", "agent_message", "message_end"]
    assert found[-1]["metadata"]["usage"].items() >= {"total_tokens": 7, "currency": "EUR"}.items()
    message = Message.objects.get()
    assert [one["status"] for one in message.thoughts] == ["success"]
    told_to = plugins.asked()["agent_strategy_params"]
    assert (told_to["query"], told_to["stream"]) == ("Do it", "true")
    assert told_to["model"]["history_prompt_messages"] == [{"role": "system", "content": "Be brief."}]
    assert told_to["model"]["entity"]["model"] == "fake-chat"
    (tool,) = told_to["tools"]
    assert (tool["identity"]["name"], tool["identity"]["provider"]) == ("echo", "patchbay/echo/echo")


@pytest.mark.parametrize(
    ("said", "entity"), [([{"model_schema": {"model": "mine"}}], {"model": "mine"}), (["no schema"], None), ([], None)]
)
def test_an_agent_is_told_of_a_model_that_is_not_declared(
    make: Make, key: Headers, plugins: Plugins, said: list[Any], entity: Any
) -> None:
    plugins.said |= {"get_ai_model_schemas": said, "invoke_agent_strategy": [told("done")]}
    app = make("agent-chat", model=Model(FAKE.provider, "mine"), strategy=CHAT)
    assert post("chat-messages", key(app), query="Do it").json()["answer"] == "done"
    assert plugins.asked()["agent_strategy_params"]["model"]["entity"] == entity


def test_steps(make: Make, key: Headers, plugins: Plugins) -> None:
    plugins.said["invoke_tool"] = [told("loud "), {"type": "json", "message": {"json_object": {"a": 1}}}]
    steps = [
        Step("shout", "tool", '{"text": "{{word}} \\"!\\""}', ECHO),
        Step("thought", "model", "about {{shout}}"),
        Step("end", "text", "<{{thought}}>"),
    ]
    app = make("workflow", steps=steps)
    found = stream("workflows/run", key(app), inputs={"word": 'a "b"'})
    assert plugins.sessions[0].data["tool_parameters"] == {"text": 'a "b" "!"'}
    assert plugins.sessions[1].data["prompt_messages"][-1]["content"] == 'about loud {"a": 1}'
    assert found[-1]["data"]["outputs"] == {"text": "<Hello>"}
    assert (found[-1]["data"]["total_steps"], found[-1]["data"]["total_tokens"]) == (3, 5)
    whole = post("workflows/run", key(app), inputs={"word": "x"}).json()
    assert (whole["data"]["status"], whole["data"]["outputs"]) == ("succeeded", {"text": "<Hello>"})


def test_a_step_that_fails_ends_the_run(make: Make, key: Headers, plugins: Plugins) -> None:
    plugins.said["invoke_llm"] = [chunk("Hel"), "no credit"]
    app = make("workflow", steps=[Step("one", "model", "x"), Step("two", "text", "y")])
    found = stream("workflows/run", key(app))
    assert [one["event"] for one in found] == ["workflow_started", "node_started", "node_finished", "workflow_finished"]
    assert found[-1]["data"]["status"] == "failed"
    assert "one: Broken: no credit" in found[-1]["data"]["error"]


def test_what_breaks_midway_is_the_last_event_and_is_kept(make: Make, key: Headers, plugins: Plugins) -> None:
    plugins.said["invoke_llm"] = [chunk("Hel"), "no credit"]
    found = stream("chat-messages", key(make()), query="Hi")
    assert [one["event"] for one in found] == ["message", "error"]
    message = Message.objects.get()
    assert (message.answer, "no credit" in message.error) == ("Hel", True)
    failed = post("chat-messages", key(App.objects.get()), query="Hi")
    assert (failed.status_code, failed.json()["code"]) == (400, "completion_request_error")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "query is required"),
        ({"query": "Hi", "user": ""}, "user is required"),
        ({"query": 1}, "query must be a string"),
        ({"query": "Hi", "inputs": []}, "role is required in input form"),
        ({"query": "Hi", "inputs": [1]}, "inputs must be an object"),
        ({"query": "Hi"}, "role is required in input form"),
        ({"query": "Hi", "inputs": {"role": "x" * 100_001}}, "role in input form must be less than 100000 characters"),
    ],
)
def test_bad_requests(make: Make, key: Headers, plugins: Plugins, body: dict[str, Any], says: str) -> None:
    answer = post("chat-messages", key(make(prompt="{{role}}")), **body)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (400, "invalid_param", says)
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_bodies_that_are_no_object(make: Make, key: Headers, text: str) -> None:
    answer = Client().post("/v1/chat-messages", text, content_type="application/json", headers=key(make()))
    assert answer.status_code == 400


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer app-nothing", "Basic app-x"])
def test_without_a_key_nothing(make: Make, given: str) -> None:
    make()
    for path in ("chat-messages", "workflows/run"):
        assert post(path, {"Authorization": given}, query="x").status_code == 401
    assert get("parameters", {"Authorization": given}).status_code == 401


def test_a_key_is_kept_as_its_hash_and_ends_with_its_row(make: Make, key: Headers, plugins: Plugins) -> None:
    app = make()
    headers = key(app)
    row = AppKey.objects.get()
    assert row.digest not in headers["Authorization"]
    assert headers["Authorization"].startswith(f"Bearer {row.shown}")
    assert get("info", headers).json() == {"name": "Helper", "description": "", "tags": [], "mode": "chat"}
    row.refresh_from_db()
    assert row.used_at is not None
    row.delete()
    assert get("info", headers).status_code == 401


def test_the_wrong_address_for_the_mode_and_the_wrong_method(make: Make, key: Headers) -> None:
    headers = key(make("workflow"))
    assert post("chat-messages", headers, query="x").json()["code"] == "not_this_mode"
    assert get("workflows/run", headers).status_code == 405


def test_parameters_name_the_inputs(make: Make, key: Headers) -> None:
    app = make(
        "workflow", prompt="{{tone}}", steps=[Step("a", "text", "{{word}} {{query}}"), Step("b", "text", "{{a}}")]
    )
    found = get("parameters", key(app)).json()["user_input_form"]
    assert [one["paragraph"]["variable"] for one in found] == ["tone", "word"]


@pytest.mark.parametrize(
    ("mode", "recipe", "says"),
    [
        ("chat", {"model": None}, "no model yet"),
        ("agent-chat", {}, "no agent strategy yet"),
        ("workflow", {}, "no steps yet"),
        ("completion", {}, "no prompt yet"),
    ],
)
def test_an_app_that_is_not_finished_says_what_it_lacks(
    make: Make, key: Headers, plugins: Plugins, mode: str, recipe: dict[str, Any], says: str
) -> None:
    app = make(mode, **recipe)
    path = {"workflow": "workflows/run", "completion": "completion-messages"}.get(mode, "chat-messages")
    answer = post(path, key(app), query="" if mode == "completion" else "Hi")
    assert (answer.status_code, says in answer.json()["message"]) == (400, True), answer.json()


def test_lists_are_asked_for_properly(make: Make, key: Headers) -> None:
    headers = key(make())
    for query in ({}, {"user": "a", "limit": "0"}, {"user": "a", "limit": "x"}, {"user": "a", "limit": "101"}):
        assert get("conversations", headers, **query).status_code == 400
    assert get("conversations", headers, user="a", last_id=str(uuid4())).status_code == 404
    assert get("conversations", headers, user="a").json() == {"limit": 20, "has_more": False, "data": []}
    assert not Conversation.objects.exists()
