"""Where the bars of a chart stand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.pages.chart import BAR, COLUMN, HEIGHT, LEAST, Series, ceiling, draw, heights, short

amounts = st.integers(0, 10**15) | st.decimals(0, 10**9, allow_nan=False, places=6)


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, "1"), (1, "1"), (3, "4"), (5, "6"), (9, "10"), (40, "40"), (41, "60"), (99, "100"), ("0.03", "0.04")],
)
def test_a_scale_ends_with_a_round_number(largest: int | str, top: str) -> None:
    assert ceiling(Decimal(largest)) == Decimal(top)


@given(amounts)
def test_a_scale_has_room_for_all_and_not_twice_as_much_as_needed(largest: int | Decimal) -> None:
    top = ceiling(largest)
    assert top >= largest
    assert not largest or top <= 2 * largest


@given(st.lists(amounts, min_size=1, max_size=4))
def test_bars_stay_below_the_top_and_whatever_there_is_is_seen(values: list[int | Decimal]) -> None:
    found = heights(values, ceiling(sum(values)))
    assert sum(found) <= HEIGHT
    assert [height >= LEAST for height in found] == [value > 0 for value in values]


def test_bars_of_a_day_stand_on_each_other() -> None:
    drawing = draw([Series("a", "calm", [30, 0, 1]), Series("b", "wrong", [10, 0, 0])], ["x", "y", "z"])
    first, second, third = drawing.columns
    assert [(bar.tone, bar.y, bar.height) for bar in first.bars] == [("calm", 250, 750), ("wrong", 0, 250)]
    assert second.bars == []
    assert [bar.y + bar.height for bar in third.bars] == [HEIGHT]
    assert [one.title for one in drawing.columns] == ["x", "y", "z"]
    assert (drawing.width, drawing.height, drawing.scale) == (3 * COLUMN, HEIGHT, ("40", "20", "0"))


def test_bars_stand_in_the_middle_of_their_days() -> None:
    drawing = draw([Series("a", "calm", [1, 1])], ["x", "y"])
    for column in drawing.columns:
        (bar,) = column.bars
        assert bar.x - column.x == column.x + column.width - bar.x - bar.width == (COLUMN - BAR) // 2


def test_one_call_is_not_drawn_as_high_as_there_is_room_for_when_halves_make_no_sense() -> None:
    assert draw([Series("a", "calm", [1, 0])], ["x", "y"], least=2).scale == ("2", "1", "0")


def test_a_negative_amount_has_no_bar() -> None:
    drawing = draw([Series("a", "calm", [Decimal(-4), Decimal(2)])], ["x", "y"])
    assert [len(one.bars) for one in drawing.columns] == [0, 1]
    assert drawing.scale == ("2", "1", "0")


def test_series_are_as_long_as_there_are_days() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        draw([Series("a", "calm", [1, 2])], ["x"])


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.5", "0.5"),
        ("400", "400"),
        ("1.0E+2", "100"),
        ("1500", "1.5k"),
        ("2E+7", "20M"),
        ("0.005", "0.005"),
    ],
)
def test_numbers_of_a_scale_are_short(amount: str, text: str) -> None:
    assert short(Decimal(amount)) == text
