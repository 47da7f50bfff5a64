"""What publishers hand in, and all that was said and decided about it."""

import uuid
from typing import Any

from django.db import models

from marketplace.models.people import User
from marketplace.models.plugins import Plugin, Release
from marketplace.models.publishers import Organization


class Submission(models.Model):
    """One package that somebody wants released. Its state changes only by `marketplace.review.move`."""

    class State(models.TextChoices):
        RECEIVED = "received"
        SCREENING = "screening"
        QUEUED = "queued"  # a reviewer's turn
        NEEDS_INFO = "needs_info"  # the publisher's turn; keeps its place in the queue
        SECONDING = "seconding"  # one has approved, a second one must
        APPROVED = "approved"  # to be signed and released
        RELEASED = "released"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"
        SUPERSEDED = "superseded"  # a newer upload has taken its place in the queue

    class Risk(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="submissions")
    listing = models.ForeignKey(Plugin, models.SET_NULL, null=True, blank=True, related_name="submissions")
    plugin_id = models.CharField(max_length=193, db_index=True)
    version = models.CharField(max_length=40)
    unique_identifier = models.CharField(max_length=340)  # of the package as it was uploaded
    package = models.CharField(max_length=64)  # SHA-256 of the uploaded file (marketplace/keeping.py)
    size = models.PositiveBigIntegerField()  # bytes
    declaration: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    channel = models.CharField(max_length=10, choices=Release.Channel, default=Release.Channel.STABLE)
    rollout = models.PositiveSmallIntegerField(default=100)  # percent
    notes = models.TextField(max_length=20_000)
    # Who handed it in: a person, or a token or CI job in whose name a script did.
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="submissions")
    made_with = models.CharField(max_length=300, blank=True)  # "token NAME" | "OWNER/REPO WORKFLOW" | "mirror of …"
    provenance: "models.JSONField[dict[str, Any]]" = models.JSONField(
        default=dict
    )  # claims of a CI job, upstream's signature
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    risk = models.CharField(max_length=6, choices=Risk, default=Risk.MEDIUM)
    risk_reasons: "models.JSONField[list[dict[str, str]]]" = models.JSONField(default=list)  # {tier, text}: why
    # Counts how often it went back to the publisher or was reopened; only decisions of this round count.
    round = models.PositiveIntegerField(default=1)
    # Its place: queued_at stays when the publisher answers or uploads again.
    queued_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    fix_by = models.DateTimeField(null=True, blank=True)  # rejected then, if the publisher has not answered
    escalated_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="claims")
    claimed_until = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaced")
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when what follows the last move was told
    serial = models.PositiveIntegerField(default=0)  # counts moves; a move compares and swaps it

    class Meta:
        indexes = (
            models.Index(fields=["state", "due_at"], name="submission_by_due"),
            models.Index(fields=["plugin_id", "-created_at"], name="submission_of_plugin"),
        )

    def __str__(self) -> str:
        return f"{self.plugin_id} {self.version}"


class QueueReason(models.Model):
    """Why a submission is looked at by people: one row a reason, kept when it has been dealt with."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=40)  # a row of marketplace/review/reasons.py
    detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "code"], name="one_reason_a_code"),)

    def __str__(self) -> str:
        return self.code


class SubmissionEvent(models.Model):
    """A move of a submission: who, from where to where, why. Only ever added."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="events")
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=300)  # in words, also where no person did it
    note = models.TextField(blank=True, max_length=10_000)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Comment(models.Model):
    """A remark in the thread, on a file, or on a line of it. Internal ones the publisher never sees."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    internal = models.BooleanField(default=False)
    path = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)  # from 1
    text = models.TextField(max_length=10_000)
    rule = models.CharField(max_length=60, blank=True)  # of the rule book, for canned answers
    rule_version = models.CharField(max_length=20, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class Decision(models.Model):
    """What one reviewer decided, signed with the reviewer's own key over `statement`. Only ever added."""

    class Verdict(models.TextChoices):
        APPROVE = "approve"
        REJECT = "reject"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    round = models.PositiveIntegerField(default=1)
    # Null for what a rule approved.
    reviewer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict)
    category = models.CharField(max_length=20, blank=True)  # authorized_category, for an approval
    reason = models.TextField(blank=True, max_length=10_000)
    rule = models.CharField(max_length=60, blank=True)  # of the rule book, for a rejection
    rule_version = models.CharField(max_length=20, blank=True)
    ticks: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(
        default=list
    )  # increases of power: {key, reason}
    statement = models.TextField()  # canonical JSON of what was decided, that is signed
    signature = models.TextField(blank=True)  # base64
    key_fingerprint = models.CharField(max_length=64, blank=True)
    automatic = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["submission", "reviewer", "round"], name="one_decision_a_reviewer"),
        )

    def __str__(self) -> str:
        return f"{self.verdict} by {self.reviewer or 'rule'}"
