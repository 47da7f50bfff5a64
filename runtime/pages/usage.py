"""What a plugin calls back and what it keeps: day by day, by kind of call, and what it was refused."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from runtime import accounting, policy, storage
from runtime.models import Installation, Refusal
from runtime.pages.access import Visit, page
from runtime.pages.chart import Amount, Drawing, Series, draw
from runtime.pages.plugin import find, opened, tab
from runtime.pages.words import in_bytes, permissions

DAYS = 30
REFUSALS = 20
CURRENCIES = 2  # with a chart of their own: models name currencies, and could name many
NEARLY = 0.9  # of the quota: then the bar warns
COLUMNS = ("day", "kind", "currency", "calls", "errors", "prompt_tokens", "completion_tokens", "price", "seconds")

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
        seconds = self.seconds / max(1, self.calls)
        return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"

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
class Kept:
    """Bytes that the plugin keeps, of those that it may; `refused` says why it may keep no more."""

    used: int
    quota: int
    refused: str

    @property
    def words(self) -> str:
        return f"{in_bytes(self.used)} of {in_bytes(self.quota)}" if self.quota else in_bytes(self.used)

    @property
    def percent(self) -> int:
        return min(100, -(-100 * self.used // self.quota)) if self.quota else 0

    @property
    def tone(self) -> str:
        if self.used >= self.quota:
            return "bad"
        return "warn" if self.used >= NEARLY * self.quota else "ok"


def in_money(amount: Decimal, currency: str) -> str:
    """Cents, and of less than ten of them two digits that say something: 12.50 USD, 0.0031 USD."""
    places = max(2, 1 - amount.adjusted()) if amount else 2
    whole, _, part = f"{amount:,.{places}f}".replace(",", "\u202f").partition(".")
    return f"{whole}.{part[:2]}{part[2:].rstrip('0')} {currency}".rstrip()


@page
def usage(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    rows = accounting.by_day(request.membership.id, plugin_id, days=DAYS)
    days = by_day(rows)
    whole = added(rows, lambda _: "").get("", Total())
    kinds = sorted(added(rows, lambda row: str(row["kind"])).items(), key=lambda one: -one[1].calls)
    return tab(
        request,
        shown,
        "usage",
        whole=whole,
        figures=figures(whole, days),
        days=[(day, total) for day, total in reversed(days.items()) if total.calls],
        ends=[day for place, day in enumerate(days) if place in (0, DAYS // 2, DAYS - 1)],
        kinds=[(kind, CALLS.get(kind, kind), total) for kind, total in kinds],
        kept=kept(shown.installation),
        refusals=[(one, number(one.version)) for one in refusals(shown.installation)[:REFUSALS]],
        permissions=permissions(shown.declaration),
    )


@page
def download(request: Visit, plugin_id: str) -> HttpResponse:
    """The numbers of the page as CSV, by day and kind, exact."""
    installation = find(request, plugin_id)
    name = f"{plugin_id.replace('/', '-')}-usage.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    lines = csv.writer(answer)
    lines.writerow(COLUMNS)
    for row in accounting.by_day(installation.workspace_id, plugin_id, days=DAYS):
        exact = {"price": f"{row['price'].normalize():f}", "seconds": f"{row['seconds']:.3f}"}
        lines.writerow([{**row, **exact}[column] for column in COLUMNS])
    return answer


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


def kept(installation: Installation) -> Kept:
    permission = (installation.package.declaration.get("resource") or {}).get("permission") or {}
    workspace_id, plugin_id = installation.workspace_id, installation.plugin_id
    refused = ""
    if not (permission.get("storage") or {}).get("enabled"):
        refused = "Its manifest does not ask to keep data, so this version may keep none."
    elif {("", "storage"), (plugin_id, "storage")} & policy.read(workspace_id):
        refused = "This workspace does not let it keep data: it can neither read nor write."
    quota = 0 if refused else storage.quota(permission)
    return Kept(storage.used(workspace_id, plugin_id), quota, refused)


def refusals(installation: Installation) -> QuerySet[Refusal]:
    """The latest first."""
    found = Refusal.objects.filter(workspace_id=installation.workspace_id, plugin_id=installation.plugin_id)
    return found.order_by("-last_at", "-id")


def number(unique_identifier: str) -> str:
    """The version alone: 0.0.1 of author/name:0.0.1@checksum."""
    return unique_identifier.partition(":")[2].partition("@")[0] or unique_identifier
