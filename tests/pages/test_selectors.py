"""Models, apps and tools of a workspace chosen in forms, and files given in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from marketplace.models import Workspace
from runtime import files
from runtime.models import App, Installation, Package, StoredFile
from runtime.pages.fields import SchemaForm
from runtime.pages.offers import Offers
from runtime.uploading import upload_package

pytestmark = pytest.mark.django_db
FAKE = "patchbay/model/fake llm fake-chat"
MODEL = {"type": "model-selector", "scope": "llm"}
PHOTO = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def offers(
    workspace: Workspace, package_of: Callable[[str], Path], install: Callable[[Package], Installation]
) -> Offers:
    """Of a workspace with fake models and the echo tools."""
    for name in ("model", "echo"):
        install(upload_package(package_of(name).read_bytes()))
    return Offers(str(workspace.id))


@pytest.fixture
def form(offers: Offers) -> Callable[..., SchemaForm]:
    def made(schema: dict[str, Any], given: dict[str, Any] | None = None, **files: list[Any]) -> SchemaForm:
        data = None
        if given is not None:
            data = QueryDict(mutable=True)
            for name, value in given.items():
                data.setlist(name, value if isinstance(value, list) else [value])
        return SchemaForm(
            [{"name": "p", "label": {"en_US": "P"}, **schema}],
            language="en_US",
            offers=offers,
            keep=lambda content: files_kept(content, offers.workspace_id),
            data=data,
            files=None if given is None else MultiValueDict(files),
        )

    return made


def files_kept(content: Any, workspace_id: str) -> dict[str, Any]:
    row = files.keep_given(content, workspace_id=workspace_id, plugin_id="a/b", user="u")
    return files.as_parameter(files.read_url(row), name=row.name, mime_type=row.mime_type, size=row.size)


def value(filled: SchemaForm) -> Any:
    assert filled.is_valid(), filled.errors
    return filled.values().get("p", "absent")


def complaint(filled: SchemaForm) -> str:
    assert not filled.is_valid()
    return filled.failings()["id_p"][0]


def test_a_model_becomes_what_the_sdk_makes_a_config_of(form: Callable[..., SchemaForm]) -> None:
    chosen = {"provider": "patchbay/model/fake", "model": "fake-chat", "model_type": "llm", "mode": "chat"}
    assert value(form(MODEL, {"p_0": FAKE, "p_1": ""})) == chosen | {"completion_params": {}}
    given = form(MODEL, {"p_0": FAKE, "p_1": '{"temperature": 0.2}'})
    assert value(given) == chosen | {"completion_params": {"temperature": 0.2}}
    assert value(form(MODEL, {"p_0": "", "p_1": ""})) == "absent"


@pytest.mark.parametrize(
    ("schema", "given", "said"),
    [
        (MODEL | {"required": True}, {"p_0": "", "p_1": ""}, "required"),
        (MODEL, {"p_0": "", "p_1": '{"a": 1}'}, "Choose a model"),
        (MODEL, {"p_0": FAKE, "p_1": "warm"}, "not JSON"),
        (MODEL, {"p_0": "a/b/c llm gone", "p_1": ""}, "gone"),
        (MODEL, {"p_0": "patchbay/model/fake rerank fake-rerank", "p_1": ""}, "fake-rerank"),
        ({"type": "app-selector"}, {"p": "x"}, "x"),
        ({"type": "array[tools]"}, {"p": "x"}, "x"),
    ],
)
def test_what_is_not_offered_is_refused(
    form: Callable[..., SchemaForm], schema: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    assert said in complaint(form(schema, given))


@pytest.mark.parametrize(
    ("scope", "there", "absent"),
    [
        ("llm", "fake-chat", "fake-rerank"),
        ("rerank", "fake-rerank", "fake-chat"),
        ("llm&agent-thought", "fake-chat", "fake-polling"),
        ("all", "fake-tts", "fake-slow"),
        ("", "fake-moderation", "fake-slow"),
    ],
)
def test_a_scope_says_which_models_are_offered(
    form: Callable[..., SchemaForm], scope: str, there: str, absent: str
) -> None:
    shown = str(form({"type": "model-selector", "scope": scope}))
    assert there in shown
    assert absent not in shown, "deprecated ones are offered nowhere"


def test_what_was_chosen_before_is_chosen_again(form: Callable[..., SchemaForm]) -> None:
    model = {
        "provider": "patchbay/model/fake",
        "model": "fake-chat",
        "model_type": "llm",
        "completion_params": {"a": 1},
    }
    shown = str(form(MODEL | {"default": model}))
    assert f'value="{FAKE}" selected' in shown
    assert "{&quot;a&quot;: 1}" in shown
    gone = {"provider": "a/b/c", "model": "gone", "model_type": "llm", "mode": "chat", "completion_params": {}}
    assert "gone (not in this workspace)" in str(form(MODEL | {"default": gone}))
    assert value(form(MODEL | {"default": gone}, {"p_0": "a/b/c llm gone", "p_1": ""})) == gone


def test_an_app_is_chosen_by_its_name_and_mode(form: Callable[..., SchemaForm], workspace: Workspace) -> None:
    chat, steps = (
        App.objects.create(workspace_id=str(workspace.id), name=name, mode=mode)
        for name, mode in (("Talker", "chat"), ("Walker", "workflow"))
    )
    App.objects.create(workspace_id="another", name="Stranger", mode="chat")
    schema = {"type": "app-selector", "scope": "chat"}
    shown = str(form(schema))
    assert "Talker" in shown
    assert "Walker" not in shown
    assert "Stranger" not in shown
    assert value(form(schema, {"p": str(chat.pk)})) == {"app_id": str(chat.pk), "inputs": {}}
    kept = {"app_id": str(steps.pk), "inputs": {"a": 1}}
    assert value(form({"type": "app-selector", "default": kept}, {"p": str(steps.pk)})) == kept


def test_tools_are_what_the_sdk_makes_entities_of(form: Callable[..., SchemaForm]) -> None:
    schema = {"type": "array[tools]"}
    tools = value(form(schema, {"p": ["patchbay/echo/echo echo", "patchbay/echo/echo stream"]}))
    assert [one["identity"]["name"] for one in tools] == ["echo", "stream"]
    assert {one["identity"]["provider"] for one in tools} == {"patchbay/echo/echo"}
    assert tools[0]["parameters"][0]["name"] == "text"
    assert str(form(schema | {"default": tools})).count("checked") == 2


def test_a_workspace_without_any_says_what_to_do() -> None:
    for kind, words in (("model-selector", "Install"), ("app-selector", "Make one"), ("array[tools]", "Install")):
        shown = str(SchemaForm([{"name": "p", "type": kind}], language="en_US"))
        assert words in shown


# Files.


def png(name: str = "photo.PNG", content: bytes = PHOTO) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_a_file_from_the_readers_computer_is_kept_and_readable(form: Callable[..., SchemaForm]) -> None:
    found = value(form({"type": "file"}, {"p_1": ""}, p_0=[png()]))
    assert (found["filename"], found["extension"], found["type"], found["size"]) == ("photo.PNG", ".png", "image", 8)
    assert found["dify_model_identity"] == "__dify__file__"
    (row,) = StoredFile.objects.all()
    path = found["url"].removeprefix(files.base_url())
    assert b"".join(Client().get(path).streaming_content) == PHOTO  # type: ignore[attr-defined]
    assert (row.plugin_id, row.user) == ("a/b", "u")


def test_several_files_and_addresses_are_one_list(form: Callable[..., SchemaForm]) -> None:
    found = value(form({"type": "files"}, {"p_1": "https://a.example/x.mp3"}, p_0=[png("1.png"), png("2.png")]))
    assert [(one["filename"], one["type"]) for one in found] == [
        ("1.png", "image"),
        ("2.png", "image"),
        ("x.mp3", "audio"),
    ]


def test_a_file_or_an_address(form: Callable[..., SchemaForm]) -> None:
    assert value(form({"type": "file"}, {"p_1": "https://a.example/x.mp3"}))["type"] == "audio"
    assert "not both" in complaint(form({"type": "file"}, {"p_1": "https://a.example/x"}, p_0=[png()]))
    assert "required" in complaint(form({"type": "file", "required": True}, {"p_1": ""}))
    assert value(form({"type": "files"}, {"p_1": ""})) == "absent"
    assert StoredFile.objects.count() == 0


def test_a_file_that_is_too_large_is_not_kept(form: Callable[..., SchemaForm], settings: Any) -> None:
    settings.FILE_MAX_SIZE = 7
    assert "at most 7 bytes" in complaint(form({"type": "file"}, {"p_1": ""}, p_0=[png()]))
    assert StoredFile.objects.count() == 0
