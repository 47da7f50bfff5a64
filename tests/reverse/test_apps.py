"""Apps of the workspace, called by plugins through the real SDK."""

import pytest

from runtime.database import in_thread
from runtime.models import App
from tests.reverse.plugins import messages
from tests.reverse.world import ask, fails

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = {"provider": "patchbay/model/fake", "name": "fake-chat"}


async def app(world, mode, **settings):
    made = await in_thread(
        App.objects.create, workspace_id=world.workspace, name="App", mode=mode, settings={"model": MODEL, **settings}
    )
    return str(made.pk)


async def test_a_chat_answers_as_a_stream_and_as_a_whole(world):
    key = await app(world, App.Mode.CHAT)
    session = world.session("caller", "app", app_id=key, query="hello")
    said = await messages(await world.backend(session.plugin), session)
    events = [one["message"]["json_object"] for one in said]
    assert "".join(event.get("answer", "") for event in events if event["event"] == "message") == "You said: hello"
    assert events[-1]["event"] == "message_end"
    whole = await ask(world, "app", app_id=key, query="hello", stream=False)
    assert whole["answer"] == "You said: hello"
    assert whole["conversation_id"]


async def test_steps_and_completions(world):
    steps = [{"name": "first", "kind": "text", "text": "got {{word}}"}]
    whole = await ask(
        world,
        "app",
        app_id=await app(world, App.Mode.WORKFLOW, steps=steps),
        kind="workflow",
        inputs={"word": "x"},
        stream=False,
    )
    assert "got x" in str(whole)
    key = await app(world, App.Mode.COMPLETION, prompt="say {{word}}")
    whole = await ask(world, "app", app_id=key, kind="completion", inputs={"word": "x"}, stream=False)
    assert "say x" in whole["answer"]


async def test_the_apps_own_calls_are_deeper_than_the_plugins(world):
    await ask(world, "app", app_id=await app(world, App.Mode.CHAT), query="hello", stream=False)
    (nested,) = world.sessions
    assert nested.type == "model"
    assert nested.depth == 2
    assert nested.trace


async def test_what_an_app_tells_of_itself(world):
    told = await ask(world, "fetch_app", app_id=await app(world, App.Mode.COMPLETION, prompt="say {{word}}"))
    (form,) = told["user_input_form"]
    assert form["paragraph"]["variable"] == "word"


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-0000-0000-000000000000"])
async def test_an_app_that_is_not_there(world, key):
    assert (await fails(world, "app", app_id=key)).startswith("invoke app failed: ")
    assert (await fails(world, "fetch_app", app_id=key)).startswith("fetch app failed: ")


async def test_an_app_of_another_workspace_is_not_there(world):
    foreign = await in_thread(App.objects.create, workspace_id="other", name="App", settings={"model": MODEL})
    assert (await fails(world, "app", app_id=str(foreign.pk))).startswith("invoke app failed: ")
