"""File patterns as Go's path.Match has them."""

import time

import pytest

from marketplace.difypkg import BadPackage
from marketplace.difypkg.globs import Glob


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("models/llm/*.yaml", "models/llm/a.yaml", True),
        ("models/llm/*.yaml", "models/llm/x/a.yaml", False),
        ("models/llm/*.yaml", "models/llm/.yaml", True),
        ("models/*/*.yaml", "models/tts/a.yaml", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a.b", "axb", False),
        ("**", "a/b", False),
        ("*", "", True),
        ("a\nb*", "a\nbc", True),
    ],
)
def test_patterns(pattern, path, matches):
    assert Glob(pattern, file="x").matches(path) is matches


@pytest.mark.parametrize("pattern", ["[", "a[]", "a\\", "[a", "x[/]"])
def test_malformed_patterns_are_refused(pattern):
    with pytest.raises(BadPackage, match=r"provider\.yaml: .*bad-pattern"):
        Glob(pattern, file="provider.yaml")


def test_no_pattern_takes_long():
    started = time.process_time()
    assert not Glob("*a" * 60 + "b", file="x").matches("a" * 250)
    assert time.process_time() - started < 2
