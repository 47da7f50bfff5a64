"""What calls of a plugin or an app took, as pages tell it: charts of a month, tables, the latest sessions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from runtime import accounting
from runtime.pages.chart import Amount, Drawing, Series, draw

DAYS = 30
SESSIONS = 20
CURRENCIES = 2  # with a chart of their own: models name currencies, and could name many

# Calls by their types (runtime/reverse/table.py).
CALLS = {
    "llm": "Language model",
    "llm_structured_output": "Language model, structured",
    "text_embedding": "Text embedding",
    "multimodal_embedding": "Multimodal embedding",
    "rerank": "Reranker",
    "multimodal_rerank": "Multimodal reranker",
    "tts": "Speech synthesis",
    "speech2text": "Speech recognition",
    "moderation": "Moderation",
    "tool": "Tool",
    "node_parameter_extractor": "Parameter extractor",
    "node_question_classifier": "Question classifier",
    "app": "App",
    "fetch_app": "Description of an app",
    "storage": "Storage",
    "upload_file": "File upload",
    "system_summary": "Summary",
    "agent_strategy": "Agent",
}


@dataclass(slots=True)
class Total:
    """What the calls of one kind, of one day or of all took."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    prices: dict[str, Decimal] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        for name in ("calls", "errors", "prompt_tokens", "completion_tokens", "seconds"):
            setattr(self, name, getattr(self, name) + row[name])
        if row["price"]:
            self.prices[row["currency"]] = self.prices.get(row["currency"], Decimal(0)) + row["price"]

    @property
    def answered(self) -> int:
        return self.calls - self.errors

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def mean(self) -> str:
        return in_time(self.seconds / max(1, self.calls))

    @property
    def time(self) -> str:
        return in_time(self.seconds)

    @property
    def price(self) -> str:
        largest = sorted(self.prices.items(), key=lambda one: -one[1])
        more = [f"{len(largest) - 3} more"] if len(largest) > 3 else []
        return ", ".join([in_money(amount, currency) for currency, amount in largest[:3]] + more)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and what it is called; `told` says in words what it shows."""

    name: str
    title: str
    told: str
    series: list[Series]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Stay:
    """One session: when it last called, for which session at the door it works, and what it took."""

    id: str
    trace: str
    ended: datetime
    total: Total


def in_time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def in_money(amount: Decimal, currency: str) -> str:
    """Cents, and of less than ten of them two digits that say something: 12.50 USD, 0.0031 USD."""
    places = max(2, 1 - amount.adjusted()) if amount else 2
    whole, _, part = f"{amount:,.{places}f}".replace(",", "\u202f").partition(".")
    return f"{whole}.{part[:2]}{part[2:].rstrip('0')} {currency}".rstrip()


def spending(workspace_id: str, payer: str) -> dict[str, Any]:
    """What a page tells of the calls of a plugin or an app."""
    rows = accounting.by_day(workspace_id, payer, days=DAYS)
    days = by_day(rows)
    whole = added(rows, lambda _: "").get("", Total())
    kinds = sorted(added(rows, lambda row: str(row["kind"])).items(), key=lambda one: -one[1].calls)
    return {
        "whole": whole,
        "figures": figures(whole, days),
        "days": [(day, total) for day, total in reversed(days.items()) if total.calls],
        "ends": [day for place, day in enumerate(days) if place in (0, DAYS // 2, DAYS - 1)],
        "kinds": [(kind, CALLS.get(kind, kind), total) for kind, total in kinds],
        "sessions": stays(accounting.of_sessions(workspace_id, payer, most=SESSIONS)),
        "session_days": settings.USAGE_SESSIONS_DAYS,
        "days_kept": settings.USAGE_DAYS,
    }


def stays(rows: Iterable[dict[str, Any]]) -> list[Stay]:
    """Each session once, in the order of the rows."""
    found: dict[str, Stay] = {}
    for row in rows:
        stay = found.setdefault(row["session_id"], Stay(row["session_id"], row["trace"], row["ended"], Total()))
        stay.total.add(row)
    return list(found.values())


def added[K](rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], K]) -> dict[K, Total]:
    """Rows of `accounting.by_day`, added up by what `key` says of them."""
    found: dict[K, Total] = {}
    for row in rows:
        found.setdefault(key(row), Total()).add(row)
    return found


def by_day(rows: list[dict[str, Any]]) -> dict[date, Total]:
    """Every one of the days, also those without calls, oldest first."""
    found: dict[date, Total] = added(rows, lambda row: row["day"])
    last = accounting.today()
    return {day: found.get(day, Total()) for day in (last - timedelta(days=ago) for ago in reversed(range(DAYS)))}


def figures(whole: Total, days: dict[date, Total]) -> list[Figure]:
    """Calls; tokens and prices where there are."""
    totals = list(days.values())
    found = []
    if whole.calls:
        parts = [("Answered", "answered", "calm"), ("Errors", "errors", "wrong")]
        series = [Series(name, tone, [getattr(one, kind) for one in totals]) for name, kind, tone in parts]
        found.append(figure("calls", "Calls", series, days=days))
    if whole.tokens:
        parts = [("Prompt tokens", "prompt_tokens", "calm"), ("Completion tokens", "completion_tokens", "more")]
        series = [Series(name, tone, [getattr(one, kind) for one in totals]) for name, kind, tone in parts]
        found.append(figure("tokens", "Tokens", series, days=days))
    for currency, _ in sorted(whole.prices.items(), key=lambda one: -one[1])[:CURRENCIES]:
        amounts = [one.prices.get(currency, Decimal(0)) for one in totals]
        name = f"Price in {currency}" if currency else "Price"
        found.append(figure(f"price-{currency}", name, [Series(currency or name, "calm", amounts)], days=days))
    return found


def figure(name: str, title: str, series: list[Series], *, days: Iterable[date]) -> Figure:
    titles = [
        f"{in_words(day)}: " + ", ".join(said(one, one.values[place]) for one in series)
        for place, day in enumerate(days)
    ]
    sums = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    busiest = max(range(len(sums)), key=sums.__getitem__)
    told = f"In all {', '.join(said(one, sum(one.values)) for one in series)}. The most on {titles[busiest]}."
    whole = all(isinstance(value, int) for one in series for value in one.values)
    return Figure(name, title, told, series, draw(series, titles, least=2 if whole else 0))


def said(series: Series, amount: Amount) -> str:
    if isinstance(amount, Decimal):
        return in_money(amount, series.name if len(series.name) == 3 else "")
    name = series.name.lower()
    return f"{amount:,} {name.removesuffix('s') if amount == 1 else name}".replace(",", "\u202f")


def in_words(day: date) -> str:
    return f"{day.day} {day:%B}"
