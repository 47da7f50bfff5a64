"""Due dates in business days (pure): weekends and holidays do not count."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

SATURDAY = 5
DAY = timedelta(days=1)


def is_business(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def after(start: datetime, days: int, holidays: Collection[date] = ()) -> datetime:
    """The same time of day, so many business days later; what starts on a free day starts on the next morning of work."""
    moment = start
    if not is_business(moment.date(), holidays):
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        while not is_business(moment.date(), holidays):
            moment += DAY
    left = days
    while left > 0:
        moment += DAY
        left -= is_business(moment.date(), holidays)
    return moment


def between(start: datetime, end: datetime, holidays: Collection[date] = ()) -> int:
    """How many business days begin after `start` up to `end`: 0 on the same day, negative when `end` is before it."""
    if end < start:
        return -between(end, start, holidays)
    days = ((start + DAY * number).date() for number in range(1, (end.date() - start.date()).days + 1))
    return sum(is_business(day, holidays) for day in days)
