"""What screening found, and what the publisher states about privacy."""

from typing import Any

from django.db import models

from marketplace.models.people import User
from marketplace.models.submissions import Submission


class ScreeningSection(models.Model):
    """One check of one submission. What has not been scanned is never shown as clean."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        PASSED = "passed"
        FINDINGS = "findings"
        FAILED = "failed"  # the check itself broke
        NOT_SCANNED = "not_scanned"  # with the reason in `summary`

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="sections")
    check_name = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    enforced = models.BooleanField(default=False)  # its blocking findings block
    required = models.BooleanField(default=False)  # its failing blocks
    summary = models.TextField(blank=True, max_length=2000)
    evidence: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    version = models.CharField(max_length=20, blank=True)  # of the check's rules
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "check_name"], name="one_section_a_check"),)

    def __str__(self) -> str:
        return f"{self.check_name}: {self.state}"


class Finding(models.Model):
    """One thing that a check noticed, where it can be seen."""

    class Severity(models.TextChoices):
        INFO = "info"
        WARNING = "warning"
        ERROR = "error"

    section = models.ForeignKey(ScreeningSection, models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8, choices=Severity)
    blocking = models.BooleanField(default=False)
    path = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)  # from 1
    message = models.TextField(max_length=2000)
    evidence = models.TextField(blank=True, max_length=2000)  # the code, with secrets masked
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    settled_reason = models.TextField(blank=True, max_length=2000)
    settled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.rule} {self.path}:{self.line}"


class PrivacyStatement(models.Model):
    """What a submission says it does with people's data (marketplace/privacy), and how a reviewer found it to be."""

    class Source(models.TextChoices):
        FORM = "form"
        FILE = "file"  # privacy.yaml in the package
        GUESS = "guess"  # read from PRIVACY.md; counts only once a person has confirmed it

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="privacy")
    statement: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    source = models.CharField(max_length=5, choices=Source)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The reviewer's checklist: {key, kind, text, path, line, answer, reason}.
    checklist: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(default=list)
    reviewed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    widens: "models.JSONField[list[str]]" = models.JSONField(default=list)  # against the last approved one, in words

    def __str__(self) -> str:
        return f"{self.submission}: {self.source}"


class KnownAdvisory(models.Model):
    """A known problem of a Python package's versions, from an advisory database that an operator has brought in."""

    identifier = models.CharField(max_length=60)  # as OSV has it: GHSA-…, PYSEC-…, MAL-…
    package = models.CharField(max_length=200, db_index=True)  # normalised
    summary = models.CharField(max_length=300, blank=True)
    malicious = models.BooleanField(default=False)  # the package itself is the problem
    versions: "models.JSONField[list[str]]" = models.JSONField(default=list)
    ranges: "models.JSONField[list[list[dict[str, str]]]]" = models.JSONField(default=list)  # events, in order
    brought_in_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.identifier}: {self.package}"
