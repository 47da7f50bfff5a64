"""Days of work, counted."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.review import business

FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
moments = some.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, MONDAY),
        (MONDAY, 5, datetime(2026, 11, 30, 15, 30, tzinfo=UTC)),
        (SUNDAY, 1, datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_weekends_do_not_count(start: datetime, days: int, due: datetime) -> None:
    assert business.after(start, days) == due


def test_nor_do_holidays() -> None:
    assert business.after(FRIDAY, 1, {date(2026, 11, 23)}) == datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@given(moments, some.integers(0, 40))
def test_what_is_due_after_so_many_days_is_so_many_days_away(start: datetime, days: int) -> None:
    due = business.after(start, days)
    assert business.is_business(due.date())
    assert business.between(start, due) == days or not business.is_business(start.date())
    assert business.between(due, start) == -business.between(start, due)
