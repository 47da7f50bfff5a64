"""YAML that is hostile, and YAML whose meaning depends on where it lands."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, Limits
from marketplace.difypkg.documents import read_document, read_mapping
from marketplace.difypkg.scalars import settled

LIMITS = Limits(max_yaml_nodes=1000, max_yaml_aliases=50)


def read(text, limits=LIMITS):
    return read_document(text if isinstance(text, bytes) else text.encode(), file="x.yaml", limits=limits)


LAUGHS = "a: &a [1, 1, 1, 1, 1]\n" + "".join(
    f"{c}: &{c} [*{p}, *{p}, *{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "yaml-too-many-nodes laughs": LAUGHS,
    "yaml-too-many-nodes list": "- 1\n" * 2000,
    "yaml-too-many-aliases": "a: &a 1\nb:\n" + "- *a\n" * 51,
    "yaml-alias recursive": "a: &a [*a]",
    "yaml-alias unknown": "a: *b",
    "yaml-too-deep": "[" * 100_000,
    "yaml-too-deep block": "".join("  " * n + "a:\n" for n in range(70)),
    "yaml-tag object": "a: !!python/object/apply:os.system [id]",
    "yaml-tag custom": "!mine {a: 1}",
    "yaml-tag binary": "a: !!binary aGVsbG8=",
    "yaml-tag set": "!!set {a}",
    "yaml-key list": "? [a]\n: b",
    "yaml-key mapping": "? {a: b}\n: c",
    "yaml-key null": "~: b",
    "yaml-duplicate-key": "a: 1\nb: 2\na: 3",
    "yaml-duplicate-key deep": "a: [{b: {c: 1, c: 1}}]",
    "yaml-nul": 'a: "\\0"',
    "yaml-nul key": '"<<\\0": {a: b}',
    "yaml-syntax surrogate": 'a: "\\ud800"',
    "yaml-merge": "<<: 7",
    "yaml-syntax": "a: b: c",
    "yaml-syntax open": "[a, b",
    "yaml-syntax tab": "a:\n\t- b",
    "yaml-syntax nul": "a: \0",
    "yaml-syntax bytes": b"\xff\xfe\x00",
    "yaml-syntax latin": b"a: caf\xe9",
    "yaml-too-large": b"#" * 2_000_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_each_hostile_document_is_refused_by_its_rule(case):
    with pytest.raises(BadPackage) as caught:
        read(HOSTILE[case])
    assert caught.value.rule == case.split()[0]
    assert caught.value.file == "x.yaml"


def test_messages_name_the_line():
    with pytest.raises(BadPackage, match=r"x\.yaml: tag !mine is not allowed, remove it in line 2 \(yaml-tag\)"):
        read("a: 1\nb: !mine 2\n")


def test_aliases_and_merges_within_bounds_work():
    assert read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {y: 4, <<: [*a]}") == {
        "a": {"x": "1", "y": "2"},
        "b": {"x": "1", "y": "3"},
        "c": {"x": "1", "y": "4"},
    }
    assert read('"<<": 1') == {"<<": "1"}


def test_a_key_may_be_there_twice_in_what_only_the_sdk_reads():
    assert read("a: 1\nextra:\n  b: {c: 1, c: 2}\n  b: 3\n") == {"a": "1", "extra": {"b": "3"}}
    with pytest.raises(BadPackage, match="yaml-duplicate-key"):
        read("extra: 1\nextra: 2")
    with pytest.raises(BadPackage, match="yaml-duplicate-key"):
        read("a: {extra: {b: 1, b: 2}}")


def test_only_the_first_document_counts():
    assert read("a: 1\n---\nb: 2") == {"a": "1"}
    assert read("") is None


def test_a_mapping_is_asked_for():
    assert read_mapping(b"a: b", file="x", limits=LIMITS) == {"a": "b"}
    with pytest.raises(BadPackage, match="yaml-not-a-mapping"):
        read_mapping(b"- a", file="x", limits=LIMITS)


def test_core_tags_decide():
    assert settled(read("a: !!str 1\nb: !!int '2'\nc: ! 3\nd: !!null ''")) == {"a": "1", "b": 2, "c": "3", "d": None}


LIKE_A_NUMBER = re.compile(r"[-+]?\.?\d")
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    # YAML 1.1, which PyYAML writes, leaves texts such as 0E0 without quotes; for YAML 1.2 they are numbers
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])).filter(
        lambda text: not LIKE_A_NUMBER.match(text)
    ),
)
trees = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=150)
@given(trees)
def test_what_another_writer_dumps_reads_back(tree):
    assert settled(read(yaml.safe_dump(tree, allow_unicode=True))) == tree


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200) | st.text("{}[]&*!|>:-#'\"\n ,?%@`abc1~<", max_size=120).map(str.encode))
def test_any_bytes_read_or_are_refused(data):
    try:
        read(data)
    except BadPackage as error:
        assert error.rule.startswith("yaml-")
