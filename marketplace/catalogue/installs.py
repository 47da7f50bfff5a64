"""Install counts over time, and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from marketplace.models import InstallDay, Plugin

WEEKS = 26
COLUMN, BAR, HEIGHT, LEAST = 12, 8, 100, 2  # units of the drawing


@dataclass(frozen=True, slots=True)
class Bar:
    """A week: where it stands in the drawing, and what it says to whoever points at it."""

    x: int
    y: int
    height: int
    first: date
    installs: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    total: int
    last_week: int
    most: int
    width: int = WEEKS * COLUMN
    height: int = HEIGHT
    bar: int = BAR


def chart(plugin: Plugin, today: date) -> Chart:
    """The last half year of a plugin, week by week; the last week ends today."""
    start = today - timedelta(days=7 * WEEKS - 1)
    days = InstallDay.objects.filter(release__plugin=plugin, day__gte=start, day__lte=today)
    weeks = [0] * WEEKS
    for day, count in days.values_list("day").annotate(count=Sum("installs")).order_by():
        weeks[(day - start).days // 7] += count
    return Chart(bars(weeks, start), sum(weeks), weeks[-1], max(weeks))


def bars(weeks: Sequence[int], start: date) -> list[Bar]:
    """The highest week fills the drawing; one install among thousands is still seen."""
    most = max(*weeks, 1)
    heights = [max(LEAST, round(count * HEIGHT / most)) if count else 0 for count in weeks]
    return [
        Bar(place * COLUMN + (COLUMN - BAR) // 2, HEIGHT - height, height, start + timedelta(days=7 * place), count)
        for place, (count, height) in enumerate(zip(weeks, heights, strict=True))
    ]
