"""Plain scalars read as Go's yaml.v3 reads them, numbers print as Go prints them."""

import math

import pytest

from marketplace.difypkg.scalars import Raw, json_number, read_plain, settled, timestamp


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-17", -17),
        ("+5", 5),
        ("010", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("-0b11", -3),
        ("1_000", 1000),
        ("1.50", 1.5),
        (".5", 0.5),
        ("08", 8.0),
        ("1e3", 1000.0),
        ("2.", 2.0),
        ("18446744073709551615", 18446744073709551615),
        ("true", True),
        ("FALSE", False),
        (".inf", math.inf),
        ("2024-01-02", "2024-01-02T00:00:00Z"),
        ("2024-1-2 3:04:05", "2024-01-02T03:04:05Z"),
    ],
)
def test_texts_that_mean_something_else_keep_their_text(text, value):
    read = read_plain(text)
    assert isinstance(read, Raw)
    assert read == text
    assert read.value == value and type(read.value) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "off",
        "1.2.3",
        "v1",
        "1:30",
        "0x",
        "1e999",
        "-",
        "+",
        ".",
        "--1",
        "9" * 70,
        "0b2",
        "2024-13-01",
        "1 2",
    ],
)
def test_texts_that_are_texts(text):
    read = read_plain(text)
    assert read == text
    assert not isinstance(read, Raw)


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_texts_that_are_nothing(text):
    assert read_plain(text) is None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2024-07-12T08:03:44.658609186Z", "2024-07-12T08:03:44.658609186Z"),
        ("2024-07-12T08:03:44.650000Z", "2024-07-12T08:03:44.65Z"),
        ("2024-07-12T08:03:44.000+08:00", "2024-07-12T08:03:44+08:00"),
        ("2024-07-12T08:03:44+00:00", "2024-07-12T08:03:44Z"),
        ("2024-7-2t8:3:4Z", "2024-07-02T08:03:04Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("2024-07-12T08:03:44", None),
        ("2024-07-12 08:03:44Z", None),
        ("2024-02-30", None),
        ("yesterday", None),
    ],
)
def test_times_print_as_go_prints_them(text, printed):
    assert timestamp(text) == printed


def test_numbers_print_as_go_prints_them():
    assert settled([Raw("1.0", 1.0), {"a": 2.5, Raw("3", 3): True}]) == [1, {"a": 2.5, "3": True}]
    assert isinstance(json_number(1.0), int)
    assert isinstance(json_number(1e30), float)
    for endless in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="finite"):
            json_number(endless)
