"""Bars for a column of days, stacked: where they stand, in whole units of a drawing that is stretched to its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

COLUMN, BAR = 20, 14  # units that a day takes, and its bars
HEIGHT = 1000
LEAST = 15  # units: one error among a million calls is still seen
STEPS = (1, 2, 4, 6, 8, 10)  # half of each is a round number too
UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))

Amount = int | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for: `tone` is its class, `values` has one for each day."""

    name: str
    tone: str
    values: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Bar:
    tone: str
    x: int
    y: int
    height: int
    width: int = BAR


@dataclass(frozen=True, slots=True)
class Column:
    """A day's place; `title` is what is shown to whoever points at it."""

    x: int
    title: str
    bars: list[Bar]
    width: int = COLUMN


@dataclass(frozen=True, slots=True)
class Drawing:
    """`scale` holds what the lines at the top, in the middle and at the bottom stand for."""

    columns: list[Column]
    scale: tuple[str, str, str]
    height: int = HEIGHT

    @property
    def width(self) -> int:
        return COLUMN * len(self.columns)


def draw(series: Sequence[Series], titles: Sequence[str], *, least: Amount = 0) -> Drawing:
    """One column a title, the first series lowest. `least`: what the top of the scale stands for at least."""
    stacks = list(zip(*(one.values for one in series), strict=True))
    top = ceiling(max([least, *(sum(max(value, 0) for value in stack) for stack in stacks)]))
    tones = [one.tone for one in series]
    found = [
        Column(COLUMN * place, title, bars(COLUMN * place, tones, heights(stack, top)))
        for place, (title, stack) in enumerate(zip(titles, stacks, strict=True))
    ]
    return Drawing(found, (short(top), short(top / 2), "0"))


def ceiling(largest: Amount) -> Decimal:
    """The next round number: a step times a power of ten."""
    if largest <= 0:
        return Decimal(1)
    unit = Decimal(1).scaleb(Decimal(largest).adjusted())
    return next(step * unit for step in STEPS if step * unit >= largest)


def heights(values: Sequence[Amount], top: Decimal) -> list[int]:
    """Units of each value; what there is of any is seen, and together they stay below the top."""
    found = [max(LEAST, round(value * HEIGHT / top)) if value > 0 else 0 for value in values]
    if (over := sum(found) - HEIGHT) > 0:
        found[found.index(max(found))] -= over
    return found


def bars(x: int, tones: Sequence[str], units: Sequence[int]) -> list[Bar]:
    found, y = [], HEIGHT
    for tone, height in zip(tones, units, strict=True):
        if height:
            y -= height
            found.append(Bar(tone, x + (COLUMN - BAR) // 2, y, height))
    return found


def short(amount: Amount) -> str:
    """A round number in a few characters: 400, 1.5k, 20M, 0.005."""
    size, unit = next(((size, unit) for size, unit in UNITS if amount >= size), (1, ""))
    number = f"{Decimal(amount) / size:f}"
    return (number.rstrip("0").rstrip(".") if "." in number else number) + unit
