"""Running tools and models from their forms: what the plugin is asked, and how its answer is shown."""

import html
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from runtime import calling
from runtime.errors import PluginGone
from runtime.logs import LogLine
from runtime.models import Installation, Package, StoredFile
from runtime.uploading import upload_package
from runtime.wire import END, ERROR, STREAM

pytestmark = pytest.mark.django_db
RUN = "/w/support/plugins/patchbay/echo/-/run/tool"
STEPS = {"Accept": "application/x-ndjson"}


class Plugin:
    """Stands for the way to a plugin, the edge of this process: says `frames`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, Any]] = []
        self.fault: Exception | None = None
        self.asked: dict[str, Any] = {}

    async def call(self, **asked: Any) -> AsyncGenerator[list[tuple[int, bytes]]]:
        self.asked = asked
        for kind, payload in self.frames:
            yield [(kind, orjson.dumps(payload))]
        if self.fault:
            raise self.fault
        yield [(END, b"{}")]

    def says(self, *texts: str) -> None:
        self.frames = [(STREAM, {"type": "text", "message": {"text": text}}) for text in texts]


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Plugin:
    made = Plugin()
    monkeypatch.setattr(calling, "call", made.call)
    return made


def steps(answer: Any) -> list[dict[str, Any]]:
    """All steps of a streamed answer."""
    whole = b"".join(collected(answer))
    return [step for line in whole.splitlines() for step in orjson.loads(line)]


def collected(answer: Any) -> Iterator[bytes]:
    from asgiref.sync import async_to_sync

    async def all_of_it() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]

    yield from async_to_sync(all_of_it)()


# What is asked.


def test_the_form_becomes_the_call(visit: Callable[..., Client], installed: Installation, plugin: Plugin) -> None:
    browser = visit("member")
    given = {"parameter-text": "hello", "parameter-unknown": "x", "text": "y"}
    assert browser.post(f"{RUN}/echo", given).status_code == 200
    assert plugin.asked["workspace"] == installed.workspace_id
    assert (plugin.asked["plugin_id"], plugin.asked["action"]) == ("patchbay/echo", "tool/invoke")
    data = plugin.asked["data"]
    assert (data["provider"], data["tool"]) == ("echo", "echo")
    assert data["tool_parameters"] == {"text": "hello"}
    assert data["credentials"] == {}


@pytest.mark.parametrize("headers", [{}, STEPS])
def test_a_file_is_kept_and_its_address_sent(
    visit: Callable[..., Client], installed: Installation, plugin: Plugin, headers: dict[str, str]
) -> None:
    browser = visit()
    assert 'enctype="multipart/form-data"' in browser.get(f"{RUN}/form").text
    given = {"parameter-file_0": SimpleUploadedFile("photo.png", b"png", "image/png"), "parameter-number": "1"}
    answer = browser.post(f"{RUN}/form", given, headers=headers)
    assert answer.status_code == 200
    if headers:
        steps(answer)
    sent = plugin.asked["data"]["tool_parameters"]["file"]
    assert (sent["filename"], sent["mime_type"], sent["type"], sent["size"]) == ("photo.png", "image/png", "image", 3)
    (row,) = StoredFile.objects.all()
    assert (row.workspace_id, row.plugin_id) == (installed.workspace_id, "patchbay/echo")
    assert str(row.id) in sent["url"]


def test_the_user_of_the_call_is_the_reader(
    visit: Callable[..., Client], installed: Installation, plugin: Plugin, people: Any
) -> None:
    visit("member").post(f"{RUN}/echo", {"parameter-text": "x"})
    assert plugin.asked["user"] == str(people.member.pk)


def test_strangers_run_nothing(visit: Callable[..., Client], installed: Installation, plugin: Plugin) -> None:
    assert visit("stranger").post(f"{RUN}/echo", {"parameter-text": "x"}).status_code == 404
    assert Client().post(f"{RUN}/echo", {"parameter-text": "x"}, headers=STEPS).status_code == 302
    assert plugin.asked == {}


def test_tools_that_are_not_declared_are_not_there(visit: Callable[..., Client], installed: Installation) -> None:
    assert visit().get(f"{RUN}/nothing").status_code == 404


# Without a script.


def test_a_plain_post_shows_the_whole_answer_and_keeps_the_values(
    visit: Callable[..., Client], installed: Installation, plugin: Plugin
) -> None:
    plugin.says("Hello ", "you")
    page = visit().post(f"{RUN}/echo", {"parameter-text": "keep me"}).text
    assert "Hello you" in page
    assert "keep me" in page
    assert "Done" in page


def test_errors_are_at_their_fields_and_nothing_is_called(
    visit: Callable[..., Client], installed: Installation, plugin: Plugin
) -> None:
    page = visit().post(f"{RUN}/form", {"parameter-object": "{bad", "parameter-secret": "open sesame"})
    assert page.status_code == 422
    assert "This is not JSON" in page.text
    assert "{bad" in page.text
    assert "open sesame" not in page.text
    assert plugin.asked == {}


def test_what_goes_wrong_is_a_sentence(visit: Callable[..., Client], installed: Installation, plugin: Plugin) -> None:
    plugin.says("so far")
    plugin.fault = PluginGone("The plugin ended while it had the call.")
    page = visit().post(f"{RUN}/echo", {"parameter-text": "x"}).text
    assert "so far" in page
    assert "The plugin ended while it had the call." in page
    assert "Failed" in page


# With the script.


def test_an_answer_comes_in_steps(visit: Callable[..., Client], installed: Installation, plugin: Plugin) -> None:
    plugin.says("Hello ", "you")
    answer = visit().post(f"{RUN}/echo", {"parameter-text": "x"}, headers=STEPS)
    assert answer["Content-Type"] == "application/x-ndjson"
    assert "no-store" in answer["Cache-Control"]
    found = steps(answer)
    assert [step["do"] for step in found] == ["add", "text", "text", "end"]
    assert "".join(step.get("text", "") for step in found) == "Hello you"
    assert found[-1]["failed"] is False


def test_a_failure_ends_the_steps(visit: Callable[..., Client], installed: Installation, plugin: Plugin) -> None:
    plugin.frames = [(ERROR, {"error_type": "ValueError", "message": "failed as asked", "args": {"traceback": "x"}})]
    found = steps(visit().post(f"{RUN}/echo", {"parameter-text": "x"}, headers=STEPS))
    assert "failed as asked" in found[0]["html"]
    assert found[-1] | {"seconds": ""} == {"do": "end", "failed": True, "seconds": ""}


def test_errors_of_fields_are_told_by_their_ids(visit: Callable[..., Client], installed: Installation) -> None:
    answer = visit().post(f"{RUN}/echo", {}, headers=STEPS)
    assert answer.status_code == 422
    assert answer.json() == {"failings": {"id_parameter-text": ["This field is required."]}}


# Options that the plugin knows.


@pytest.fixture
def colours(plugin: Plugin) -> Plugin:
    plugin.frames = [
        (STREAM, {"options": [{"value": "r", "label": {"en_US": "Red", "zh_Hans": "红"}}, {"value": "g"}]})
    ]
    return plugin


def test_options_are_asked_of_the_plugin(
    visit: Callable[..., Client], installed: Installation, colours: Plugin
) -> None:
    answer = visit("member", "zh").post(f"{RUN}/form", {"load": "dynamic"}, headers={"Accept": "application/json"})
    assert answer.json() == {"options": [["r", "红"], ["g", "g"]], "failing": ""}
    assert colours.asked["action"] == "dynamic_select/fetch_parameter_options"
    wanted = {"provider": "echo", "provider_action": "form", "parameter": "dynamic"}
    assert colours.asked["data"].items() >= wanted.items()


def test_options_come_without_a_script_too(
    visit: Callable[..., Client], installed: Installation, colours: Plugin
) -> None:
    page = visit().post(f"{RUN}/form", {"load": "dynamic", "parameter-string": "keep me", "parameter-object": "{bad"})
    assert '<option value="r">Red</option>' in page.text
    assert "keep me" in page.text
    assert "not JSON" not in page.text


def test_why_there_are_no_options_is_told_at_the_field(
    visit: Callable[..., Client], installed: Installation, plugin: Plugin
) -> None:
    plugin.frames = [(ERROR, {"error_type": "KeyError", "message": "wrong account"})]
    answer = visit().post(f"{RUN}/form", {"load": "dynamic"}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["failing"] == "wrong account"
    assert "wrong account" in visit().post(f"{RUN}/form", {"load": "dynamic"}).text


@pytest.mark.parametrize("name", ["nothing", "__class__"])
def test_only_parameters_have_options(visit: Callable[..., Client], installed: Installation, name: str) -> None:
    assert visit().post(f"{RUN}/form", {"load": name}).status_code == 400


# Accounts and models.


@pytest.fixture
def model(install: Callable[[Package], Installation], package_of: Callable[[str], Any]) -> Installation:
    return install(upload_package(package_of("model").read_bytes()))


def first_model(installation: Installation) -> dict[str, Any]:
    models = installation.package.declaration["model"]["models"]
    return next(one for one in models if one["model_type"] == "llm")


def test_a_model_is_tried_with_a_prompt(visit: Callable[..., Client], model: Installation, plugin: Plugin) -> None:
    declared = first_model(model)
    address = f"/w/support/plugins/{model.plugin_id}/-/run/model?model={declared['model']}"
    page = visit("member").get(address).text
    assert 'name="parameter-prompt"' in page
    fields = re.findall(r'type="(\w+)" name="(credential-\w+)"', page)
    credentials = {name: "hush" if kind == "password" else "seen" for kind, name in fields}
    plugin.frames = [(STREAM, {"delta": {"message": {"content": "Hello"}}})]
    answer = visit("member").post(address, {"parameter-prompt": "Hi", "parameter-system": "Be brief", **credentials})
    assert "Hello" in answer.text
    assert "hush" not in answer.text
    data = plugin.asked["data"]
    assert (data["model"], data["model_type"], data["stream"]) == (declared["model"], "llm", True)
    assert [one["role"] for one in data["prompt_messages"]] == ["system", "user"]
    assert "hush" in data["credentials"].values()


def test_a_model_that_is_not_declared_is_not_there(visit: Callable[..., Client], model: Installation) -> None:
    assert visit().get(f"/w/support/plugins/{model.plugin_id}/-/run/model?model=nothing").status_code == 404


def test_accounts_are_sent_and_never_shown(
    visit: Callable[..., Client], installed: Installation, echo: Package, plugin: Plugin
) -> None:
    schema = [{"name": "key", "type": "secret-input", "required": True, "label": {"en_US": "Key"}}]
    echo.declaration["tool"]["credentials_schema"] = schema
    echo.save()
    page = visit().get(f"{RUN}/echo").text
    assert 'name="credential-key"' in page
    answer = visit().post(f"{RUN}/echo", {"parameter-text": "x", "credential-key": "open sesame"})
    assert plugin.asked["data"]["credentials"] == {"key": "open sesame"}
    assert plugin.asked["data"]["credential_type"] == "api-key"
    assert "open sesame" not in answer.text


# Logs.


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[LogLine]:
    said = [LogLine(1, 1_780_000_000.0, "stderr", "<b>bold</b>"), LogLine(2, 1_780_000_001.5, "ERROR", "broke")]

    async def follow(name: str, *, after: int = 0) -> AsyncGenerator[list[LogLine]]:
        yield [line for line in said if line.number > after]

    monkeypatch.setattr(calling, "follow_logs", follow)
    return said


LOGS = "/w/support/plugins/patchbay/echo/-/logs"


def test_logs_are_on_the_page(visit: Callable[..., Client], installed: Installation, lines: list[LogLine]) -> None:
    page = visit("member").get(LOGS).text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'class="level-error from-log"' in page
    assert 'class="level-stderr from-stderr"' in page


def test_logs_come_as_events_after_what_was_seen(
    visit: Callable[..., Client], installed: Installation, lines: list[LogLine]
) -> None:
    answer = visit("member").get(f"{LOGS}/stream", headers={"Last-Event-ID": "1"})
    assert answer["Content-Type"] == "text/event-stream"
    event = b"".join(collected(answer)).decode()
    assert event.startswith("id: 2\ndata: ")
    assert [line["text"] for line in orjson.loads(event.partition("data: ")[2])] == ["broke"]


def test_logs_of_what_runs_nowhere_say_so(visit: Callable[..., Client], installed: Installation) -> None:
    assert "No node runs this plugin" in html.unescape(visit().get(LOGS).text)
    event = b"".join(collected(visit().get(f"{LOGS}/stream"))).decode()
    assert "event: silent" in event


def test_strangers_follow_no_logs(visit: Callable[..., Client], installed: Installation) -> None:
    assert visit("stranger").get(f"{LOGS}/stream").status_code == 404
    assert Client().get(f"{LOGS}/stream", headers={"Accept": "text/event-stream"}).status_code == 401


def test_logs_are_downloaded(visit: Callable[..., Client], installed: Installation, lines: list[LogLine]) -> None:
    answer = visit("member").get(f"{LOGS}/file")
    assert 'filename="patchbay-echo-0.0.1.log"' in answer["Content-Disposition"]
    assert answer.text.splitlines()[1].endswith("ERROR broke")
