"""What reverse calls cost, per workspace, plugin, day and kind: counted in memory, written by the node every few seconds."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F

from runtime.models import ReverseUse
from runtime.session import Session

KEPT_DAYS = 400
USAGE = b'"usage":{'


@dataclass(slots=True)
class Spent:
    """What calls took; added up for all of the same key."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    price: Decimal = Decimal(0)
    seconds: float = 0.0

    def add(self, other: "Spent") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Call(Spent):
    """One call that is under way."""

    __slots__ = ("currency", "failed")

    def __init__(self) -> None:
        super().__init__(calls=1)
        self.currency = ""
        self.failed = False

    def see(self, item: bytes) -> None:
        """Takes the usage that a response tells, if it does. Others are not decoded."""
        if USAGE not in item:
            return
        response = orjson.loads(item)
        usage = (response.get("delta") or {}).get("usage") or response.get("usage")
        if not isinstance(usage, dict):
            return
        total = whole(usage.get("total_tokens"))
        completion = whole(usage.get("completion_tokens"))
        self.completion_tokens += completion
        self.prompt_tokens += whole(usage.get("prompt_tokens")) or total - completion
        self.price += money(usage.get("total_price"))
        self.currency = currency_of(usage)


def currency_of(usage: dict[str, Any]) -> str:
    """Three letters, or "": each makes rows of its own, so a model must not make up any number of them."""
    name = str(usage.get("currency") or "")
    return name if len(name) == 3 and name.isascii() and name.isupper() else ""


def whole(value: Any) -> int:
    return max(0, int(value)) if isinstance(value, int | float) else 0


def money(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() and abs(amount) < 10**12 else Decimal(0)


Key = tuple[str, str, date, str, str]
"""Workspace, plugin id, day, kind, currency."""

waiting: dict[Key, Spent] = {}
lock = threading.Lock()


def today() -> date:
    return datetime.now(UTC).date()


paying: ContextVar[Call | None] = ContextVar("paying", default=None)


def saw(response: bytes) -> None:
    """A model's answer, for the account of the reverse call that this task works for, if it does for one."""
    call = paying.get()
    if call is not None:
        call.see(response)


@contextmanager
def counted(session: Session, kind: str) -> Iterator[Call]:
    """Counts one reverse call, whatever becomes of it; what is left early counts as an error.

    Models that are asked on the way, also several or in vain, are seen by `saw` where they answer.
    """
    call, started, ended = Call(), time.perf_counter(), False
    paying.set(call)
    try:
        yield call
        ended = True
    finally:
        paying.set(None)
        call.seconds = time.perf_counter() - started
        call.errors = int(call.failed or not ended)
        add((session.workspace, session.plugin.partition(":")[0], today(), kind, call.currency), call)


def add(key: Key, spent: Spent) -> None:
    with lock:
        waiting.setdefault(key, Spent()).add(spent)


def flush() -> None:
    """Writes what has been counted since the last time; what cannot be written is kept for the next."""
    global waiting
    with lock:
        due, waiting = waiting, {}
    while due:
        key, spent = due.popitem()
        try:
            write(key, spent)
        except BaseException:
            for again, amount in [(key, spent), *due.items()]:
                add(again, amount)
            raise


def write(key: Key, spent: Spent) -> None:
    workspace_id, plugin_id, day, kind, currency = key
    with transaction.atomic():
        row, _ = ReverseUse.objects.get_or_create(
            workspace_id=workspace_id, plugin_id=plugin_id, day=day, kind=kind, currency=currency
        )
        ReverseUse.objects.filter(pk=row.pk).update(
            calls=F("calls") + spent.calls,
            errors=F("errors") + spent.errors,
            prompt_tokens=F("prompt_tokens") + spent.prompt_tokens,
            completion_tokens=F("completion_tokens") + spent.completion_tokens,
            price=F("price") + spent.price,
            seconds=F("seconds") + spent.seconds,
        )


def by_day(workspace_id: str, plugin_id: str, *, days: int = 30) -> list[dict[str, Any]]:
    """What a plugin's calls took on each day that had any, oldest first: `day`, `kind`, `currency` and the sums; for charts."""
    rows = ReverseUse.objects.filter(
        workspace_id=workspace_id, plugin_id=plugin_id, day__gt=today() - timedelta(days=days)
    )
    return list(rows.order_by("day", "kind", "currency").values("day", "kind", "currency", *Spent.__slots__))


def expire() -> None:
    """Deletes what is older than KEPT_DAYS."""
    ReverseUse.objects.filter(day__lt=today() - timedelta(days=KEPT_DAYS)).delete()
