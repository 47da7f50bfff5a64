"""Statistics of the desk, as small charts with the same numbers as tables."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from marketplace.review import figures
from marketplace.review.pages.access import Visit, page

HEIGHT, STEP, BAR = 96, 28, 20  # units of the drawing


@page
def statistics(request: Visit) -> HttpResponse:
    weeks = figures.weeks()
    context = {
        "here": "statistics",
        "waiting": figures.waiting(),
        "ages": figures.ages(),
        "weeks": weeks,
        "drawing": drawing(weeks),
        "most": max(week.total for week in weeks),
        "width": STEP * len(weeks),
        "height": HEIGHT,
        "answered": figures.first_answers(timezone.now() - timedelta(days=90)),
        "agreement": figures.agreement(),
    }
    return render(request, "desk/statistics.html", context)


def drawing(weeks: list[figures.Week]) -> list[tuple[str, list[tuple[str, float, float, float]]]]:
    """For each week its title, and its stacked bars: tone, x, y, height."""
    most = max(1, *(week.total for week in weeks))
    drawn = []
    for number, week in enumerate(weeks):
        bars, top = [], float(HEIGHT)
        for tone, count in (("ok", week.approved), ("info", week.by_rule), ("bad", week.rejected)):
            height = round(count / most * HEIGHT, 1)
            top -= height
            if count:
                bars.append((tone, number * STEP + (STEP - BAR) / 2, round(top, 1), height))
        title = (
            f"Week of {week.start:%d %B}: {week.approved} approved, {week.by_rule} by rule, {week.rejected} rejected"
        )
        drawn.append((title, bars))
    return drawn
