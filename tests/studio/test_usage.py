"""What apps spend that people use: counted for the app, or for the plugin that called it."""

from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from runtime import accounting, studio
from runtime.models import App, ReverseUse, SessionUse
from runtime.session import Session
from runtime.studio.recipes import Step
from tests.studio.conftest import CHAT, ECHO, Plugins, told
from tests.studio.test_api import Headers, Make, post, stream

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    accounting.waiting.clear()
    accounting.sessions.clear()


def counts() -> list[tuple[Any, ...]]:
    accounting.flush()
    names = ("plugin_id", "kind", "calls", "errors", "prompt_tokens", "completion_tokens")
    return list(ReverseUse.objects.order_by("kind").values_list(*names))


def test_a_chat_over_http(make: Make, key: Headers, plugins: Plugins) -> None:
    app = make()
    stream("chat-messages", key(app), query="Hi")
    assert counts() == [(f"app:{app.pk}", "llm", 1, 0, 2, 3)]
    (use,) = SessionUse.objects.all()
    assert (use.workspace_id, use.plugin_id, use.session_id) == (app.workspace_id, f"app:{app.pk}", use.trace)


def test_a_chat_on_its_page(make: Make, visit: Callable[..., Client], plugins: Plugins) -> None:
    app = make()
    page = visit("owner")
    sent = page.post(f"/w/support/apps/{app.pk}/", {"ask-query": "Hi"})
    assert sent.status_code == 302
    assert counts() == [(f"app:{app.pk}", "llm", 1, 0, 2, 3)]
    shown = page.get(f"/w/support/apps/{app.pk}/usage").text
    assert "1 call, 0 ended with an error · 5 tokens · 0.10 USD" in shown
    assert visit("member").get(f"/w/support/apps/{app.pk}/usage").status_code == 403
    assert visit("stranger").get(f"/w/support/apps/{app.pk}/usage").status_code == 404


def test_an_app_that_nobody_used_says_what_would_be_here(make: Make, visit: Callable[..., Client]) -> None:
    assert "It asked for nothing in the last 30 days" in visit("owner").get(f"/w/support/apps/{make().pk}/usage").text


def test_steps_and_agents(make: Make, key: Headers, plugins: Plugins) -> None:
    plugins.said |= {"invoke_tool": [told("x")], "invoke_agent_strategy": [told("y")]}
    steps = [Step("one", "tool", "{}", ECHO), Step("two", "model", "say")]
    stream("workflows/run", key(make("workflow", steps=steps)))
    stream("chat-messages", key(make("agent-chat", strategy=CHAT)), query="Hi")
    assert [(kind, calls, errors) for _, kind, calls, errors, *_ in counts()] == [
        ("agent_strategy", 1, 0),
        ("llm", 1, 0),
        ("tool", 1, 0),
    ]


def test_a_model_that_fails(make: Make, key: Headers, plugins: Plugins) -> None:
    plugins.said["invoke_llm"] = ["no such luck"]
    assert post("chat-messages", key(make()), query="Hi").status_code == 400
    assert [(kind, calls, errors) for _, kind, calls, errors, *_ in counts()] == [("llm", 1, 1)]


def test_an_app_that_a_plugin_called_is_on_the_plugins_account(make: Make, plugins: Plugins) -> None:
    app: App = make()
    caller = Session(workspace=app.workspace_id, plugin="a/b:1@c", type="tool", action="invoke_tool", data={})

    async def call() -> None:
        with accounting.counted(caller, "app"):
            events = studio.invoke(app.workspace_id, str(app.pk), inputs={}, query="Hi", parent=caller)
            async with aclosing(events):
                async for _ in events:
                    pass

    async_to_sync(call)()
    assert counts() == [("a/b", "app", 1, 0, 2, 3)]
