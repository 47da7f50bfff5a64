"""Fields made from schemas: what each type takes, what the plugin gets, and what is said when it does not fit."""

from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from runtime.pages.fields import MAKERS, SchemaForm

OPTIONS = [{"value": "r", "label": {"en_US": "Red", "zh_Hans": "红"}}, {"value": "g", "label": {"en_US": "Green"}}]


def form(schema: dict[str, Any], *given: Any, language: str = "en_US") -> SchemaForm:
    """A form of one parameter `p`, filled in with what a browser sends."""
    data = QueryDict(mutable=True)
    data.setlist("p", [str(one) for one in given])
    return SchemaForm([{"name": "p", "label": {"en_US": "P"}} | schema], language=language, data=data)


def value(schema: dict[str, Any], *given: Any) -> Any:
    filled = form(schema, *given)
    assert filled.is_valid(), filled.errors
    return filled.values().get("p", "absent")


def complaint(schema: dict[str, Any], *given: Any) -> str:
    filled = form(schema, *given)
    assert not filled.is_valid()
    return filled.failings()["id_p"][0]


@pytest.mark.parametrize(
    ("schema", "given", "sent"),
    [
        ({"type": "string"}, ["  as it is "], "  as it is "),
        ({"type": "string"}, [""], "absent"),
        ({"type": "number"}, ["3"], 3),
        ({"type": "number"}, ["3.5"], 3.5),
        ({"type": "number"}, ["0"], 0),
        ({"type": "boolean"}, ["on"], True),
        ({"type": "boolean"}, [], False),
        ({"type": "select", "options": OPTIONS}, ["r"], "r"),
        ({"type": "select", "options": OPTIONS}, [""], "absent"),
        ({"type": "select", "options": ["a", "b"]}, ["b"], "b"),
        ({"type": "select", "options": OPTIONS, "multiple": True}, ["r", "g"], ["r", "g"]),
        ({"type": "select"}, ["anything"], "anything"),
        ({"type": "secret-input"}, [" hush "], "hush"),
        ({"type": "checkbox", "options": OPTIONS}, ["r", "g"], ["r", "g"]),
        ({"type": "checkbox"}, ["on"], True),
        ({"type": "object"}, ['{"a": [1]}'], {"a": [1]}),
        ({"type": "array"}, ['[1, "b"]'], [1, "b"]),
        ({"type": "any"}, ["12"], 12),
        ({"type": "any"}, ["just words"], "just words"),
        ({"type": "date"}, ["2026-11-22"], "2026-11-22"),
        ({"type": "dynamic-select"}, ["typed"], "typed"),
        ({"type": "array[tools]"}, [], "absent"),
        ({"type": "something-new"}, ["taken as text"], "taken as text"),
    ],
)
def test_what_is_given_is_what_the_plugin_gets(schema: dict[str, Any], given: list[str], sent: Any) -> None:
    found = value(schema, *given)
    assert (found, type(found)) == (sent, type(sent))


@pytest.mark.parametrize(
    ("schema", "given", "said"),
    [
        ({"type": "string", "required": True}, [""], "required"),
        ({"type": "number"}, ["three"], "number"),
        ({"type": "number", "min": 0, "max": 10}, ["11"], "10"),
        ({"type": "number", "min": 0, "max": 10}, ["-1"], "0"),
        ({"type": "select", "options": OPTIONS, "required": True}, ["blue"], "blue"),
        ({"type": "object"}, ['{"a": }'], "line 1, column 7"),
        ({"type": "object"}, ["[1]"], "a JSON object"),
        ({"type": "array"}, ['{"a": 1}'], "a JSON list"),
        ({"type": "app-selector"}, ["made up"], "made up"),
        ({"type": "date"}, ["soon"], "date"),
        ({"type": "file"}, ["file:///etc/passwd"], "http"),
        ({"type": "file"}, ["notes.txt"], "http"),
        ({"type": "files"}, ["https://example.org/a.png\nftp://x"], "ftp://x"),
        ({"type": "string", "max_length": 3}, ["four"], "3"),
    ],
)
def test_what_does_not_fit_is_told_at_the_field(schema: dict[str, Any], given: list[str], said: str) -> None:
    assert said in complaint(schema, *given)


def test_files_are_objects_that_the_sdk_makes_files_of() -> None:
    found = value({"type": "file"}, "https://example.org/a/photo.PNG?size=1")
    assert found["dify_model_identity"] == "__dify__file__"
    assert (found["filename"], found["extension"], found["type"]) == ("photo.PNG", ".png", "image")
    assert [one["type"] for one in value({"type": "files"}, "https://a.example/x.mp3\nhttps://a.example/y")] == [
        "audio",
        "document",
    ]


def test_a_range_of_days() -> None:
    schemas = [{"name": "p", "type": "date-range"}]

    def ranged(start: str, end: str) -> SchemaForm:
        return SchemaForm(schemas, language="en_US", data={"p_0": start, "p_1": end})

    assert ranged("2026-01-01", "2026-02-01").is_valid()
    whole = ranged("2026-01-01", "2026-02-01")
    whole.full_clean()
    assert whole.values() == {"p": {"start": "2026-01-01", "end": "2026-02-01"}}
    assert not ranged("2026-02-01", "2026-01-01").is_valid()
    empty = ranged("", "")
    assert empty.is_valid()
    assert empty.values() == {}


def test_secrets_never_come_back() -> None:
    filled = form({"type": "secret-input", "default": "hush"}, "open sesame")
    assert "open sesame" not in str(filled)
    assert "hush" not in str(SchemaForm([{"name": "p", "type": "secret-input", "default": "hush"}], language="en_US"))


def test_labels_and_options_are_in_the_readers_language() -> None:
    schema = {"type": "select", "label": {"en_US": "Colour", "zh_Hans": "颜色"}, "options": OPTIONS}
    shown = str(form(schema, language="zh_Hans"))
    for expected in ("颜色", "红", "Green"):
        assert expected in shown


def test_what_authors_write_is_escaped() -> None:
    schema = {"type": "string", "label": "<b>x</b>", "human_description": "<script>", "default": '"><i>'}
    made = SchemaForm([{"name": "p", **schema}], language="en_US")
    shown = render_to_string("parts/field.html", {"field": made["p"]})
    for hostile in ("<b>", "<script>", "<i>"):
        assert hostile not in shown


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "number", "default": 1.5, "min": 0, "max": 9, "precision": 2}, 'step="0.01"'),
        ({"type": "number", "precision": 0}, 'step="1"'),
        ({"type": "number"}, 'step="any"'),
        ({"type": "boolean", "default": "true"}, "checked"),
        ({"type": "string", "default": "said before"}, "said before"),
        ({"type": "select", "options": OPTIONS, "default": "g"}, '<option value="g" selected>'),
        ({"type": "object", "default": {"a": 1}}, "&quot;a&quot;: 1"),
    ],
)
def test_defaults_and_limits_are_in_the_form(schema: dict[str, Any], expected: str) -> None:
    assert expected in str(SchemaForm([{"name": "p", **schema}], language="en_US"))


def test_every_type_of_the_protocol_has_a_field() -> None:
    """protocol.md 1.7: tool parameters, provider configuration, model rules and credential forms."""
    tool = "string number boolean select secret-input file files app-selector model-selector any dynamic-select array object"
    others = "checkbox date date-range text-input array[tools] radio switch float int text"
    assert set(f"{tool} {others}".split()) <= set(MAKERS)
