"""Keys, what was signed with them, and what was recalled."""

import uuid
from typing import Any

from django.db import models

from marketplace.models.people import User


class SigningKey(models.Model):
    """A key that signs: releases (RSA 4096, as the format asks), reviewers' decisions, tree heads, block lists."""

    class Role(models.TextChoices):
        RELEASE = "release"
        REVIEWER = "reviewer"
        LOG = "log"
        RECALL = "recall"

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"  # signs no more, what it signed stays good
        REVOKED = "revoked"  # what it signed after `revoked_from` is not believed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=Role)
    algorithm = models.CharField(max_length=20)  # "rsa-pkcs1-sha256" | "ed25519" | "webauthn"
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 in hex
    public = models.TextField()  # PEM
    sealed = models.TextField(blank=True)  # the private key, encrypted; "" = it is elsewhere (offline, or a signer)
    device: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # of a WebAuthn key: its id, its site
    signer = models.CharField(max_length=200, blank=True)  # dotted name of what signs with it, when not we do
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="keys")  # of a reviewer's key
    categories: "models.JSONField[list[str]]" = models.JSONField(default=list)  # that a release key may sign
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_from = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.TextField(blank=True, max_length=2000)

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class SigningRequest(models.Model):
    """A digest that waits for a signature made elsewhere with an offline key."""

    submission = models.OneToOneField("marketplace.Submission", models.CASCADE, related_name="signing_request")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="requests")
    category = models.CharField(max_length=20)
    time = models.BigIntegerField()  # Unix seconds, part of what is signed
    digest = models.CharField(max_length=64)  # SHA-256 in hex of the message to sign
    signature = models.TextField(blank=True)  # base64, once it is here
    made_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.digest


class ReviewRecord(models.Model):
    """The signed document beside a release that says what was checked, with what result, and by how many."""

    release = models.OneToOneField("marketplace.Release", models.CASCADE, related_name="record")
    body = models.TextField()  # canonical JSON
    signature = models.TextField()  # base64
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.release)


class Recall(models.Model):
    """One entry of the block list, by its number. Lifting one adds an entry that names it."""

    class Strength(models.TextChoices):
        SOFT = "soft"  # disabled, an administrator may override it
        HARD = "hard"  # cannot start

    class Kind(models.TextChoices):
        VERSION = "version"  # subject: a unique identifier
        PLUGIN = "plugin"  # subject: a plugin id
        DEPENDENCY = "dependency"  # subject: a requirement, such as requests==2.6.0

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=340, db_index=True)
    strength = models.CharField(max_length=4, choices=Strength)
    reason = models.TextField(max_length=4000)
    successor = models.CharField(max_length=193, blank=True)
    lifts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lifted_by")
    by = models.CharField(max_length=300)  # in words, as in the audit trail
    by_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject}"
