"""What reverse calls cost, by day and kind and by session: counted in memory, written by the node every second."""

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
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min, Sum

from runtime import timings
from runtime.models import ReverseUse, SessionUse
from runtime.session import Session

MOST_SESSIONS = 1000  # of a process, written at once; of more in one second the days are told, but not each session
USAGE = b'"usage":{'
MOST_TOKENS, MOST_PRICE = 10**12, 10**7  # of one answer; the price in units of its currency
PLACES = Decimal("1e-10")  # of the column


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
        for name in SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


SUMS = Spent.__slots__


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


# A model may tell anything. What no column holds would keep all that is counted from being written, again and again.


def whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < MOST_TOKENS else 0


def money(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value or 0))
        return amount.quantize(PLACES) if amount.is_finite() and abs(amount) < MOST_PRICE else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


@dataclass(slots=True)
class Stay(Spent):
    """What the calls of a session took; times in Unix seconds."""

    began: float = 0.0
    ended: float = 0.0


Key = tuple[str, str, date, str, str]
"""Workspace, who pays, day, kind, currency."""

SessionKey = tuple[str, str, str, str, str]
"""Workspace, who pays, session, session at the door, currency."""

waiting: dict[Key, Spent] = {}
sessions: dict[SessionKey, Stay] = {}
lock = threading.Lock()


def payer(session: Session) -> str:
    """The id of the plugin that calls, or what stands for an app that no plugin has called."""
    return session.plugin.partition(":")[0] or f"app:{session.app_id}"


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
        timings.reverse_calls.observe(call.seconds, kind=kind, failed=bool(call.errors))
        add((session.workspace, payer(session), today(), kind, call.currency), call)
        stayed(session, call)


def add(key: Key, spent: Spent) -> None:
    with lock:
        waiting.setdefault(key, Spent()).add(spent)


def stayed(session: Session, call: Call) -> None:
    key = (session.workspace, payer(session), session.id, session.trace or session.id, call.currency)
    now = time.time()
    with lock:
        stay = sessions.get(key)
        if stay is None:
            if len(sessions) >= MOST_SESSIONS:
                return
            stay = sessions[key] = Stay(began=now - call.seconds)
        stay.add(call)
        stay.began, stay.ended = min(stay.began, now - call.seconds), now


def flush() -> None:
    """Writes what has been counted since the last time, as a whole; what cannot be written is kept for the next."""
    with lock:
        due, stays = dict(waiting), dict(sessions)
        waiting.clear()
        sessions.clear()
    if not due and not stays:
        return
    try:
        with transaction.atomic():
            for key in sorted(
                due
            ):  # in one order everywhere: two nodes that write the same rows wait, and don't deadlock
                write(key, due[key])
            SessionUse.objects.bulk_create(row(key, stay) for key, stay in stays.items())
    except BaseException:
        for key, spent in due.items():
            add(key, spent)
        with lock:
            sessions.update((key, stay) for key, stay in stays.items() if key not in sessions)
        raise


def row(key: SessionKey, stay: Stay) -> SessionUse:
    workspace_id, plugin_id, session_id, trace, currency = key
    return SessionUse(
        workspace_id=workspace_id,
        plugin_id=plugin_id,
        session_id=session_id,
        trace=trace,
        currency=currency,
        began_at=datetime.fromtimestamp(stay.began, UTC),
        ended_at=datetime.fromtimestamp(stay.ended, UTC),
        **{name: getattr(stay, name) for name in SUMS},
    )


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
    return list(rows.order_by("day", "kind", "currency").values("day", "kind", "currency", *SUMS))


def of_sessions(workspace_id: str, plugin_id: str, *, most: int = 20) -> list[dict[str, Any]]:
    """The sessions that called last, the latest first: `session_id`, `trace`, `began`, `ended`, `currency` and the sums.

    One whose models told prices in several currencies is there several times.
    """
    rows = SessionUse.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    sums = {f"sum_{name}": Sum(name) for name in SUMS}
    grouped = rows.values("session_id", "trace", "currency").annotate(
        began=Min("began_at"), ended=Max("ended_at"), **sums
    )
    found = grouped.order_by("-ended", "session_id", "currency")[:most]
    return [{name.removeprefix("sum_"): value for name, value in one.items()} for one in found]


def expire() -> None:
    """Deletes what is older than the settings say."""
    ReverseUse.objects.filter(day__lt=today() - timedelta(days=settings.USAGE_DAYS)).delete()
    oldest = datetime.now(UTC) - timedelta(days=settings.USAGE_SESSIONS_DAYS)
    SessionUse.objects.filter(ended_at__lt=oldest).delete()
