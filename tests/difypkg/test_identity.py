"""Identifiers and versions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadIdentifier, BadPackage, UniqueIdentifier, parse_unique_identifier, version_key

SUM = "ee25cddb7264169044e305955abbf97eff0876a151ced2bf20c5907430ad5727"

word = st.text("abcxyz019_-", min_size=1, max_size=64)
versions = st.builds(
    lambda numbers, suffix: ".".join(map(str, numbers)) + (f"-{suffix}" if suffix else ""),
    st.lists(st.integers(0, 9999), min_size=2, max_size=4),
    st.text("abc123_", max_size=16),
)
identifiers = st.builds(
    UniqueIdentifier, word | st.just(""), word, versions, st.text("0123456789abcdef", min_size=32, max_size=64)
)


@settings(deadline=None)
@given(identifiers)
def test_identifiers_round_trip(identifier):
    assert parse_unique_identifier(str(identifier)) == identifier


def test_parts_of_an_identifier():
    identifier = parse_unique_identifier(f"langgenius/openai:0.2.4@{SUM}")
    assert identifier.plugin_id == "langgenius/openai"
    assert identifier.identity == "langgenius/openai:0.2.4"
    assert (identifier.author, identifier.name, identifier.version, identifier.checksum) == (
        "langgenius",
        "openai",
        "0.2.4",
        SUM,
    )
    assert parse_unique_identifier(f"openai:0.2@{SUM[:32]}").plugin_id == "openai"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/b",
        f"a/b:1.0.0@{SUM[:31]}",
        f"A/b:1.0.0@{SUM}",
        f"a/b:1@{SUM}",
        f"a/b/c:1.0.0@{SUM}",
        f"a/b:1.0.0@{SUM}\n",
        f"../b:1.0.0@{SUM}",
        f"a/b:1.0.0-é@{SUM}",
        f"a/b:１.0.0@{SUM}",
    ],
)
def test_bad_identifiers_are_refused_in_the_daemons_words(text):
    with pytest.raises(ValueError) as caught:
        parse_unique_identifier(text)
    assert str(caught.value) == f"plugin_unique_identifier is not valid: {text}"
    assert isinstance(caught.value, BadIdentifier)
    assert isinstance(caught.value, BadPackage)
    assert caught.value.rule == "identifier"


def test_versions_sort_by_meaning():
    ordered = [
        "0.0.9-a",
        "0.0.9",
        "0.0.10-rc2",
        "0.0.10-rc10",
        "0.0.10",
        "0.1.0-alpha",
        "0.1.0-beta",
        "0.1.0",
        "1.0",
        "1.0.0.1",
        "10.0.0",
    ]
    backwards = ordered[::-1]
    assert sorted(backwards, key=version_key) == ordered
    assert version_key("1.0") == version_key("1.0.0")


@pytest.mark.parametrize("version", ["", "a", "1.", "1.0.0-", "1.0.0.0.0", "10000.0.0", "1.0.0-" + "a" * 17])
def test_bad_versions_are_refused(version):
    with pytest.raises(BadIdentifier, match="version is not valid"):
        version_key(version)


@settings(deadline=None)
@given(versions, versions, versions)
def test_versions_have_one_order(first, second, third):
    keys = sorted(map(version_key, (first, second, third)))
    assert keys[0] <= keys[1] <= keys[2]
