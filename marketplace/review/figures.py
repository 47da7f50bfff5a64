"""Figures of the desk: who is waited for, how long things wait, what was decided, and how far people and rules agree."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils import timezone

from marketplace.models import AutomaticVerdict, Decision, Submission, SubmissionEvent
from marketplace.review import business
from marketplace.review.placing import OPEN
from marketplace.review.policy import policy

State = Submission.State
WAITING = {
    "reviewers": (State.QUEUED, State.SECONDING),
    "publishers": (State.NEEDS_INFO,),
    "screening": (State.RECEIVED, State.SCREENING),
    "signature": (State.APPROVED,),
}
AGES = ((1, "up to 1 day"), (3, "2 to 3"), (7, "4 to 7"), (14, "8 to 14"), (10_000, "longer"))
WEEKS = 12


@dataclass(frozen=True)
class Week:
    start: date
    approved: int
    rejected: int
    by_rule: int

    @property
    def total(self) -> int:
        return self.approved + self.rejected + self.by_rule


def waiting() -> list[tuple[str, int, int]]:
    """Whom submissions wait for: name, how many, of these beyond their due date."""
    now = timezone.now()
    found = Submission.objects.filter(state__in=OPEN | {State.APPROVED}).values_list("state")
    rows = {
        state: (total, late)
        for state, total, late in found.annotate(total=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    }
    return [
        (name, sum(rows.get(state, (0, 0))[0] for state in states), sum(rows.get(state, (0, 0))[1] for state in states))
        for name, states in WAITING.items()
    ]


def ages() -> list[tuple[str, int]]:
    """How many business days what waits for reviewers has been waiting."""
    now, holidays = timezone.now(), policy().holidays
    queued = Submission.objects.filter(state__in=WAITING["reviewers"], queued_at__isnull=False)
    days = [business.between(one, now, holidays) for one in queued.values_list("queued_at", flat=True) if one]
    found = Counter(next(name for most, name in AGES if day <= most) for day in days)
    return [(name, found[name]) for _, name in AGES]


def weeks() -> list[Week]:
    """Decisions of the last weeks, oldest first, weeks without any included."""
    monday = (timezone.now() - timedelta(days=timezone.now().weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    start = monday - timedelta(weeks=WEEKS - 1)
    rows = (
        Decision.objects.filter(at__gte=start)
        .annotate(week=TruncWeek("at"))
        .values_list("week")
        .annotate(
            approved=Count("pk", filter=Q(verdict="approve", automatic=False)),
            rejected=Count("pk", filter=Q(verdict="reject")),
            by_rule=Count("pk", filter=Q(automatic=True)),
        )
    )
    found: dict[date, tuple[int, int, int]] = {week.date(): (a, r, m) for week, a, r, m in rows}
    mondays = [(start + timedelta(weeks=number)).date() for number in range(WEEKS)]
    return [Week(day, *found.get(day, (0, 0, 0))) for day in mondays]


def first_answers(since: datetime) -> tuple[int, int]:
    """Of what was queued since then: how many have had a first answer, and how many of these in time."""
    answers = SubmissionEvent.objects.filter(
        before__in=(State.QUEUED, State.SECONDING),
        after__in=(State.NEEDS_INFO, State.APPROVED, State.REJECTED, State.SECONDING),
        submission__queued_at__gte=since,
        submission__due_at__isnull=False,
    ).values_list("submission", "at", "submission__due_at")
    first: dict[object, tuple[datetime, datetime | None]] = {}
    for submission, at, due in answers.order_by("at"):
        first.setdefault(submission, (at, due))
    return len(first), sum(bool(due and at <= due) for at, due in first.values())


def agreement() -> dict[str, tuple[int, int]]:
    """Of those two had to look at, how many both approved; of what rules would have approved, how many people did."""
    seconds = SubmissionEvent.objects.filter(before=State.SECONDING, after__in=(State.APPROVED, State.REJECTED))
    said = AutomaticVerdict.objects.filter(approves=True, dry=True)
    decided = said.filter(submission__decisions__automatic=False).distinct()
    rejected = decided.filter(submission__decisions__verdict="reject").distinct()
    return {
        "people": (seconds.count(), seconds.filter(after=State.APPROVED).count()),
        "rules": (decided.count(), decided.count() - rejected.count()),
    }
