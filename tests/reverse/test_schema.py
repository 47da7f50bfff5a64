"""JSON in what models write, and what is wrong with it by a schema."""

from typing import Any

import jsonschema  # type: ignore[import-untyped] # comes with drf-spectacular
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.host.schema import json_object, mistakes

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "at": {
            "type": "object",
            "properties": {"x": {"type": "number"}},
            "required": ["x"],
            "additionalProperties": False,
        },
        "either": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        "kind": {"const": "person"},
    },
    "required": ["name"],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here it is:\n```json\n{"a": {"b": [1]}}\n```\nDone.', {"a": {"b": [1]}}),
        ('<think>{"a": 0}</think>{"a": 1}', {"a": 1}),
        ('{not JSON} {"a": 1}', {"a": 1}),
        ('set {x} = {"a": "}"}', {"a": "}"}),
        ("{}", {}),
        ("no object", None),
        ("[1, 2]", None),
        ('{"a": 1', None),
        ("", None),
        ("{" * 5000, None),
    ],
)
def test_the_first_object_is_found(text, value):
    assert json_object(text) == value


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"name": "n"}, []),
        ({"name": "n", "age": 3.0, "unknown": 1}, []),
        ({}, ["name is missing"]),
        ({"name": 1}, ["name must be of type string"]),
        ({"name": "n", "age": True}, ["age must be of type integer"]),
        ({"name": "n", "age": 3.5}, ["age must be of type integer"]),
        ({"name": "n", "tags": ["a", "c"]}, ["tags[1] must be one of ['a', 'b']"]),
        ({"name": "n", "at": {"y": 1}}, ["at.x is missing", "at.y is not allowed"]),
        ({"name": "n", "either": 1}, ["either fits none of the allowed forms"]),
        ({"name": "n", "either": None, "kind": "person"}, []),
        ({"name": "n", "kind": "dog"}, ["kind must be 'person'"]),
        ([], ["the answer must be of type object"]),
    ],
)
def test_mistakes_are_told_with_their_place(value, wrong):
    assert list(mistakes(value, PERSON)) == wrong


def test_what_is_no_schema_allows_everything():
    schemas: list[Any] = [None, True, [], {}, {"type": "made-up"}, {"pattern": "x"}]
    for schema in schemas:
        assert list(mistakes({"a": 1}, schema)) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 2.0]) | st.sampled_from(["a", "b", "c"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "age", "tags", "at", "x"]), inner)
    ),
    max_leaves=8,
)


@given(values)
def test_it_agrees_with_the_standard_on_what_it_knows(value):
    """A whole validator is not used at run time: it fetches references and runs patterns that a plugin has written."""
    assert (not list(mistakes(value, PERSON))) == jsonschema.Draft202012Validator(PERSON).is_valid(value)
