"""How the review desk works, and what its rules said."""

from datetime import date, timedelta
from typing import Any

from django.db import models

from marketplace.models.people import User
from marketplace.models.submissions import Submission


class ReviewPolicy(models.Model):
    """What staff have set for the desk; one row. Business days are those without weekends and `free_days`."""

    class Automatic(models.TextChoices):
        OFF = "off"
        DRY = "dry"  # rules only say what they would have done
        ON = "on"

    low_days = models.PositiveSmallIntegerField(default=2)
    medium_days = models.PositiveSmallIntegerField(default=4)
    high_days = models.PositiveSmallIntegerField(default=7)
    fix_days = models.PositiveSmallIntegerField(default=14)  # calendar days that a publisher has to fix something
    free_days: "models.JSONField[list[str]]" = models.JSONField(default=list, blank=True)  # ISO dates
    claim_minutes = models.PositiveSmallIntegerField(default=15)
    claims_each = models.PositiveSmallIntegerField(default=3)
    automatic = models.CharField(max_length=3, choices=Automatic, default=Automatic.DRY)
    weight_limit = models.PositiveSmallIntegerField(default=20)  # what weighs more is not approved by rule
    sample_percent = models.PositiveSmallIntegerField(default=10)  # of what rules would approve, people look at
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.low_days}, {self.medium_days}, {self.high_days} days"

    def days(self, risk: str) -> int:
        """Business days within which a submission of this risk is to be decided."""
        return {"low": self.low_days, "medium": self.medium_days, "high": self.high_days}[risk]

    @property
    def holidays(self) -> frozenset[date]:
        return frozenset(map(date.fromisoformat, self.free_days))

    @property
    def claim(self) -> timedelta:
        return timedelta(minutes=self.claim_minutes)


class AutomaticVerdict(models.Model):
    """What the rules for automatic approval said of a submission, and whether it was only said."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="verdicts")
    round = models.PositiveIntegerField()
    approves = models.BooleanField()
    dry = models.BooleanField()
    weight = models.IntegerField()
    rows: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(default=list)  # {rule, weight, text, stops}
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "round"], name="one_verdict_a_round"),)

    def __str__(self) -> str:
        return f"{'approve' if self.approves else 'ask people'} ({self.weight})"
