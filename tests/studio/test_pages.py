"""Pages of apps: making, editing, talking, keys; and who may."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from marketplace.models import Workspace
from runtime.models import App, AppKey, Conversation, Message, Package
from runtime.studio.recipes import Model, Recipe, Step, Strategy, Tool, recipe
from tests.studio.conftest import CHAT, ECHO, FAKE, Plugins

pytestmark = pytest.mark.django_db(transaction=True)
APPS = "/w/support/apps"
Visit = Callable[..., Client]
MODEL = f"{FAKE.provider} {FAKE.name}"
ABOUT = {"about-name": "Helper", "recipe-model": MODEL, "recipe-prompt": "", "recipe-memory": "10"}


def page_of(app: App, tail: str = "") -> str:
    return f"{APPS}/{app.pk}/{tail}"


def test_the_first_page_teaches(visit: Visit, workspace: Workspace) -> None:
    assert "New app" in visit("admin").get(APPS).text
    seen = visit("member").get(APPS).text
    assert "No apps yet" in seen
    assert "New app" not in seen


def test_an_app_is_made_and_finished(visit: Visit, plugins: Plugins) -> None:
    browser = visit("admin")
    assert browser.post(f"{APPS}/new", {"name": "", "mode": "chat"}).status_code == 422
    made = browser.post(f"{APPS}/new", {"name": "Helper", "description": "Helps", "mode": "chat"})
    edit = browser.get(made.headers["Location"]).text
    assert "It has no model yet." in edit
    assert "Not ready" in browser.get(APPS).text
    given = {
        **ABOUT,
        "recipe-prompt": "You are {{role}}.\r\nBe kind.",
        "more-temperature": "0.5",
        "recipe-opening": "Hi",
    }
    assert browser.post(made.headers["Location"], given).status_code == 302
    kept = recipe(App.objects.get())
    model = Model(FAKE.provider, FAKE.name, "chat", {"temperature": 0.5})
    assert kept == Recipe(model=model, prompt="You are {{role}}.\nBe kind.", opening="Hi")
    page = browser.get(page_of(App.objects.get())).text
    assert 'name="ask-role"' in page
    assert ">Hi<" in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"recipe-model": "patchbay/model/fake nothing"}, 422),
        ({"more-temperature": "7"}, 422),
        ({"recipe-memory": "-1"}, 422),
        ({"about-name": ""}, 422),
        ({"recipe-model": ""}, 302),
    ],
)
def test_what_cannot_be_is_refused(
    visit: Visit, plugins: Plugins, make: Callable[..., App], changes: dict[str, str], status: int
) -> None:
    app = make()
    answer = visit().post(page_of(app, "edit"), {**ABOUT, **changes})
    assert answer.status_code == status
    if status == 422:
        assert "errorlist" in answer.text
        assert recipe(App.objects.get()).model == FAKE


def test_an_agent_s_page_offers_what_is_installed(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    app = make("agent-chat")
    page = visit().get(page_of(app, "edit")).text
    assert 'value="patchbay/echo/echo echo"' in page
    assert 'value="patchbay/agent/agent plain"' in page
    given = {**ABOUT, "recipe-strategy": "patchbay/agent/agent plain", "recipe-tools": ["patchbay/echo/echo echo"]}
    assert visit().post(page_of(app, "edit"), {**given, "plan-size": "5"}).status_code == 302
    kept = recipe(App.objects.get())
    assert (kept.tools, kept.strategy) == (
        [ECHO],
        Strategy(CHAT.provider, "plain", {"size": 5, "pieces": False}),
    )
    again = visit().get(page_of(app, "edit")).text
    assert re.search(r'value="patchbay/echo/echo echo"\s+checked', again)
    assert 'name="plan-size" value="5"' in again
    assert 'name="plan-query"' not in again


def test_what_a_strategy_asks_for_comes_with_the_next_page(
    visit: Visit, plugins: Plugins, make: Callable[..., App]
) -> None:
    """Its plugin may require what nobody could have filled in yet."""
    package = Package.objects.get(plugin_id="patchbay/agent")
    declaration = package.declaration
    for one in declaration["agent_strategy"]["strategies"]:
        one["parameters"] += [{"name": "rounds", "type": "number", "required": True, "label": {"en_US": "Rounds"}}]
    Package.objects.filter(pk=package.pk).update(declaration=declaration)
    edit = page_of(make("agent-chat"), "edit")
    given = {**ABOUT, "recipe-strategy": "patchbay/agent/agent chat"}
    assert visit().post(edit, given).status_code == 302
    assert 'name="plan-rounds"' in visit().get(edit).text
    assert visit().post(edit, given).status_code == 422
    assert visit().post(edit, {**given, "plan-rounds": "3"}).status_code == 302
    assert recipe(App.objects.get()).strategy.parameters == {"rounds": 3, "stream": False}


def step_fields(*rows: tuple[str, str, str], tool: str = "") -> dict[str, str]:
    fields = {**ABOUT, "step-TOTAL_FORMS": str(len(rows)), "step-INITIAL_FORMS": "0"}
    for number, (name, kind, text) in enumerate(rows):
        fields |= {f"step-{number}-name": name, f"step-{number}-kind": kind, f"step-{number}-text": text}
        fields |= {f"step-{number}-tool": tool}
    return fields


def test_steps_are_kept_in_order(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    app = make("workflow")
    rows = (("one", "text", "a\r\nb"), ("", "model", ""), ("two", "tool", "{}"))
    assert visit().post(page_of(app, "edit"), step_fields(*rows, tool="patchbay/echo/echo echo")).status_code == 302
    kept = recipe(App.objects.get()).steps
    assert kept == [Step("one", "text", "a\nb"), Step("two", "tool", "{}", Tool("patchbay/echo/echo", "echo"))]
    page = visit().get(page_of(app, "edit")).text
    assert 'name="step-1-name" value="two"' in page
    assert 'name="step-2-name"' in page


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((("Two words", "text", "x"),), "Small letters"),
        ((("", "text", "x"),), "Give the step a name"),
        ((("query", "text", "x"),), "This name is taken"),
        ((("a", "text", "x"), ("a", "text", "y")), "Two steps are called a"),
        ((("a", "tool", "{}"),), "Choose the tool"),
        ((("a", "tool", "{"),), "not JSON"),
    ],
)
def test_steps_that_cannot_run_are_refused(
    visit: Visit, plugins: Plugins, make: Callable[..., App], rows: Any, says: str
) -> None:
    answer = visit().post(page_of(make("workflow"), "edit"), step_fields(*rows))
    assert (answer.status_code, says in answer.text) == (422, True)


def test_a_member_talks_without_a_script(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    app, browser = make(prompt="{{role}}"), visit("member")
    assert browser.post(page_of(app), {"ask-query": "Hi"}).status_code == 422
    answer = browser.post(page_of(app), {"ask-query": "Hi <b>", "ask-role": "r"})
    page = browser.get(answer.headers["Location"]).text
    assert "Hi &lt;b&gt;" in page
    assert "Hello" in page
    assert "5 tokens" in page
    assert 'name="ask-role"' not in page
    again = browser.post(answer.headers["Location"], {"ask-query": "More"})
    assert again.headers["Location"] == answer.headers["Location"]
    assert Message.objects.count() == 2


def test_conversations_are_the_reader_s_own(
    visit: Visit, plugins: Plugins, make: Callable[..., App], key: Callable[[App], dict[str, str]], people: Any
) -> None:
    app = make()
    visit("member").post(page_of(app), {"ask-query": "A secret question"})
    conversation = Conversation.objects.get()
    here = page_of(app, f"c/{conversation.pk}")
    assert "A secret question" in visit("member").get(page_of(app, "conversations")).text
    for who in ("owner", "admin"):
        assert visit(who).get(here).status_code == 404
        assert "A secret question" not in visit(who).get(page_of(app)).text
        visit(who).post(f"{here}/forget")
    for user in (str(people.member.pk), f"member:{people.member.pk}"):
        listed = Client().get("/v1/conversations", {"user": user}, headers=key(app))
        assert listed.json()["data"] == []
    assert visit("member").post(f"{here}/forget").status_code == 302
    assert not Conversation.objects.exists()


def test_what_goes_wrong_is_said_on_the_page(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    plugins.said["invoke_llm"] = ["no credit"]
    app = make()
    answer = visit().post(page_of(app), {"ask-query": "Hi"})
    assert (answer.status_code, "no credit" in answer.text) == (400, True)
    script = visit().post(page_of(app), {"ask-query": "Hi"}, headers={"Accept": "text/event-stream"})
    assert script.json() == {"message": "Broken: no credit"}
    empty = visit().post(page_of(app), {}, headers={"Accept": "text/event-stream"})
    assert (empty.status_code, list(empty.json()["failings"])) == (422, ["id_ask-query"])


def test_steps_run_on_the_page(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    app = make("workflow", steps=[Step("a", "text", "<{{word}}>")])
    page = visit("member").post(page_of(app), {"ask-word": "x"})
    assert "&lt;x&gt;" in page.text
    plugins.said["invoke_llm"] = ["no credit"]
    failing = make("workflow", steps=[Step("a", "model", "x")])
    assert "a: Broken: no credit" in visit("member").post(page_of(failing)).text


def test_a_key_is_shown_once(visit: Visit, make: Callable[..., App]) -> None:
    app, browser = make(prompt="{{role}}"), visit("admin")
    made = browser.post(page_of(app, "access"), {"name": "Website"})
    found = re.search(r'data-copy="(app-[^"]+)"', made.text)
    assert found is not None
    assert made.headers["Cache-Control"] == "no-store"
    page = browser.get(page_of(app, "access")).text
    assert found[1] not in page
    assert "Website" in page
    assert "&quot;role&quot;" in page or '"role"' in page
    assert Client().get("/v1/info", headers={"Authorization": f"Bearer {found[1]}"}).status_code == 200
    browser.post(page_of(app, f"access/{AppKey.objects.get().pk}/delete"))
    assert not AppKey.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("stranger", 404)])
def test_only_owners_and_admins_make_and_change(visit: Visit, make: Callable[..., App], who: str, status: int) -> None:
    app, browser = make(), visit(who)
    for tail in ("edit", "access", "delete", "access/1/delete"):
        assert browser.post(page_of(app, tail), ABOUT).status_code == status, tail
    assert browser.post(f"{APPS}/new", {"name": "x", "mode": "chat"}).status_code == status
    assert App.objects.get() == app
    assert browser.get(page_of(app)).status_code == (200 if who == "member" else 404)
    assert browser.get(APPS).status_code == (200 if who == "member" else 404)


def test_another_workspace_s_app_is_not_there(visit: Visit, make: Callable[..., App]) -> None:
    app = make()
    App.objects.update(workspace_id="elsewhere")
    for tail in ("", "edit", "access", "conversations"):
        assert visit().get(page_of(app, tail)).status_code == 404
    assert visit().post(page_of(app, "delete")).status_code == 404


def test_an_app_goes_with_all_that_is_its(visit: Visit, plugins: Plugins, make: Callable[..., App]) -> None:
    app = make()
    visit().post(page_of(app), {"ask-query": "Hi"})
    visit().post(page_of(app, "access"), {"name": "k"})
    assert visit().post(page_of(app, "delete")).status_code == 302
    assert not (App.objects.exists() or Conversation.objects.exists() or AppKey.objects.exists())


def test_what_a_database_would_not_keep_is_left_out(
    plugins: Plugins, make: Callable[..., App], key: Callable[[App], dict[str, str]]
) -> None:
    app = make(prompt="{{word}}")
    body = {"user": "u\x00", "query": "a\x00b \\u0000", "inputs": {"word": ["x\x00", {"y\x00": 1}]}}
    text = json.dumps(body)
    answer = Client().post("/v1/chat-messages", text, content_type="application/json", headers=key(app))
    assert answer.status_code == 200, answer.text
    message = Message.objects.get()
    assert message.query == "ab \\u0000"
    assert message.conversation.inputs == {"word": ["x", {"y": 1}]}
    assert "\x00" not in message.conversation.user
