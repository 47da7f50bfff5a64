"""Paths: which are allowed, and which are too alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, Limits
from marketplace.difypkg.names import check_distinct, check_name

from .making import plugin


@pytest.mark.parametrize(
    "name", [*plugin(), "a b/ü.txt", "模型/图标.svg", ".env.example", "a/...b", "console.py", "com", "x/nul_.py"]
)
def test_ordinary_names_are_allowed(name):
    check_name(name, Limits())


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_an_allowed_name_stays_inside(name):
    try:
        check_name(name, Limits())
    except BadPackage as error:
        assert error.file == name
        return
    parts = name.split("/")
    assert ".." not in parts and "" not in parts and "." not in parts
    assert not name.startswith("/")
    assert name.isprintable()


def test_alike_names_are_refused_whatever_their_order():
    for pair in (["A", "a"], ["ß", "ss"], ["\u00e9", "e\u0301"], ["a", "a/b"], ["x/Y/z", "x/y"], ["a", "a"]):
        for names in (pair, pair[::-1]):
            with pytest.raises(BadPackage):
                check_distinct(names)
    check_distinct(["a", "b", "a.b", "ab/c", "ab/d"])


def test_messages_show_hostile_names_escaped():
    with pytest.raises(BadPackage) as caught:
        check_name("a\x1b[31m\nb", Limits())
    assert str(caught.value).startswith(r"a\x1b[31m\nb: ")
