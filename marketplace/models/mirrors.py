"""Other marketplaces that this one follows, and what came of each of their releases."""

import uuid
from typing import Any

from django.db import models

from marketplace.models.people import User
from marketplace.models.submissions import Submission


class Mirror(models.Model):
    """Another marketplace with the same API, and which of its plugins are brought here to be reviewed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    address = models.URLField()  # what a Dify would have as MARKETPLACE_API_URL
    # PEM of the key that must have signed what comes from there; "" = the one that comes with the package format.
    public_key = models.TextField(blank=True)
    rules: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # marketplace/mirroring/rules.py
    every_hours = models.PositiveSmallIntegerField(default=24)
    paused = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True, blank=True)
    taken_until = models.DateTimeField(null=True, blank=True)  # while a process is looking
    trouble = models.TextField(blank=True, max_length=2000)  # why the last look failed as a whole
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class MirroredRelease(models.Model):
    """A release of a followed plugin, by its identifier there: brought here once, or why it could not be."""

    class State(models.TextChoices):
        IMPORTED = "imported"
        REFUSED = "refused"  # for good: it is not what it claims to be, or breaks a rule of ours
        FAILED = "failed"  # it will be tried again

    mirror = models.ForeignKey(Mirror, models.CASCADE, related_name="releases")
    unique_identifier = models.CharField(max_length=340)
    state = models.CharField(max_length=8, choices=State)
    reason = models.TextField(blank=True, max_length=2000)
    tries = models.PositiveSmallIntegerField(default=1)
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["mirror", "unique_identifier"], name="one_row_a_mirrored"),)

    def __str__(self) -> str:
        return f"{self.unique_identifier}: {self.state}"
