"""What waits for whom: the queue in the order of due dates, filtered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from marketplace.models import Publisher, QueueReason, Submission, User
from marketplace.review import business
from marketplace.review.placing import CLAIMABLE
from marketplace.review.reasons import REASONS

State = Submission.State
# What the queue can show, by the word in its address.
VIEWS = {
    "decide": ("To decide", CLAIMABLE),
    "mine": ("Held by you", CLAIMABLE),
    "publisher": ("With publishers", frozenset({State.NEEDS_INFO})),
    "us": ("Screening and signing", frozenset({State.RECEIVED, State.SCREENING, State.APPROVED})),
    "done": ("Done", frozenset({State.RELEASED, State.REJECTED, State.WITHDRAWN, State.SUPERSEDED})),
}
PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What a reader asked for; unknown words ask for nothing."""

    view: str = "decide"
    risk: str = ""
    reason: str = ""
    words: str = ""

    @classmethod
    def of(cls, asked: "dict[str, str]") -> "Filter":
        view = asked.get("view", "decide")
        return cls(
            view if view in VIEWS else "decide",
            asked.get("risk", "") if asked.get("risk") in Submission.Risk.values else "",
            asked.get("reason", "") if asked.get("reason") in REASONS else "",
            asked.get("q", "").strip()[:100],
        )


def listed(wanted: Filter, reader: User) -> QuerySet[Submission]:
    """Submissions with their open reasons; `own` marks those that the reader has a stake in."""
    rows = Submission.objects.filter(state__in=VIEWS[wanted.view][1])
    if wanted.view == "mine":
        rows = rows.filter(claimed_by=reader, claimed_until__gt=timezone.now())
    if wanted.risk:
        rows = rows.filter(risk=wanted.risk)
    if wanted.reason:
        rows = rows.filter(reasons__code=wanted.reason, reasons__settled_at__isnull=True)
    if wanted.words:
        rows = rows.filter(Q(plugin_id__icontains=wanted.words) | Q(organization__name__icontains=wanted.words))
    open_ones = QueueReason.objects.filter(settled_at__isnull=True).order_by("created_at")
    mine = Publisher.objects.filter(organization=OuterRef("organization"), user=reader)
    rows = rows.select_related("organization", "claimed_by", "made_by").annotate(own=Exists(mine))
    rows = rows.prefetch_related(Prefetch("reasons", open_ones, to_attr="open_reasons"))
    return rows.order_by("-moved_at") if wanted.view == "done" else rows.order_by("due_at", "created_at")


def counts(reader: User) -> dict[str, int]:
    """How many there are in each view but those that are done."""
    found = dict(Submission.objects.values_list("state").annotate(Count("pk")))
    sums = {name: sum(found.get(state, 0) for state in states) for name, (_, states) in VIEWS.items() if name != "done"}
    held = Submission.objects.filter(claimed_by=reader, claimed_until__gt=timezone.now(), state__in=CLAIMABLE)
    return {**sums, "mine": held.count()}


def until(moment: datetime, holidays: Collection[date]) -> str:
    """A due date in business days: "in 2 days", "today", "3 days late"."""
    now = timezone.now()
    if moment < now:
        late = business.between(moment, now, holidays)
        return f"{late} day{'s' * (late != 1)} late" if late else "late since today"
    days = business.between(now, moment, holidays)
    return {0: "today", 1: "in 1 day"}.get(days, f"in {days} days")


def lateness(due: datetime | None) -> str:
    """The tone of a due date: over, within a day, or neither."""
    if due is None:
        return ""
    left = (due - timezone.now()).total_seconds()
    return "bad" if left < 0 else "warn" if left < 24 * 3600 else ""
