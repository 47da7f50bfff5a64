"""Dates as people write them, and which of them are worked on."""

from datetime import date, timedelta
from typing import Any

SATURDAY = 5


def day(text: Any) -> date:
    return date.fromisoformat(str(text or "").strip())


def holidays(text: Any) -> set[date]:
    return {day(one) for one in str(text or "").split(",") if one.strip()}


def is_worked(when: date, free: set[date]) -> bool:
    return when.weekday() < SATURDAY and when not in free


def following(when: date) -> date:
    return when + timedelta(days=1)
