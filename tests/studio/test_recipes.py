"""Texts with variables: what is filled in cannot change the shape of what it is filled into."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadRequest
from runtime.models import App
from runtime.studio.recipes import Model, Recipe, Step, Strategy, Tool, filled, recipe, written

NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z")


@given(name=NAMES, value=st.text())
def test_values_are_filled_in_once(name: str, value: str) -> None:
    assert written(f"<{{{{ {name} }}}}>", {name: value}) == f"<{value}>"


@given(value=st.text())
def test_no_value_changes_the_shape_of_parameters(value: str) -> None:
    text = json.dumps({"a": "{{x}}", "b": ["{{x}}", 1, {"c": "-{{x}}-"}], "d": True})
    assert filled(text, {"x": value}) == {"a": value, "b": [value, 1, {"c": f"-{value}-"}], "d": True}


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "1"])
def test_parameters_are_an_object(text: str) -> None:
    with pytest.raises(BadRequest, match="JSON"):
        filled(text, {})
    assert filled("", {}) == {}


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (1, "1"), ([1], "[1]"), ({"a": "é"}, '{"a": "é"}'), ("{{y}}", "{{y}}")]
)
def test_other_values_are_written_as_json(value: Any, text: str) -> None:
    assert written("{{x}}", {"x": value, "y": "never"}) == text
    assert written("{{missing}}.", {}) == "."


def test_a_recipe_survives_the_database() -> None:
    made = Recipe(
        model=Model("p", "m", "chat", {"temperature": 0.5}),
        prompt="{{a}} {{query}} {{ b }} {{a}}",
        opening="Hi",
        memory=3,
        tools=[Tool("p", "t")],
        strategy=Strategy("p", "s", {"x": 1}),
        steps=[Step("one", "tool", "{{c}}", Tool("p", "t")), Step("two", "text", "{{one}} {{d}}")],
    )
    assert recipe(App(settings=json.loads(json.dumps(made.packed())))) == made
    assert made.variables() == ["a", "b", "c", "d"]
    assert recipe(App()) == Recipe()
